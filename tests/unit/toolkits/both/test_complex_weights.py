"""Complex weights, for real: every leg of a pair that holds some keeps both parts, and the judge compares both."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from harness import layout
from harness.dataset.build import build
from harness.dataset.simulate import simulate
from harness.files import read_json, read_npz, write_json
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.run import worker
from harness.run.job import Job, write_job
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from harness.scenario.pair import PairScenario

SIDES = ("first", "second")
SIDE = """
import torch
from ptycho_parity import TorchPort


class Propagated(torch.nn.Module):
    def __init__(self, imaginary=0.0, is_complex=True):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.full((), 0.5 + 0.25j, dtype=torch.complex128))
        window = torch.tensor([0.5, 1.0 - imaginary * 1j, 0.25]).conj()
        self.register_buffer("window", window if is_complex else window.real.clone())

    def forward(self, images):
        return (self.factor * images * self.window.sum()).abs()


def build(setup):
    model = Propagated(**setup.options)
    optimiser = torch.optim.SGD(model.parameters(), 0.125)
    patches = lambda found: found.transpose(0, 2, 3, 1) + 0j
    return TorchPort(model, loss=torch.nn.functional.mse_loss, optimiser=optimiser, patches=patches)
"""
Red = Callable[[dict[str, Any], dict[str, Any]], list[str]]


def case_of(*options: dict[str, Any]) -> Case:
    """A pair whose sides have these options."""
    sides = zip(("reference", "candidate"), SIDES, options, strict=True)
    scenario = PairScenario.model_validate(
        {
            "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 12}, "nphotons": 1e6},
            "grouping": {"groups": 4, "regroup": False},
            "training": {"epochs": 1, "batch_size": 2},
            "inference": {"group_limit": 2},
            "lockstep": {"steps": 2, "draws": 2},
            "pair": {
                role: {"port": "torch", "factory": "side.py:build", "name": side, "options": own}
                for role, side, own in sides
            },
        }
    )
    origins = dict.fromkeys(leaves(scenario), "default")
    return Case("complex", "complex", Path("complex.yaml"), "smoke", scenario, origins, {})


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of every case."""
    folder, scenario = tmp_path_factory.mktemp("dataset"), case_of({}, {}).scenario
    build(scenario, simulate(scenario.dataset), folder)
    return folder


@pytest.fixture
def run(dataset: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a leg of one side into the folder of a case; returns its entry of `jobs.json`."""
    (tmp_path / "side.py").write_text(SIDE)

    def run(case: Case, side: str, leg: str, source: Path | None = None) -> dict[str, Any]:
        job = Job(
            case=case.id,
            backend=side,
            leg=leg,
            scenario=case.scenario,
            dataset=dataset,
            output=tmp_path / side,
            device="cpu",
            environment={},
            source=source,
            progress=tmp_path / "progress.jsonl",
            home=tmp_path,
        )
        path = tmp_path / "job.json"
        write_job(path, job)
        done = worker.run(path)
        assert done, read_json(tmp_path / side / layout.ERROR)
        facts = {"status": "done", "cached": False, "seconds": None, "key": None, "error": None}
        return {"backend": side, "leg": leg, **facts}

    return run


@pytest.fixture
def red(run: Callable[..., dict[str, Any]], tmp_path: Path) -> Red:
    """The red checks, on rungs spec, step and trajectory, of a pair with these options."""

    def red(*options: dict[str, Any]) -> list[str]:
        case = case_of(*options)
        legs = ("lockstep", "trajectory", "replay")
        write_json(tmp_path / layout.JOBS, [run(case, side, leg) for side in SIDES for leg in legs])
        (tmp_path / layout.SCENARIO).write_text(case.resolved_yaml())
        evidence, limits = Evidence(tmp_path, SIDES), tolerances.limits_of(case)
        checks = [one for rung in ("spec", "step", "trajectory") for one in ladder.JUDGES[rung].judge(evidence, limits)]
        return [f"{check.rung}.{check.name}" for check in checks if check.status in ("fail", "error")]

    return red


def test_a_constant_that_differs_in_its_imaginary_part_alone_is_named_first(red: Red) -> None:
    assert red({"imaginary": 0.5}, {"imaginary": 0.25})[0] == "spec.constants.window"


def test_complex_weights_that_agree_are_green(red: Red, tmp_path: Path) -> None:
    assert red({"imaginary": 0.5}, {"imaginary": 0.5}) == []
    noise = read_json(tmp_path / "first" / "trajectory" / "noise_float64.json")
    assert noise["first"]["factor"][0] > 0
    for precision, kind in (("float32", "complex64"), ("float64", "complex128")):
        steps = read_npz(tmp_path / "first" / "trajectory" / f"steps_{precision}.npz")
        assert steps["window"].dtype == steps["factor"].dtype == kind


def test_a_real_constant_is_a_complex_one_without_an_imaginary_part(red: Red) -> None:
    assert red({"imaginary": 0.0}, {"imaginary": 0.0, "is_complex": False}) == []


def test_a_bundle_holds_both_parts(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    case, bundle = case_of({"imaginary": 0.5}, {}), tmp_path / "first" / layout.BUNDLE
    run(case, "first", "train")
    assert np.array_equal(load_file(bundle / layout.WEIGHTS)["window"], [0.5, 1.0 + 0.5j, 0.25])
    run(case, "first", "infer", bundle)


def test_a_port_that_is_gone_through_step_by_step(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    run(case_of({"imaginary": 0.5}, {}), "first", "check")
    told = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()]
    assert [line for line in told if line["status"] == "fail"] == []
    assert len(told) > 5
