"""The reference leg on simulated data, whose object is known, in processes of its own."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from harness.dataset.npz import RawData
from harness.dataset.simulate import simulate
from harness.dataset.truth import Reference
from harness.errors import HarnessError
from harness.files import read_npz, write_npz
from harness.physics import translation
from harness.run.legs import reference
from harness.scenario.schema import DatasetSpec, ObjectSpec, ProbeSpec, ScanSpec

needs_library = pytest.mark.skipif(find_spec("cdtools") is None, reason="cdtools-py is not installed")

SWEEPS = 20
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def raw() -> RawData:
    spec = DatasetSpec(
        object=ObjectSpec(shape=(116, 110), seed=8, phase="follows_amplitude"),
        scan=ScanSpec(images=70, buffer=2),
        probe=ProbeSpec(kind="zone_plate"),
        nphotons=1e7,
    )
    return simulate(spec)


@pytest.fixture(scope="module")
def outputs(raw, tmp_path_factory) -> list[Path]:
    """Two runs of the same reconstruction, each in a fresh process; coordinates do not begin at 0."""
    folder = tmp_path_factory.mktemp("reference")
    start = folder / "input.npz"
    write_npz(start, amplitude=raw.diffraction, x=raw.x - 200.0, y=raw.y + 31.5, probe=raw.probe)
    code = (
        "from pathlib import Path; from harness.run.legs.reference import reconstruct; import sys; "
        f"reconstruct(Path(sys.argv[1]), Path(sys.argv[2]), {SWEEPS})"
    )
    names = [folder / name for name in ("first", "second")]
    for name in names:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        subprocess.run([sys.executable, "-c", code, start, name], check=True, env=environment, capture_output=True)
    return names


@needs_library
def test_the_same_bytes_every_time(outputs):
    first, second = ((name / "object.npz").read_bytes() for name in outputs)
    assert first == second


@needs_library
def test_the_object_lies_at_the_coordinates_of_the_positions(raw, outputs):
    """It is like the true object at the positions, and less so when it is moved by half a pixel any way."""
    truth = Reference.load(outputs[0] / "object.npz").truth
    assert raw.object is not None
    middle = np.flatnonzero(np.hypot(raw.x - 55, raw.y - 58) < 20)
    x, y = raw.x[middle], raw.y[middle]
    true = np.abs(translation.cut(raw.object, x, y, 24)).ravel()

    def likeness(dx: float, dy: float) -> float:
        found = np.abs(truth.patches(x - 200.0 + dx, y + 31.5 + dy, 24)).ravel()
        return float(np.corrcoef(found, true)[0, 1])

    shifts = {(dx, dy): likeness(dx, dy) for dx in (-0.5, 0.0, 0.5) for dy in (-0.5, 0.0, 0.5)}
    assert shifts[0.0, 0.0] > 0.97
    assert max(shifts, key=shifts.__getitem__) == (0.0, 0.0)


@needs_library
def test_errors_fall_sweep_by_sweep(outputs):
    arrays = read_npz(outputs[0] / "object.npz")
    assert arrays["errors"].shape == (SWEEPS,)
    assert arrays["errors"][-1] < 0.2 * arrays["errors"][0]
    assert arrays["object"].dtype == arrays["probe"].dtype == np.complex64


def test_a_missing_library_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "find_spec", lambda name: None)
    with pytest.raises(HarnessError, match=r"not installed; install it with .pip install"):
        reference.reconstruct(tmp_path / "input.npz", tmp_path, 5)


@needs_library
def test_a_pixel_that_does_not_count_is_not_compared(raw, tmp_path):
    """Whatever stands there, the object is the same; without the mask it is not."""
    mask = np.ones((64, 64), bool)
    mask[:, 40:44] = False
    filled = np.where(mask, raw.diffraction, np.float32(50))
    for name, amplitude, more in (
        ("dark", raw.diffraction * mask, {"mask": mask}),
        ("filled", filled, {"mask": mask}),
        ("unmasked", filled, {}),
    ):
        write_npz(tmp_path / f"{name}.npz", amplitude=amplitude, x=raw.x, y=raw.y, probe=raw.probe, **more)
    code = (
        "from pathlib import Path; from harness.run.legs.reference import reconstruct; import sys\n"
        "for name in ('dark', 'filled', 'unmasked'):\n"
        "    reconstruct(Path(sys.argv[1], f'{name}.npz'), Path(sys.argv[1], name), 2)"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, env=environment, capture_output=True)
    dark, same, other = (read_npz(tmp_path / name / "object.npz")["object"] for name in ("dark", "filled", "unmasked"))
    np.testing.assert_array_equal(same, dark)
    assert np.abs(other - dark).max() > 0.1 * np.abs(dark).max()
