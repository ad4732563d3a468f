"""The worker by hand: `python -m harness.run.worker`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.networks.pinn.sections import PinnScenario
from harness.run.job import Job, write_job
from harness.run.keys import PACKAGE


@pytest.fixture
def work(finished: Path, tmp_path: Path):
    """Run the worker on a job of the finished case; returns its status, what it printed, and its output folder."""

    def run(leg: str, backend: str = "toy", environment: dict[str, str] | None = None, **more: Path):
        made_from = json.loads(next((finished / "store").glob("train/*/*/done.json")).read_text())["made_from"]
        scenario = PinnScenario.model_validate(made_from["scenario"])
        dataset = finished / "hub" / "small" / "dataset"
        variables = {"OMP_NUM_THREADS": "1", **(environment or {})}
        write_job(
            tmp_path / "job.json",
            Job(
                case="small",
                backend=backend,
                leg=leg,
                scenario=scenario,
                dataset=dataset,
                output=tmp_path / "out",
                device="cpu",
                environment=variables,
                **more,
            ),
        )
        path = os.pathsep.join([str(finished / "site"), str(PACKAGE.parent)])
        done = subprocess.run(
            [sys.executable, "-m", "harness.run.worker", "job.json"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "7", "TF_UNASKED": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr, tmp_path / "out"

    return run


def test_a_job_runs_by_hand_in_the_environment_that_it_names(work) -> None:
    status, _, out = work("lockstep")
    assert status == 0
    assert json.loads((out / "done.json").read_text())["seconds"] > 0
    assert json.loads((out / "lockstep" / "facts.json").read_text())["threads"] == 1


def test_a_bundle_of_the_hub_is_enough_to_infer(work, finished: Path) -> None:
    status, text, out = work("infer", source=finished / "hub" / "small" / "other" / "bundle")
    assert status == 0, text
    stats = json.loads((out / "inference_outputs" / "stats.json").read_text())
    assert stats["weights_trained_by"] == "other"


def test_an_error_is_one_sentence_and_leaves_no_mark_of_success(work) -> None:
    (status, text, out) = work("infer")
    assert status == 1
    assert "error: toy infer: the job names no source" in text
    assert "Traceback" not in text
    assert "names no source" in json.loads((out / "error.json").read_text())["error"]
    assert not (out / "done.json").exists()


def test_a_backend_that_nobody_announces(work) -> None:
    status, text, _ = work("lockstep", backend="jax")
    assert status == 1
    assert "backend 'jax' is unknown" in text


def test_how_it_is_used() -> None:
    command = [sys.executable, "-m", "harness.run.worker"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: python -m harness.run.worker" in done.stderr


def test_a_worker_needs_no_more_than_it_says() -> None:
    """What a worker and its legs import: the standard library, its requirements, and the harness."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "import harness.run.worker, harness.run.legs.lockstep, harness.run.legs.train, harness.run.legs.infer\n"
        "found = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(name for name in found - sys.stdlib_module_names if not name.startswith(('_', 'cython'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    allowed = {"annotated_types", "harness", "numpy", "pydantic", "pydantic_core", "safetensors", "typing_extensions",
               "typing_inspection"}  # fmt: skip
    assert set(done.stdout.split()) <= allowed
