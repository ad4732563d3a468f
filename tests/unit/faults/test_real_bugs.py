"""Replays of real bugs: what a side states is what it is, and all is judged that the bug may touch."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.faults import catalogue, injection
from harness.faults.catalogue import Injected
from harness.faults.edit import with_options
from harness.judge.evidence import Evidence
from harness.judge.verdict import RungVerdict
from harness.records.jobs import JobRecord
from harness.session import trials
from harness.session.request import Request
from harness.session.trials import legs_of, rungs_of

ROOT = Path(__file__).parents[3]
BACKENDS = ("tensorflow", "torch")
BELOW = {"contract", "lockstep", "oracle", "trajectory", "replay", "graft", "repeat"}


def injected(name: str, side: str = "torch") -> Injected:
    return Injected(catalogue.named(name), side)


@pytest.mark.parametrize(
    ("name", "legs"),
    [
        ("real.batch-norm-epsilon", BELOW),
        ("real.momentum-zero", {*BELOW, "train", "infer"}),
        ("real.reassembly-sign", {"infer"}),
        ("real.reassembly-signs-cancel", {"infer"}),
        ("real.untrained-saved", {"infer", "exchange"}),
        ("layers.epsilon", {"lockstep", "oracle", "graft", "repeat"}),
    ],
)
def test_a_real_bug_is_run_in_all_legs_below_the_rungs_that_are_expected(name: str, legs: set[str]) -> None:
    assert set(legs_of(injected(name))) == legs


def test_the_rungs_up_to_the_highest_expected_are_judged() -> None:
    assert "exchange" in rungs_of(injected("real.untrained-saved"))
    assert "canvas" in rungs_of(injected("real.reassembly-signs-cancel"))
    assert {"spec", "settings", "step"} <= set(rungs_of(injected("real.batch-norm-epsilon")))


def test_a_bug_is_tried_on_the_sides_that_can_have_it() -> None:
    names = ["real.decay-coupled", "real.keras-layout", "real.adam-epsilon-hat", "real.scale-start"]
    found = [(one.fault.id, one.backend) for one in trials.select_faults(BACKENDS, names)]
    assert found == [
        ("real.decay-coupled", "torch"),
        ("real.keras-layout", "keras"),
        ("real.adam-epsilon-hat", "tensorflow"),
        ("real.scale-start", "tensorflow"),
        ("real.scale-start", "torch"),
    ]


def test_real_bugs_are_told_from_injected_faults() -> None:
    real, others, every = (trials.select_faults(BACKENDS, real=real) for real in (True, False, None))
    assert len(real) + len(others) == len(every)
    assert {one.fault.group for one in real} == {"real"}


def test_an_option_is_changed_on_one_side_alone(request: pytest.FixtureRequest) -> None:
    asked = Request.from_texts(request.config.rootpath, profile="smoke", override=trials.OVERRIDES, device="cpu")
    case = trials.Trials(request.config.rootpath, asked).case(injected("real.modes-dropped"))
    from harness.ports.protocol import Setup

    setup = Setup(case.scenario, None, 0, 1.0, 1.0, 1.0, "float64")  # type: ignore[arg-type]
    pair = with_options("torch", modes="first")(setup).scenario.pair  # type: ignore[attr-defined]
    assert (pair.reference.options.get("modes"), pair.candidate.options["modes"]) == (None, "first")
    assert pair.candidate.options["schedule"] == "staircase"


@pytest.mark.parametrize(("stated", "told"), [(True, ["before"]), (False, [])])
def test_layers_are_changed_before_a_contract_that_tells_of_it(
    monkeypatch: pytest.MonkeyPatch, stated: bool, told: list[str]
) -> None:
    order: list[str] = []
    monkeypatch.setattr(injection.ToolkitPort, "bind", lambda *_: order.append("bound"))
    monkeypatch.setattr(injection, "change_layers", lambda *_: order.append("before"))
    port = SimpleNamespace(layer_changes=[("epsilon", ())], stated=stated, patches={})
    with injection.injected(port):  # type: ignore[arg-type]
        injection.ToolkitPort.bind(SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    assert order == [*told, "bound"]


@pytest.mark.slow
def test_a_sound_port_goes_on_from_the_checkpoint_of_the_other_side(tmp_path: Path) -> None:
    """Else every fault that is looked for there would be caught, whatever it does."""
    request = Request.from_texts(ROOT, profile="smoke", override=trials.OVERRIDES, device="cpu")
    jobs: list[JobRecord] = []

    def look(_: Injected, evidence: Evidence, __: Sequence[RungVerdict]) -> None:
        jobs.extend(job for (_, leg), job in evidence.jobs.items() if leg == "resume")

    [caught] = trials.Trials(tmp_path, request, look).run([injected("resume.other-moments-lost")])
    assert [job.status for job in jobs] == ["done", "done"]
    assert caught.red == ("exchange",)
    assert "training of tensorflow, gone on with by torch" in caught.message
    assert "could not be judged" not in caught.message
