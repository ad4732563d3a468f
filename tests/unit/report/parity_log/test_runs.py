"""Two runs held against each other by their telemetry, from here or from elsewhere."""

import copy
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.files import read_json
from harness.report.parity_log import runs
from harness.report.parity_log.compare import compare

WHERE = {"trained_scale": ("intensity_scale", "bundle"), "intensity_scale": ("intensity_scale", "closed_form")}


@pytest.fixture
def run(made: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(made / "small" / "toy" / "stages.json")
    return found


def test_both_sides_of_a_case_had_the_same_data(made: Path, run: dict[str, Any]) -> None:
    other = read_json(made / "small" / "other" / "stages.json")
    held = compare(run, other)
    assert (held.first_beyond, held.missing) == (None, [])
    assert list(dict.fromkeys(one.stage for one in held.differences)) == list(runs.LIMITS)


@pytest.mark.parametrize("stage", [stage for stage in runs.LIMITS if stage != "probe"])
def test_each_stage_has_its_limit(run: dict[str, Any], stage: str) -> None:
    other = copy.deepcopy(run)
    section, figure = WHERE.get(stage, ("intensity_stages", "mean"))
    place = other[section] if section == "intensity_scale" else other[section][stage]
    exact = place[figure]
    place[figure] = exact * (1 + 0.9 * runs.LIMITS[stage])
    assert compare(run, other).first_beyond is None
    place[figure] = exact * (1 + 1.2 * runs.LIMITS[stage])
    assert compare(run, other).first_beyond.stage == stage


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_probe_is_compared_before_and_after_its_normalisation(run: dict[str, Any], when: str) -> None:
    other = copy.deepcopy(run)
    other["probe"][when]["l2_norm"] *= 1.02
    parted = compare(run, other).first_beyond
    assert (parted.stage, parted.statistic) == ("probe", f"l2_norm, {when}")


def test_the_first_stage_in_the_order_of_the_chain_is_named(run: dict[str, Any]) -> None:
    other = copy.deepcopy(run)
    for stage in reversed(list(other["intensity_stages"])[1:]):
        other["intensity_stages"][stage]["std"] *= 1.3
    other["intensity_stages"] = dict(reversed(other["intensity_stages"].items()))
    assert compare(run, other).first_beyond.stage == "grouped_diffraction"


def test_a_value_that_is_not_finite_on_one_side_parts_them(run: dict[str, Any]) -> None:
    other = copy.deepcopy(run)
    other["intensity_stages"]["container_X"]["nan"] = 1
    first = compare(run, other).first_beyond
    assert (first.stage, first.statistic) == ("container_X", "nan")


def test_a_file_from_elsewhere_is_compared_as_far_as_it_goes(run: dict[str, Any]) -> None:
    raw = {"mean": run["intensity_stages"]["raw_diffraction"]["mean"]}
    elsewhere = {"intensity_stages": {"raw_diffraction": raw, "container_X": None}, "probe": [1], "training": "no"}
    held = compare(elsewhere, run)
    assert [(one.stage, one.statistic) for one in held.differences] == [("raw_diffraction", "mean")]
    assert "raw_diffraction, std, nan: not in A" in held.missing
    absent = ("probe", "grouped_diffraction", "container_X", "intensity_scale", "trained_scale", "inference_prediction")
    assert {f"{stage}: not in A" for stage in absent} <= set(held.missing)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"datasets": []}, r"A is a stages\.json and B a parity_log\.json"),
        ({"stages": {}}, "B: is neither a parity log nor the telemetry of a run"),
        ([], "B: is neither"),
        ({"datasets": [], "intensity_stages": {}}, "B: is neither"),
        ({"intensity_stages": []}, "no figure in common"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(run: dict[str, Any], other: Any, sentence: str) -> None:
    with pytest.raises(HarnessError, match=sentence):
        compare(run, other)
