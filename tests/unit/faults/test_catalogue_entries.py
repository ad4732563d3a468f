"""The catalogue: what an entry must say, and how a fault is asked for."""

import re
from types import SimpleNamespace

import pytest

from harness.errors import HarnessError
from harness.faults import catalogue
from harness.judge.ladder import JUDGES
from harness.session.trials import SUBJECTS

FAULTS = sorted(catalogue.faults().values(), key=lambda fault: fault.id)
PAIR = ("tensorflow", "torch")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_every_entry_says_what_it_does_and_does_something(fault: catalogue.Fault) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", fault.id)
    assert fault.inject.__module__ == f"harness.faults.groups.{fault.group}"
    assert fault.sentence.endswith(".")
    assert "\n" not in fault.sentence
    assert fault.rung in (*JUDGES, catalogue.NOWHERE)
    hooks = {hook for leg in ("lockstep", "train", "infer") for hook in fault.port("torch", leg=leg).hooks}
    assert hooks
    inside = [hook for hook in hooks if hook.startswith(("stage ", "rule ", "loss ", "library ", "layer "))]
    assert fault.network in SUBJECTS or (fault.network is catalogue.ANY and not inside)
    assert fault.network == "pair" or not any(hook.startswith("layer ") for hook in hooks)


@pytest.mark.parametrize(
    ("text", "backend", "size", "told"),
    [
        ("geometry.offset-sign", "torch", None, "geometry.offset-sign"),
        ("scale.off=0.5@tensorflow", "tensorflow", 0.5, "scale.off=0.5"),
        ("scale.off@torch", "torch", None, "scale.off"),
    ],
)
def test_a_fault_is_asked_for_by_id_size_and_backend(text: str, backend: str, size: float | None, told: str) -> None:
    found = catalogue.parse(text, PAIR)
    assert (found.backend, found.size, found.text) == (backend, size, told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing.such", "faults list"),
        ("scale.off=much", "a number is needed"),
        ("scale.off=nan", "a number is needed"),
        ("geometry.offset-sign=2", "has none"),
        ("scale.off@jax", "allowed: tensorflow, torch"),
    ],
)
def test_what_cannot_be_injected_is_refused(text: str, said: str) -> None:
    with pytest.raises(HarnessError, match=re.escape(said)):
        catalogue.parse(text, PAIR)


def test_a_fault_fits_the_cases_of_its_network_alone() -> None:
    stated, built_in = (SimpleNamespace(id=name, scenario=SimpleNamespace(network=name)) for name in ("stated", "pinn"))
    catalogue.named("data.nan").require_fits(stated)
    catalogue.named("model.leak").require_fits(built_in)
    with pytest.raises(HarnessError, match="a fault of the network pinn, for stated, a case of the network stated"):
        catalogue.named("model.leak").require_fits(stated)


def test_a_fault_for_pairs_names_the_sides_of_the_scenario() -> None:
    case = SimpleNamespace(id="mine", scenario=SimpleNamespace(network="pair", sides=("keras", "torch")))
    catalogue.parse("layers.epsilon@keras", PAIR).require_fits(case)
    with pytest.raises(HarnessError, match="found backend 'jax' for mine; allowed: keras, torch"):
        catalogue.parse("layers.epsilon@jax", PAIR).require_fits(case)


def test_a_size_reaches_the_change() -> None:
    own, natural = (catalogue.named("geometry.padded-size").port("torch", size) for size in (8.0, None))
    assert (own.size, natural.size) == (8.0, 2.0)
