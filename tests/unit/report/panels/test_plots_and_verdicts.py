"""What a curve of a page shows is what the verdict beside it was reached from."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.faults.edit import in_json, in_npz
from harness.files import read_json
from harness.judge import results
from harness.judge.comparing import relative_difference
from harness.judge.evidence import Evidence
from harness.report.panels import curves, patches
from harness.report.panels.chart import Chart
from harness.session import case_runner

SIDES = ("toy", "other")


@pytest.fixture(scope="module")
def parted(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a case whose sides differ in all that is drawn here, judged again."""
    folder = Path(shutil.copytree(made / "small", tmp_path_factory.mktemp("parted") / "small"))
    in_npz(folder / "other/trajectory/steps_float32.npz", log_scale=lambda values: values * 1.01)
    in_npz(folder / "other/inference_outputs/patches.npz", patches=lambda values: values * 1.5)
    history = folder / "other/train_outputs/history.json"
    in_json(history, lambda found: found["epochs"][1]["metrics"].update(learning_rate=0.5))
    for rung in ("trajectory", "telemetry", "patches"):
        case_runner.judge_and_record(folder, rung)
    results.write(Evidence(folder, SIDES))
    return folder


def check(folder: Path, rung: str, name: str) -> float:
    (found,) = [one for one in read_json(folder / "checks" / f"{rung}.json")["checks"] if one["name"] == name]
    assert found["status"] == "fail"
    return float(found["value"])


def drawn(chart: Chart) -> dict[str, np.ndarray]:
    return {line.name: np.array(line.y, float) for line in chart.lines}


def chart_of(charts: list[Chart], title: str) -> dict[str, np.ndarray]:
    return drawn(next(chart for chart in charts if chart.title == title))


def test_the_trajectory_is_as_far_out_of_the_envelope_as_the_check_says(parted: Path) -> None:
    (chart,) = curves.lockstep(parted)
    lines = drawn(chart)
    between, noise = lines["between the sides, float32"], lines["envelope of float32's rounding noise"]
    assert np.max(between / noise) == pytest.approx(check(parted, "trajectory", "float32.distance"))


def test_the_learning_rates_are_as_far_apart_as_the_check_says(parted: Path) -> None:
    charts = curves.training(Evidence(parted, SIDES), SIDES)
    first, second = chart_of(charts, "Training: learning rate").values()
    apart = max(relative_difference(b, a) or 0.0 for a, b in zip(first, second, strict=True))
    assert apart == pytest.approx(check(parted, "telemetry", "learning_rate"))


def test_the_mean_of_the_patches_is_as_far_apart_as_the_check_says(parted: Path) -> None:
    charts = {chart.id: chart for chart in patches.statistics(Evidence(parted, SIDES))}
    first, second = (values.mean() for values in drawn(charts["chart-patches-amplitude-mean"]).values())
    assert relative_difference(second, first) == pytest.approx(check(parted, "patches", "mean"))
