"""What a port does not claim is inconclusive: never an error, never a failure, never passed.

The ladder over a port of a network of its own (own names, no intensity scale, no oracle) with every set of
capabilities that makes sense, against a port that can do everything, and against itself.
"""

import runpy
import shutil
from collections.abc import Callable, Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import layout
from harness.files import read_json, write_json, write_npy, write_text
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.judge.verdict import RungVerdict
from harness.networks import registry
from harness.networks.stated.sections import StatedScenario
from harness.ports.contract import Weight
from harness.ports.protocol import CAPABILITIES, MASK, RESUME, SHARED_WEIGHTS
from harness.run import worker
from harness.run.job import Job, write_job
from harness.run.plan import CROSS_LEGS, LEGS, SOURCE_FOLDERS, SOURCES, source_side
from harness.run.run_case import run_case
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from tests.unit.records.samples import run_metadata

TOY = runpy.run_path(str(Path(__file__).parent / "toys" / "stated_backend.py"))["StatedToy"]
NEEDS = {
    "stages": {SHARED_WEIGHTS, "stages", "stage"},
    "loss": {SHARED_WEIGHTS, "losses"},
    "gradient": {SHARED_WEIGHTS, "gradients", "slope", "stages"},
    "step": {SHARED_WEIGHTS, "train", "optimiser_state"},
    "trajectory": {SHARED_WEIGHTS, "train"},
    "telemetry": {"train"},
    "patches": {"train", "predict"},
    "canvas": {"train", "predict", "stitch"},
    "reconstruction": {"train", "predict"},
    "agreement": {"train", "predict"},
    "exchange": {SHARED_WEIGHTS, "train", "predict"},
}
"""What docs/adding-a-backend.md says that each rung needs."""
ALWAYS = {
    "spec": "pass",
    "settings": "skipped",
    "dataset": "pass",
    "physics": "inconclusive",
    "scale": "inconclusive",
    "ensemble": "skipped",
}
"""Rungs that no capability decides: the network has neither oracle nor scale, and nobody asked for an ensemble."""
RESULTS = {"patches", "reconstruction", "agreement"}
"""Rungs of which a network of two numbers may well fail, but for which it has evidence."""
SLOW = {"reconstruction", "agreement"}
"""Rungs that fit a picture, seconds each: they are asked where they could answer differently."""
INFERENCE = {"train", "predict", "stitch"}


def sensible() -> list[frozenset[str]]:
    """Sets of capabilities: what needs the shared weights only with them, what is fed with stages only with them.

    A port that predicts stitches as well, but for two sets such as a toolkit's port has.
    """
    optional = sorted(CAPABILITIES - {"stage", "slope", RESUME})
    chosen = [frozenset(some) for size in range(len(optional) + 1) for some in combinations(optional, size)]
    alone = [some | {"stage"} for some in chosen if "stages" in some]
    alone += [some | {"slope"} for some in alone if "gradients" in some]
    alone.append(frozenset({SHARED_WEIGHTS, "stages", "gradients", "slope"}))
    needing = {"stages", "losses", "gradients", "optimiser_state"}
    apart = {"predict", "stitch"}
    return [
        frozenset({"train", "predict"}),
        CAPABILITIES - {"stitch"},
        CAPABILITIES,
        *(
            some
            for some in (*chosen, *alone)
            if (SHARED_WEIGHTS in some or not some & needing)
            and len(some & apart) != 1
            and ("optimiser_state" not in some or "train" in some)
        ),
    ]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case folder that holds the dataset alone."""
    conftest = runpy.run_path(str(Path(__file__).parent / "conftest.py"))
    folder = tmp_path_factory.mktemp("stated")
    options = conftest["make_options"](folder / "store", "tensorflow", "torch")
    run_case(conftest["make_case"](folder), {"dataset"}, options, folder / "case", lambda _: None)
    return folder / "case" / "dataset"


SCENARIO = StatedScenario.model_validate(
    {
        "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 24}, "nphotons": 1e6},
        "grouping": {"groups": 4},
        "training": {"epochs": 2, "batch_size": 2, "precision": "float64"},
        "inference": {"group_limit": 2},
        "lockstep": {"steps": 2, "draws": 2},
    }
)


@pytest.fixture(scope="module")
def whole(dataset: Path) -> Path:
    """A case folder with what a port that can do everything leaves by itself."""
    case = dataset.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "create", lambda _, setup: TOY(setup))
        write_json(case / "jobs.json", [record(case, "whole", leg, "whole") for leg in LEGS if leg not in CROSS_LEGS])
    return case


@pytest.fixture
def judged(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, RungVerdict]]:
    """Judge a port with these capabilities against one that can do everything, or against another."""

    def run(
        candidate: frozenset[str],
        reference: frozenset[str] = CAPABILITIES,
        made: Any = TOY,
        masked: bool = False,
    ) -> dict[str, RungVerdict]:
        able, kinds = {"whole": reference, "partial": candidate}, {"whole": TOY, "partial": made}
        monkeypatch.setattr(registry, "create", lambda name, setup: kinds[name](setup, able[name], name == "partial"))
        case = tmp_path / "case"
        shutil.copytree(whole, case)
        if masked:
            write_npy(case / "dataset" / "mask.npy", np.ones((64, 64), bool))
        write_text(case / "scenario.yaml", CASE.resolved_yaml())
        run_metadata(able).write(case / "run_metadata.json")
        write_json(case / "jobs.json", list(records(case, reference == CAPABILITIES)))
        evidence = Evidence(case, ("whole", "partial"))
        left_out = {"golden"} if candidate <= INFERENCE else {"golden", *SLOW}
        return {rung: ladder.judge_rung(rung, evidence, LIMITS) for rung in ladder.JUDGES if rung not in left_out}

    return run


CASE = Case("stated", "stated", Path("stated.yaml"), "smoke", SCENARIO, dict.fromkeys(leaves(SCENARIO), "default"), {})
LIMITS = tolerances.limits_of(CASE)


def records(case: Path, stored: bool) -> Iterator[dict[str, Any]]:
    """Run the legs of both sides as workers do, those that start from the other side's results last.

    `stored`: what the reference leaves by itself is there already.
    """
    sides = ("whole", "partial")
    own, across = [leg for leg in LEGS if leg not in CROSS_LEGS], [leg for leg in LEGS if leg in CROSS_LEGS]
    if stored:
        yield from read_json(case / "jobs.json")
    for legs, of in ((own, sides[1:] if stored else sides), (across, sides)):
        for side, leg in product(of, legs):
            if (source := source_side(leg, side, sides)) is not None:
                yield record(case, side, leg, source)


def record(case: Path, side: str, leg: str, source: str) -> dict[str, Any]:
    """Run one leg of a side; returns its entry of `jobs.json`."""
    path = case / f"{side}-{leg}.json"
    folder = case / source / SOURCE_FOLDERS[SOURCES[leg]] if leg in SOURCES else None
    job = Job(
        case="stated",
        backend=side,
        leg=leg,
        scenario=SCENARIO,
        dataset=case / "dataset",
        output=case / side,
        device="cpu",
        environment={},
        source=folder,
    )
    write_job(path, job)
    done = worker.run(path)
    error = None if done else read_json(case / side / layout.ERROR)["error"]
    status = "done" if done else "failed"
    facts = {"cached": False, "seconds": None, "key": None, "error": error}
    return {"backend": side, "leg": leg, "status": status, **facts}


@pytest.mark.parametrize("partial", sensible(), ids=lambda some: "-".join(sorted(some)) or "nothing")
def test_what_a_port_does_not_claim_is_inconclusive(judged, partial: frozenset[str]) -> None:
    for rung, verdict in judged(partial).items():
        expected = ALWAYS.get(rung) or ("pass" if NEEDS[rung] <= partial else "inconclusive")
        told = f"{rung}: {verdict.status}: {verdict.message}"
        if rung in RESULTS and expected == "pass":
            assert verdict.status in ("pass", "fail") or "neither has learned" in verdict.message, told
        else:
            assert verdict.status == expected, told


@pytest.mark.parametrize(("partial", "status"), [(CAPABILITIES, "pass"), (CAPABILITIES - {RESUME}, "skipped")])
def test_whether_a_training_can_go_on_is_asked_of_ports_that_claim_it(judged, partial, status) -> None:
    found = judged(partial)
    checks = {check.name: check for rung in ("trajectory", "exchange") for check in found[rung].checks}
    assert checks["whole.resumed"].status == "pass"
    for name in ("partial.resumed", "whole_to_partial.resumed", "partial_to_whole.resumed"):
        assert checks[name].status == status, checks[name].message
    assert {found[rung].status for rung in ("trajectory", "exchange")} == {"pass"}


class Forgetful(TOY):
    """Goes on without what it kept."""

    def resume(self, optimiser: Any, step: int, batches: Any, report: Any) -> None:
        super().resume({name: value * 0 for name, value in optimiser.items()}, step, batches, report)


class Restarting(TOY):
    """Goes on with the first batches again."""

    def resume(self, optimiser: Any, step: int, batches: Any, report: Any) -> None:
        super().resume(optimiser, 0, batches, report)


@pytest.mark.parametrize("made", [Forgetful, Restarting])
def test_a_port_that_does_not_go_on_where_it_was_is_red(judged, made: Any) -> None:
    found = judged(CAPABILITIES, made=made)
    red = {check.name for verdict in found.values() for check in verdict.checks if check.status in ("fail", "error")}
    assert red - {name for name in red if not name.endswith(".resumed")} == {
        "partial.resumed",
        "whole_to_partial.resumed",
    }
    assert (found["trajectory"].status, found["exchange"].status) == ("fail", "fail")


def test_two_ports_that_claim_the_same_little_are_not_passed_for_it(judged) -> None:
    little = frozenset({"train"})
    found = judged(little, little)
    assert {rung for rung, verdict in found.items() if verdict.status == "pass"} == {"spec", "dataset", "telemetry"}
    assert {verdict.status for verdict in found.values()} <= {"pass", "inconclusive", "skipped"}


def test_a_port_that_knows_no_masks_is_given_no_masked_data(judged) -> None:
    found = judged(CAPABILITIES, CAPABILITIES | {MASK}, masked=True)
    del found["dataset"]  # that of the scenario has no mask
    assert {found[rung].status for rung in NEEDS if rung in found} == {"inconclusive"}
    assert "partial cannot do 'mask' (leave out the detector pixels that do not count" in found["telemetry"].message
    assert (found["spec"].status, found["settings"].status) == ("pass", "skipped")


def test_a_port_that_knows_masks_is_given_masked_data(judged) -> None:
    found = judged(CAPABILITIES | {MASK}, CAPABILITIES | {MASK}, masked=True)
    assert {found[rung].status for rung in NEEDS if rung in found and rung not in RESULTS} == {"pass"}


class WithUnused(TOY):
    """Holds a weight that nothing uses, as modules do that are made and never called."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        unused = Weight(name="unused", shape=(), kind="gain", start=1.0)
        self.contract = self.contract.model_copy(update={"weights": (*self.contract.weights, unused)})
        self._weights["unused"] = 1.0


def test_a_weight_that_one_side_alone_has_hides_nothing_of_the_others(judged) -> None:
    found = judged(CAPABILITIES, made=WithUnused)
    assert "unused" in found["spec"].message
    assert {check.name for check in found["gradient"].checks if "missing: unused" in check.message} == {
        "partial.float32.present",
        "partial.float64.present",
    }
    alone = {check.name: check.status for check in found["stages"].checks if check.name.startswith("alone.")}
    assert alone == {"alone.fed": "pass", "alone.mixed": "pass", "alone.wave": "pass"}
    trajectory = {check.name: check for check in found["trajectory"].checks}
    assert trajectory["float32.distance"].status == "pass"
    assert "were at the start: unused" in trajectory["partial.float64.moving"].message
    assert [name for name, check in trajectory.items() if check.status == "error"] == []
