import json

import numpy as np
import pytest

from harness.files import plain
from harness.judge import results
from harness.judge.frc import Rings
from harness.records.metrics import ComparisonMetrics

# what the files of a hub have promised: held here by hand, and nowhere else
METRICS = {
    "mae", "rmse", "max_abs", "pearson_r", "ssim", "ms_ssim", "ms_ssim_scales", "psnr", "frc50", "frc_half_bit",
    "frc_one_seventh", "count", "scale", "rescaled_mae", "bias", "message",
}  # fmt: skip
GAUGES = {"scale", "global_phase", "ramp_x", "ramp_y", "shift_x", "shift_y", "twin"}


def written(case):
    """What the judge left in the file."""
    results.write(case.evidence)
    return json.loads((case.path / "comparison/comparison_metrics.json").read_text())


def test_everything_is_written_as_plain_figures(gs2):
    figures = written(gs2)
    assert figures["backends"]["torch"]["patches"]["var_zero_mean"] > 0
    assert figures["parts"] == ["amplitude"]
    assert figures["reasons"] == {}
    for side in figures["backends"].values():
        assert set(side["reconstruction"]["amplitude"]) == METRICS
        assert side["canvas"]["fits_canvas"] is True
        assert side["skill"]["amplitude"]["even_part"] > 0.9
        assert side["twin"]["margin"] > 0.3
        assert set(side["gauges"]) == GAUGES
        assert side["gauges"]["twin"] is False
    assert set(figures["agreement"]["gauges"]) == GAUGES
    assert set(figures["agreement"]) == {"amplitude", "phase", "gauges"}


def test_the_twins_are_told_as_placed_and_as_predicted(gs2):
    count = len(gs2.evidence.predictions("torch").patches)
    gs2.change_arrays("torch/inference_outputs/patches.npz", flips=np.ones(count, dtype=bool))
    gs2.change_json("torch/inference_outputs/stats.json", lambda stats: stats.update(twins={"open": True, "turned": 7}))
    side = written(gs2)["backends"]
    told = side["torch"]["twin"]
    assert told["margin_as_predicted"] == pytest.approx(-told["margin"])  # every patch, turned back
    assert (told["open"], told["turned"]) == (True, 7)
    assert side["tensorflow"]["twin"]["margin_as_predicted"] == side["tensorflow"]["twin"]["margin"]
    assert side["tensorflow"]["twin"]["open"] is False


def test_pictures_share_one_frame(gs2):
    results.write(gs2.evidence)
    with np.load(gs2.path / "comparison/pictures.npz") as stored:
        names = {"truth", "side_0", "side_1", "mask_0", "mask_1"}
        assert set(stored.files) == names | {f"baseline_{name}" for name in ("constant_patch", "even_part", "flipped")}
        assert len({stored[name].shape for name in stored.files}) == 1
    difference = np.load(gs2.path / "comparison/amplitude_diff.npy")
    assert np.nanmax(np.abs(difference)) < 0.05
    assert np.isnan(difference[0, 0])


def test_the_curves_of_the_ring_correlation_belong_to_their_crossings(gs2):
    figures = written(gs2)
    with np.load(gs2.path / "comparison/frc.npz") as stored:
        curves = dict(stored)
    assert {name.partition(".")[0] for name in curves} == {"side_0", "side_1", "sides"}
    assert not any(".phase." in name for name in curves)  # an amplitude object's phase is constant: no contrast
    found = {
        "side_0": figures["backends"]["tensorflow"]["reconstruction"]["amplitude"],
        "sides": figures["agreement"]["amplitude"],
    }
    for name, metrics in found.items():
        own = [curves[f"{name}.amplitude.{curve}"] for curve in ("frequency", "correlation", "half_bit")]
        assert Rings(*own).crossings() == {key: metrics[key] for key in ("frc50", "frc_half_bit", "frc_one_seventh")}
        assert 0 < metrics["frc50"] <= 0.5


def test_what_cannot_be_had_is_null_with_its_reason(gs2):
    gs2.stop("torch", "infer", "time limit of 60 s")
    figures = written(gs2)
    assert figures["backends"]["torch"]["reconstruction"] is None
    assert figures["backends"]["torch"]["final_loss"] is not None
    assert figures["backends"]["tensorflow"]["reconstruction"] is not None
    assert figures["agreement"] is None
    assert "time limit of 60 s" in figures["reasons"]["torch.reconstruction"]
    assert not (gs2.path / "comparison/amplitude_diff.npy").exists()


def test_the_first_metric_that_broke(gs2):
    gs2.change_json(
        "torch/train_outputs/history.json", lambda history: history["epochs"][0]["metrics"].update(poisson=None)
    )
    figures = written(gs2)["backends"]
    assert figures["torch"]["first_nonfinite"] == {"metric": "poisson", "epoch": 1}
    assert figures["tensorflow"]["first_nonfinite"] is None


def test_the_members_of_an_ensemble_with_every_quantity(gs2):
    found = written(gs2)["ensemble"]
    assert found["seeds"] == [42, 43, 44]
    assert (
        set(found["figures"]) == set(found["words"]) == {"pearson_r", "scale", "patch_mean", "patch_std", "final_loss"}
    )
    for sides in found["figures"].values():
        assert set(sides) == {"tensorflow", "torch"}
        assert all(len(values) == 3 and None not in values for values in sides.values())
    assert len(set(found["figures"]["scale"]["torch"])) == 3
    gs2.change_scenario(ensemble__seeds=0)
    assert written(gs2)["ensemble"] is None


def test_whoever_reads_the_file_has_all_that_it_holds(gs2):
    """No figure is lost on the way to the report, and none is added but those that could not be had."""
    stored, record = written(gs2), ComparisonMetrics.read(gs2.path / "comparison/comparison_metrics.json")
    assert plain(record.model_dump(exclude_unset=True)) == stored
    assert results.Results(gs2.evidence).record == record
