"""The judge turned against itself: each way in which a check could be unable to fail is tried and must be seen."""

import math
import shutil

import numpy as np
import pytest

from harness.judge import ladder, tolerances
from harness.judge.metrics import amplitude_metrics
from harness.judge.tolerances import Limit, entries, resolve

BACKENDS = ("tensorflow", "torch")


@pytest.mark.parametrize("name", [name for name, entry in entries().items() if entry.value is not None])
def test_every_limit_of_the_ledger_fails_beyond_and_holds_within(name):
    """A reversed inequality, or one that NaN satisfies, shows in every one of them."""
    for profile in tolerances.PROFILES:
        limit = resolve(profile, {}, {}).by_name.get(name)
        if limit is None:
            continue
        beyond = limit.value + 0.01 * (limit.value - limit.best)
        within = limit.value - 0.01 * (limit.value - limit.best)
        assert not limit.holds(beyond)
        assert limit.margin(beyond) < 0
        assert limit.holds(within)
        assert limit.holds(limit.best)
        assert not any(map(limit.holds, (math.nan, math.inf, -math.inf)))


def reversed_holds(limit, value):
    return value >= limit.value if limit.sense == "at most" else value <= limit.value


def lenient_holds(limit, value):
    """NaN is treated as equal."""
    return not (value > limit.value if limit.sense == "at most" else value < limit.value)


def test_a_reversed_inequality_does_not_pass_a_sound_case(gs2, monkeypatch):
    monkeypatch.setattr(Limit, "holds", reversed_holds)
    judged = {rung: gs2.judge(rung) for rung in ladder.JUDGES}
    with_limits = {rung for rung, verdict in judged.items() if any(check.limit for check in verdict.checks)}
    assert with_limits == set(ladder.JUDGES) - {"spec", "settings"}
    assert {rung for rung, verdict in judged.items() if verdict.status == "fail"} == with_limits - {"ensemble"}
    assert judged["ensemble"].status == "error"  # a limit that contradicts the test of the means


def test_nan_does_not_pass_even_where_a_comparison_would_let_it(gs2, monkeypatch):
    monkeypatch.setattr(Limit, "holds", lenient_holds)
    gs2.change_json("torch/train_outputs/history.json", lambda h: h["epochs"][-1]["metrics"].update(loss=math.nan))
    assert gs2.bad("telemetry")["final_loss"].status == "fail"


@pytest.mark.parametrize(
    ("rung", "file", "key"),
    [
        ("stages", "torch/lockstep/stages_float32.npz", "encoder__0"),
        ("exchange", "torch/exchange/patches.npz", "patches"),
    ],
)
def test_values_with_the_right_mean_and_spread_in_other_places_are_seen(gs2, rung, file, key):
    """Mean, deviation and every other figure of the whole array stay: only place by place do they differ."""
    gs2.change_arrays(file, **{key: lambda array: array[::-1]})
    assert gs2.judge(rung).status == "fail"


def test_a_picture_with_the_right_mean_and_spread_in_other_places_is_seen(gs2):
    gs2.change_array("torch/inference_outputs/amplitude.npy", lambda array: array[::-1])
    assert gs2.judge("agreement").status == gs2.judge("reconstruction").status == "fail"


def test_both_sides_from_the_same_files_are_not_two_sides(gs2):
    shutil.rmtree(gs2.path / "torch")
    shutil.copytree(gs2.path / "tensorflow", gs2.path / "torch")
    assert gs2.bad("agreement")["two_sides"].status == "error"


def test_a_flat_picture_that_has_the_smaller_error_loses_to_a_real_one(gs2):
    """The error of the best constant beats that of a real picture under noise; contrast and correlation do not."""
    canvas = gs2.evidence.canvas("torch")
    truth = np.abs(canvas.field)
    mask = canvas.coverage > 0
    noisy = truth + 2 * truth[mask].std() * np.random.default_rng(0).normal(size=truth.shape)
    flat = np.full_like(truth, np.median(truth[mask]))
    errors = [amplitude_metrics(picture, truth, mask)["mae"] for picture in (noisy, flat)]
    assert errors[1] < errors[0]
    for backend in BACKENDS:
        gs2.change_array(f"{backend}/inference_outputs/amplitude.npy", lambda array: np.full_like(array, flat.flat[0]))
        gs2.change_arrays(f"{backend}/inference_outputs/patches.npz", patches=lambda a: np.full_like(a, a.mean()))
    found = gs2.bad("reconstruction")
    for backend in BACKENDS:
        assert (found[f"{backend}.pearson_r"].status, found[f"{backend}.pearson_r"].value) == ("fail", None)
        assert gs2.bad("patches")[f"{backend}.contrast"].status == "fail"


def test_a_limit_that_one_session_overrides_is_whole_in_the_next():
    name = "agreement.scale"
    before = resolve("stable", {}, {}).by_name[name]
    for value in (1e-9, 1e9):
        assert resolve("stable", {name: value}, {name: "override"}).by_name[name].value == value
    assert resolve("stable", {}, {}).by_name[name] == before
