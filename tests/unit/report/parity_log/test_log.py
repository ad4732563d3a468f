"""The parity log: sorted by dose, right in its figures, the same in every form."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import write_npz
from harness.report.parity_log import compare, log, statistics, text


def data_set(path: Path, photons: float, seed: int = 0) -> None:
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:64, :64] - 32
    beam = np.exp(-(x**2 + y**2) / 50)
    counts = generator.poisson(photons * beam / beam.sum(), size=(6, 64, 64))
    probe = np.exp(-(x**2 + y**2) / 200) * np.exp(0.1j)
    positions = np.arange(6.0)
    write_npz(path, diff3d=np.sqrt(counts), probeGuess=probe, xcoords=positions, ycoords=positions)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Three doses whose names sort otherwise than their numbers."""
    for name, photons in (("dose_1e10", 1e10), ("dose_1e9", 1e9), ("dose_1e4", 1e4)):
        data_set(tmp_path / "study" / f"{name}.npz", photons)
    return tmp_path / "study"


def test_doses_sort_by_number_and_may_be_limited(study: Path) -> None:
    assert [one["nphotons"] for one in log.of_folder(study)["datasets"]] == [1e4, 1e9, 1e10]
    assert [one["nphotons"] for one in log.of_folder(study, 2)["datasets"]] == [1e4, 1e9]


def test_statistics_are_those_of_the_patterns(study: Path) -> None:
    one = log.of_folder(study)["datasets"][0]
    amplitude = np.load(study / "dose_1e4.npz")["diff3d"]
    assert one["raw"]["mean"] == pytest.approx(amplitude.mean(), rel=1e-6)
    assert one["raw"]["p99"] == pytest.approx(np.percentile(amplitude, 99), rel=1e-6)
    assert one["raw"]["nonzero_fraction"] == np.count_nonzero(amplitude) / amplitude.size
    assert one["raw"]["count"] == amplitude.size
    assert one["raw"]["counted_photons"] == pytest.approx(1e4, rel=0.02)
    energy = 64 * 64 * 6 * (one["normalised"]["mean"] ** 2 + one["normalised"]["std"] ** 2) / 6
    assert energy == pytest.approx((64 / 2) ** 2, rel=1e-5)
    assert one["probe"]["phase"]["median"] == pytest.approx(0.1, rel=1e-5)
    assert one["grouped"] is None
    assert "no scenario" in one["reason"]


def test_groups_are_counted(study: Path) -> None:
    X = np.load(study / "dose_1e4.npz")["diff3d"]
    groups, zeros = np.array([[0, 2], [2, 4], [0, 2]]), np.zeros((3, 1, 2, 1))
    data = GroupedData(X, np.arange(6.0), np.arange(6.0), groups, zeros, np.zeros((3, 1, 2, 2)), np.zeros((0, 0), int))
    found = statistics.grouped(data)
    assert (found["patterns"], found["unique_scans"], found["groups"]) == (6, 3, 3)
    assert found["mean"] == pytest.approx(X[[0, 2, 4]].mean())


def test_the_cases_of_a_hub_bring_their_baseline(made: Path) -> None:
    [one] = log.of_folder(made)["datasets"]
    summary = json.loads((made / "summary.json").read_text())["cases"][0]
    assert one["nphotons"] == 1e6
    assert one["grouped"]["unique_scans"] > 0
    assert one["parameters"]["epochs"] == 2
    for backend in ("toy", "other"):
        assert one["baseline"][backend]["final_loss"] == summary["backends"][backend]["final_loss"]
    shown = text.markdown({"source": "x", "datasets": [one]})
    assert all(f"| {stage} |" in shown for stage in log.STAGES)
    assert "### Baseline" in shown


def test_all_forms_tell_the_same(study: Path) -> None:
    found = log.of_folder(study)
    shown = text.markdown(found)
    for one in found["datasets"]:
        assert f"## {one['name']}: {one['nphotons']:g} photons" in shown
        assert one["file"]["sha256"] in shown
    rows = list(csv.DictReader(io.StringIO(text.probe_csv(found))))
    assert [row["name"] for row in rows[::2]] == ["dose_1e4", "dose_1e9", "dose_1e10"]
    assert float(rows[1]["median"]) == found["datasets"][0]["probe"]["phase"]["median"]


def changed(found: dict[str, Any], stage: str, figure: str, factor: float) -> dict[str, Any]:
    other = json.loads(json.dumps(found))
    other["datasets"][1][stage][figure] *= factor
    return other


@pytest.mark.parametrize(
    ("stage", "figure", "limit"), [("raw", "mean", 0.01), ("probe", "l2_norm", 0.01), ("normalised", "std", 0.05)]
)
def test_the_first_stage_beyond_its_limit_is_named(study: Path, stage: str, figure: str, limit: float) -> None:
    found = log.of_folder(study)
    assert compare.compare(found, found).first_beyond is None
    assert compare.compare(found, changed(found, stage, figure, 1 + 0.9 * limit)).first_beyond is None
    parted = compare.compare(changed(found, stage, figure, 1 + 1.2 * limit), found).first_beyond
    assert (parted.where, parted.stage, parted.statistic) == ("1e+09 photons", stage, figure)


@pytest.mark.parametrize("value", [None, float("nan"), "much", [1.0], True])
def test_what_is_no_number_is_beyond(study: Path, value: Any) -> None:
    found = log.of_folder(study)
    other = changed(found, "raw", "std", 1.0)
    other["datasets"][1]["raw"]["std"] = value
    assert compare.compare(found, other).first_beyond.statistic == "std"


def test_what_a_log_lacks_is_told_and_the_rest_compared(study: Path) -> None:
    found = log.of_folder(study)
    other = changed(found, "raw", "mean", 1.5)
    del other["datasets"][0], other["datasets"][0]["probe"], other["datasets"][0]["raw"]["p99"]
    held = compare.compare(found, other)
    assert held.first_beyond.statistic == "mean"
    assert {"1e+09 photons, probe: not in B", "1e+09 photons, raw, p99: not in B"} <= set(held.missing)
    assert "1e+09 photons, grouped: in neither" in held.missing
    assert held.missing[-1] == "10000 photons: not in B"
    with pytest.raises(HarnessError, match="no dose in common"):
        compare.compare(found, {"datasets": []})
    with pytest.raises(HarnessError, match="no figure in common"):
        compare.compare(found, {"datasets": [{"nphotons": 1e9, "raw": 3, "probe": None}, "odd"]})


def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="holds no data set"):
        log.of_folder(tmp_path)
    (tmp_path / "odd.npz").write_bytes(b"no archive")
    with pytest.raises(HarnessError, match=r"odd\.npz"):
        log.of_folder(tmp_path)
