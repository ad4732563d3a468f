"""What is computed without training, and must not change: data sets, resolved scenarios, pictures, report texts.

Arrays, tables and pictures are held by pytest-regressions, texts by syrupy. Trained results are held by the rung
`golden` of the ladder, whose limits stand in the ledger.
"""

import hashlib
import io
import re
import shutil
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from harness.dataset.build import build
from harness.dataset.grouped import GroupedData
from harness.dataset.simulate import simulate
from harness.files import read_json, read_npz
from harness.judge.golden import registry
from harness.judge.verdict import CONTRACT, Check, RungVerdict
from harness.plugin.command_line import update_of
from harness.plugin.outcome import explanation
from harness.report.parity_log import log, text
from harness.report.pictures import Colours
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases
from harness.session.golden import copy_approved
from harness.session.notes import checks_table

pytestmark = pytest.mark.golden

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
PROFILES = ("smoke", "stable", "full")
SETUP = ("padded_size", "canvas_size", "patterns", "train_patterns", "test_patterns", "gridsize", "N")
SCALES = ("nphotons", "intensity_scale", "intensity_scale_closed_form", "normalisation", "object_amplitude")


@cache
def cases(profile: str) -> dict[str, Case]:
    return {case.id: case for case in load_cases([ROOT / "scenarios"], profile, {})}


SIMULATED = [
    name
    for name, case in cases("smoke").items()
    if case.scenario.dataset.source == "simulated" and case.scenario.upstream is None  # those simulate what others do
]
SNAPSHOTS = "__snapshots__/test_exact"
PICTURED = ("gs1_custom", "lines_phase_gs1")


def provenance(case: Case | None, *libraries: str) -> dict[str, Any]:
    return {
        "case": case and case.id,
        "profile": case and case.profile,
        "scenario": case and registry.depends_on(case.scenario, "dataset"),
        "environment": {name: version(name) for name in libraries},
    }


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory):
    """A function that builds the data set of a case at smoke size, once."""

    @cache
    def built(name: str) -> Path:
        scenario, folder = cases("smoke")[name].scenario, tmp_path_factory.mktemp(name) / "dataset"
        build(scenario, simulate(scenario.dataset), folder)
        return folder

    return built


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


@pytest.mark.parametrize("name", SIMULATED)
def test_dataset(name: str, datasets, golden) -> None:
    """Photons, positions and groups to the last bit; what is computed from them to within rounding."""
    folder, held = datasets(name), golden(**provenance(cases("smoke")[name], "numpy", "scipy"))
    data, setup, train = read_npz(folder / "data.npz"), read_json(folder / "setup.json"), folder / "train.npz"
    counts = np.rint(data["diff3d"].astype(np.float64) ** 2).astype(np.uint64)
    digests = {"photons": sha256(counts), "x": sha256(data["xcoords"]), "y": sha256(data["ycoords"])}
    facts = {"photons counted": int(counts.sum()), **{key: setup[key] for key in SETUP}}
    held.structure(f"datasets/{name}.yml", {"sha256": digests, **facts})
    groups = GroupedData.load(train)
    held.arrays(
        f"datasets/{name}.npz",
        groups=groups.groups,
        offsets=groups.offsets,
        relative=groups.relative,
        scales=[setup[key] for key in SCALES],
        amplitude=[[part.mean(dtype=np.float64), part.std(dtype=np.float64)] for part in (groups.X, data["diff3d"])],
    )


@pytest.mark.parametrize("name", cases("stable"))
def test_scenario(name: str, golden) -> None:
    """Every value that a case runs with, and where each comes from."""
    case = cases("stable")[name]
    held = golden(case=case.id, profile=case.profile, scenario=None, environment={})
    held.text(case.resolved_yaml())


@pytest.mark.parametrize("name", PICTURED)
def test_picture(name: str, datasets, golden) -> None:
    """The object as a page shows it."""
    part, colours = ("amp", "gray") if name == "gs1_custom" else ("phase", "twilight")
    values = np.load(datasets(name) / f"ground_truth_{part}.npy")[::2, ::2]
    stream = io.BytesIO()
    Image.fromarray(Colours(colours, float(values.min()), float(values.max())).paint(values)).save(stream, "PNG")
    held = golden(**provenance(cases("smoke")[name], "numpy", "scipy", "pillow"))
    held.picture(f"pictures/{name}.png", stream.getvalue())


def _parity_log(datasets, folder: Path) -> str:
    shutil.copy(datasets("gs1_custom") / "data.npz", folder / "dose_1e9.npz")
    told = text.markdown(log.of_folder(folder)).replace(folder.name, "study")
    return re.sub("[0-9a-f]{64}", "<digest>", told)  # of a file with complex figures: another processor, another digest


def _verdict() -> RungVerdict:
    """One check of every status, with figures of every kind."""
    checks = (
        Check("stages", "exit_wave.float64", "fail", 3.25e-7, 1e-12, -324999.0, "ledger", "exit_wave: relative error"),
        Check("stages", "shape", "pass", None, None, None, CONTRACT, "shapes are the same"),
        Check("stages", "encoder.0", "inconclusive", 2e-6, 1e-5, 0.8, "ledger", "uncalibrated: encoder.0"),
        Check("stages", "torch.diffraction", "error", None, None, None, CONTRACT, "torch, lockstep: out of memory"),
        Check("stages", "graft", "skipped", None, None, None, CONTRACT, "not asked for"),
    )
    return RungVerdict("stages", checks)


TEXTS = {
    "parity_log": _parity_log,
    "explanation": lambda *_: explanation(_verdict()),
    "checks": lambda *_: checks_table(_verdict().checks),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(name: str, datasets, tmp_path: Path, golden) -> None:
    """What a person reads of a red rung, and of the data."""
    held = golden(case=None, profile=None, scenario=None, environment={})
    held.text(TEXTS[name](datasets, tmp_path))


def expected() -> dict[str, str | None]:
    """Every golden file that something is held against, with the digest of what it depends on in its scenario."""
    files: dict[str, str | None] = {}
    for name in SIMULATED:
        digest = registry.depends_on(cases("smoke")[name].scenario, "dataset")
        files |= {f"datasets/{name}{suffix}": digest for suffix in (".yml", ".npz")}
        files |= {f"pictures/{name}.png": digest for _ in range(name in PICTURED)}
    files |= {f"{SNAPSHOTS}/test_scenario[{name}].txt": None for name in cases("stable")}
    files |= {f"{SNAPSHOTS}/test_text[{name}].txt": None for name in TEXTS}
    for path in registry.files(FOLDER):
        folder, *parts = path.split("/")
        if folder == registry.TRAINED and (case := cases(parts[0]).get(parts[1])):
            files[path] = registry.depends_on(case.scenario, copy_approved.LEG)
    return files


def test_every_golden_file_is_whole_and_of_use(pytestconfig: pytest.Config) -> None:
    """No file is missing, damaged, stale, or held against nothing."""
    files = expected()
    registry.discard_orphans(FOLDER, files, update_of(pytestconfig))
    assert list(registry.problems(FOLDER, files)) == []
