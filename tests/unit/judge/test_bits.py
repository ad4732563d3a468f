"""What one port owes itself: the same bits, under the same versions on the same kind of device."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from harness.judge import bits
from harness.judge.findings import Findings
from harness.judge.tolerances import resolve
from harness.records.run import DeviceRecord, SideRecord

SIDE: dict[str, Any] = {
    "python": "CPython 3.11",
    "own_interpreter": True,
    "distributions": {"torch": "2.13.0"},
    "device": DeviceRecord(kind="cpu", name="cpu", index=None),
    "threads": 1,
    "variables": {},
    "fault": None,
}


@dataclass
class Metadata:
    backends: dict[str, SideRecord]


@dataclass
class Case:
    """As much of the evidence as is asked for."""

    backends: tuple[str, str] = ("torch@main", "torch")
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def metadata(self) -> Metadata:
        first, second = self.backends
        return Metadata({first: SideRecord(**SIDE), second: SideRecord(**{**SIDE, **self.changes})})


@pytest.mark.parametrize(
    ("case", "owed"),
    [
        (Case(), True),
        (Case(changes={"variables": {"X": "1"}}), True),
        (Case(("tensorflow", "torch")), False),
        (Case(changes={"distributions": {"torch": "2.14.0"}}), False),
        (Case(changes={"device": DeviceRecord(kind="gpu", name="H200", index=0)}), False),
        (Case(changes={"python": "CPython 3.12"}), False),
        (Case(changes={"threads": 2}), False),
    ],
)
def test_when_bits_are_owed(case: Case, owed: bool) -> None:
    assert bits.are_owed(case) is owed


def found(other: dict[str, np.ndarray], case: Case | None = None):
    findings = Findings("stages", resolve("smoke", {}, {}))
    values = {"a": np.array([1.0, 2.0]), "b": np.zeros(3)}
    bits.demand_bits(findings, case or Case(), "stages", (values, {**values, **other}))
    return findings.checks


def test_the_same_bits() -> None:
    [check] = found({})
    assert (check.name, check.status) == ("float64.bits", "pass")
    assert check.message == "stages that are not those of torch@main bit for bit: none of 2"


def test_one_bit() -> None:
    [check] = found({"a": np.array([1.0, np.nextafter(2.0, 3.0)])})
    assert check.status == "fail"
    assert check.message == "stages that are not those of torch@main bit for bit: a by 2.2e-16 of 2"


@pytest.mark.parametrize("other", [np.array([1.0, 2.0], np.float32), np.array([1.0]), np.array([1.0, np.nan])])
def test_other_types_shapes_and_what_is_not_finite(other: np.ndarray) -> None:
    assert [check.status for check in found({"a": other})] == ["fail"]


def test_two_ports_owe_each_other_no_bits() -> None:
    assert found({"a": np.ones(2)}, Case(("tensorflow", "torch"))) == []
