"""The catalogue: what an entry must say, and how a fault is asked for."""

import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.errors import HarnessError
from harness.faults import catalogue
from harness.judge.ladder import JUDGES
from harness.run.plan import LEGS
from harness.session.trials import SUBJECTS

FAULTS = sorted(catalogue.faults().values(), key=lambda fault: fault.id)
PAIR = ("tensorflow", "torch")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_every_entry_says_what_it_does_and_does_something(fault: catalogue.Fault) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", fault.id)
    module = fault.inject.__module__.removeprefix("harness.faults.groups.")
    assert module.startswith("real_") if fault.real else module == fault.group
    assert fault.sentence.endswith(".")
    assert "\n" not in fault.sentence
    assert set(fault.rungs) <= {*JUDGES, catalogue.NOWHERE}
    hooks = {hook for leg in LEGS for hook in fault.port("torch", leg=leg).hooks}
    assert hooks
    inside = [hook for hook in hooks if hook.startswith(("stage ", "rule ", "loss ", "library ", "layer "))]
    assert fault.network in SUBJECTS or (fault.network is catalogue.ANY and not inside)
    assert fault.case is None or fault.case in SUBJECTS
    assert fault.network == "pair" or not any(hook.startswith("layer ") for hook in hooks)


REAL = [fault for fault in FAULTS if fault.real]


@pytest.mark.parametrize("fault", REAL, ids=lambda fault: fault.id)
def test_a_real_bug_says_where_it_was_found_and_what_its_cause_is_called(fault: catalogue.Fault) -> None:
    assert fault.real is not None
    assert fault.group == catalogue.REAL
    assert fault.real.sources
    assert fault.is_control or fault.real.causes
    assert not {cause.lower() for cause in fault.real.causes} & {*JUDGES}


@pytest.mark.parametrize(
    ("name", "red", "expected"),
    [
        ("real.momentum-complement", ("step", "trajectory"), True),
        ("real.momentum-complement", ("spec", "step"), True),  # its contract tells of it besides
        ("real.momentum-complement", ("spec", "stages", "step"), False),
        ("real.momentum-complement", ("spec",), False),  # told, but no number shows it
        ("real.batch-norm-epsilon", ("spec", "loss"), True),
        ("real.batch-norm-epsilon", ("stages",), True),
        ("real.batch-norm-epsilon", (), False),
        ("real.reassembly-signs-cancel", (), True),
        ("real.reassembly-signs-cancel", ("spec",), False),
        ("layers.epsilon", ("spec", "stages"), False),  # an injected fault has one rung
        ("layers.epsilon", ("stages", "loss"), True),
    ],
)
def test_the_lowest_red_rung_is_held_against_those_that_are_expected(
    name: str, red: tuple[str, ...], expected: bool
) -> None:
    assert catalogue.named(name).expects(red) == expected


def test_the_cause_is_named_where_the_report_holds_one_of_its_words() -> None:
    bug = catalogue.named("real.reference-wrong").real
    assert bug is not None
    assert bug.names_cause("keras's mix differs (The oracle agrees with torch)", "torch")
    assert not bug.names_cause("keras's mix differs (the oracle agrees with keras)", "torch")


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


def test_the_list_of_a_group_and_the_number_in_the_readme() -> None:
    run = partial(CliRunner().invoke, app)
    listed = run(["faults", "list"])
    entries = catalogue.faults().values()
    assert len(listed.stdout.splitlines()) == len(entries)
    injected = [one for one in entries if one.real is None and not one.is_control]
    assert f"{len(injected)} faults, " in listed.stderr
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"(\d+) ways in which a port may break", readme) == [str(len(injected))]
    group = run(["faults", "list", "geometry"])
    assert {line.split(".")[0] for line in group.stdout.splitlines()} == {"geometry"}
    assert len(group.stdout.splitlines()) == sum(one.group == "geometry" for one in entries)
    with pytest.raises(HarnessError, match='did you mean "geometry", allowed: artifacts'):
        run(["faults", "list", "geometri"], catch_exceptions=False)
