"""A fixed kernel of a pair: rung spec holds one side's values against the other's, and names what differs."""

from pathlib import Path

import numpy as np
import pytest

from harness import layout
from harness.files import write_json, write_npz
from harness.judge.evidence import Evidence
from harness.judge.rungs import spec
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.ports.contract import Contract, Weight

CONTRACT = Contract(
    network="stated",
    weights=(Weight(name="fourier.window", shape=(3,), kind="constant", trained=False),),
    stages=(),
    losses=(),
    optimiser_state=(),
    scale=None,
    region=16,
)


def judged(
    root: Path, contracts: dict[str, Contract | None], constants: dict[str, complex] | None = None
) -> list[Check]:
    """The checks of sides with these contracts; one without left an error in its place."""
    for side, contract in contracts.items():
        folder = root / side / layout.LOCKSTEP
        folder.mkdir(parents=True)
        if contract is not None:
            contract.write(folder)
        value = 1.0 + (constants or {}).get(side, 0.0)
        write_npz(folder / layout.FIRST_WEIGHTS, **{"fourier.window": np.array([0.5, value, 0.5])})
    done = {"leg": "lockstep", "cached": False, "seconds": 1.0, "key": None}
    failed = {"status": "failed", "error": "pair.reference.factory: cannot be imported"}
    jobs = [
        {"backend": side, **done, **({"status": "done", "error": None} if contract else failed)}
        for side, contract in contracts.items()
    ]
    write_json(root / layout.JOBS, jobs)
    return spec.judge(Evidence(root, ("one", "other")), Limits({}))


@pytest.mark.parametrize(("change", "status"), [(0.0, "pass"), (1e-7, "fail"), (1e-7j, "fail"), (0j, "pass")])
def test_a_constant_that_differs_is_named(tmp_path: Path, change: complex, status: str) -> None:
    found = {
        check.name: check for check in judged(tmp_path, dict.fromkeys(("one", "other"), CONTRACT), {"other": change})
    }
    assert found["constants.fourier.window"].status == status, found


def test_a_side_without_a_contract_is_told_by_the_error_of_its_job(tmp_path: Path) -> None:
    [found] = judged(tmp_path, {"one": CONTRACT, "other": None})
    assert (found.status, found.message) == ("error", "pair.reference.factory: cannot be imported")


def test_what_every_port_between_two_frameworks_meets_is_told_last(tmp_path: Path) -> None:
    variance, padding = ({"norm": {"kind": "batch_norm", "running_variance": told}} for told in ("biased", "unbiased"))
    own = {**variance, "up": {"kind": "conv", "padding": "same"}}
    other = {**padding, "up": {"kind": "conv", "padding": "valid"}}
    sides = zip(("one", "other"), (own, other), strict=True)
    checks = judged(tmp_path, {side: CONTRACT.model_copy(update={"layers": layers}) for side, layers in sides})
    red = [check.name for check in checks if check.status == "fail"]
    assert red == ["layers.up.padding", "layers.norm.running_variance"]


def red(root: Path, one: Contract, other: Contract) -> dict[str, str]:
    """Names and messages of what differs between two contracts."""
    checks = judged(root, {"one": one, "other": other})
    return {check.name: check.message for check in checks if check.status == "fail"}


def test_a_layer_that_one_side_lacks_is_told_once_with_all_that_it_is(tmp_path: Path) -> None:
    attention = {"kind": "dense", "units": 4, "bias": True}
    found = red(tmp_path, CONTRACT, CONTRACT.model_copy(update={"layers": {"gate": attention}}))
    assert found == {"layers.gate": "layer gate: one absent, other kind dense, units 4, bias yes"}


def test_a_weight_that_one_side_lacks_is_told_once(tmp_path: Path) -> None:
    more = Weight(name="gate.kernel", shape=(4, 4), kind="kernel", trained=True)
    found = red(tmp_path, CONTRACT, CONTRACT.model_copy(update={"weights": (*CONTRACT.weights, more)}))
    assert list(found) == ["weights.gate.kernel"]


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ({"amp": {"kind": "AmpLayer"}}, {"amp": {"kind": "Amplitude"}}, []),
        ({"amp": {"kind": "AmpLayer"}}, {}, []),
        ({"amp": {"kind": "AmpLayer"}}, {"amp": {"kind": "dense"}}, ["layers.amp.kind"]),
    ],
)
def test_names_of_a_users_own_classes_are_not_compared(tmp_path: Path, own, other, expected) -> None:
    sides = (CONTRACT.model_copy(update={"layers": layers}) for layers in (own, other))
    assert list(red(tmp_path, *sides)) == expected


def test_what_a_port_leaves_out_is_no_option_of_its_network(tmp_path: Path) -> None:
    assert red(tmp_path, CONTRACT, CONTRACT.model_copy(update={"options": {"ignored": "norm"}})) == {}
