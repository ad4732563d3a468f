"""Whose name is whose: weights by order, role and shape, layers and stages behind them."""

from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.files import write_json
from harness.ports.contract import Contract, Stage, Weight
from harness.ports.mapping import PairMapping, by_name, by_order, completed, renamed, without_partner

CONVOLUTION, POOLING = {"kind": "conv"}, {"kind": "max_pool"}


def contract(*layers: tuple[str, str, tuple[int, ...]]) -> Contract:
    """A contract of layers, each (name, kind, shape of its kernel); a layer without a kernel has the shape ()."""
    weights = [Weight(name=f"{name}.kernel", shape=shape, kind="kernel") for name, _, shape in layers if shape]
    return Contract(
        network="stated",
        weights=tuple(weights),
        stages=(*(Stage(name=name) for name, _, _ in layers), Stage(name="output")),
        losses=(),
        optimiser_state=(),
        scale=None,
        region=16,
        layers={name: {"kind": kind} for name, kind, _ in layers},
    )


REFERENCE = contract(("down", "conv", (3, 3, 1, 8)), ("pool", "max_pool", ()), ("up", "conv", (3, 3, 8, 1)))


def test_names_follow_the_order_of_the_weights() -> None:
    candidate = contract(("0", "conv", (3, 3, 1, 8)), ("1", "max_pool", ()), ("2", "conv", (3, 3, 8, 1)))
    found = by_order(REFERENCE, candidate)
    assert found.weights == {"0.kernel": "down.kernel", "2.kernel": "up.kernel"}
    assert found.layers == {"0": "down", "1": "pool", "2": "up"}
    assert found.stages == {"0": "down", "1": "pool", "2": "up", "output": "output"}
    assert without_partner(REFERENCE, candidate, found) == {"reference": [], "candidate": []}


def test_what_only_one_side_has_is_listed_and_the_rest_goes_on() -> None:
    candidate = contract(
        ("a", "conv", (3, 3, 1, 8)), ("more", "conv", (1, 1, 8, 8)), ("p", "max_pool", ()), ("b", "conv", (3, 3, 8, 1))
    )
    found = by_order(REFERENCE, candidate)
    assert found.weights == {"a.kernel": "down.kernel", "b.kernel": "up.kernel"}
    assert without_partner(REFERENCE, candidate, found) == {
        "reference": [],
        "candidate": ["weight more.kernel", "stage more"],
    }


def test_a_kernel_of_another_shape_has_no_partner() -> None:
    found = by_order(REFERENCE, contract(("a", "conv", (3, 3, 1, 9)), ("b", "conv", (3, 3, 8, 1))))
    assert found.weights == {"b.kernel": "up.kernel"}


def test_names_may_stand_for_themselves() -> None:
    candidate = contract(("up", "conv", (3, 3, 8, 1)), ("other", "conv", (3, 3, 1, 8)))
    assert by_name(REFERENCE, candidate).weights == {"up.kernel": "up.kernel"}


def test_a_name_that_means_something_else_is_told_apart() -> None:
    """The candidate's own `down` is nobody's partner: it may not be taken for the reference's."""
    assert renamed(["a", "down"], {"a": "down"}) == {"a": "down", "down": "down@candidate"}


def test_a_saved_proposal_is_read_again(tmp_path: Path) -> None:
    mapping = by_order(REFERENCE, REFERENCE)
    write_json(tmp_path / "mapping.json", {**mapping.model_dump(), "without_partner": {}})
    assert PairMapping.read(tmp_path / "mapping.json") == mapping


def test_a_file_that_is_no_mapping_is_one_sentence(tmp_path: Path) -> None:
    write_json(tmp_path / "mapping.json", {"weights": {}})
    with pytest.raises(HarnessError, match=r"mapping.json: layers: .*; a mapping is an object"):
        PairMapping.read(tmp_path / "mapping.json")


def test_what_a_file_leaves_out_is_nobodys_partner_though_the_reference_has_that_name() -> None:
    mapping = PairMapping(weights={"a.kernel": "down.kernel"}, layers={"a": "down"}, stages={"a": "down"})
    candidate = contract(("a", "conv", (3, 3, 1, 8)), ("up", "conv", (1, 1, 8, 1)))
    found = completed(mapping, REFERENCE, candidate)
    assert found.stages == {"a": "down", "up": "up@candidate", "output": "output@candidate"}
    assert found.weights == {"a.kernel": "down.kernel", "up.kernel": "up.kernel@candidate"}
    assert found.layers == {"a": "down", "up": "up@candidate"}
