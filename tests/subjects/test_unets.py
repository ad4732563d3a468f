"""The U-Nets of csbdeep 0.8.2 in Keras and of careamics 0.3.5 in PyTorch."""

import pytest

from tests.subjects.published import Judged

pytestmark = pytest.mark.subjects
EXACT = 1e-15
UPSAMPLINGS = {"alone.up_sampling2d", "alone.up_sampling2d_1"}
NORMALISATIONS = {"alone.batch_normalization", *(f"alone.batch_normalization_{number}" for number in range(1, 10))}
LOCKSTEP = ("stages", "loss", "gradient", "step", "trajectory")
AS_PUBLISHED = {"plain": UPSAMPLINGS, "normalised": UPSAMPLINGS | NORMALISATIONS}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    scenarios = [f"{case}{variant}" for case in AS_PUBLISHED for variant in ("", "_declared", "_levelled")]
    return Judged("unets", scenarios, tmp_path_factory.mktemp("unets"))


def test_weights_are_one_to_one(judged: Judged) -> None:
    plain, normalised = judged.mapping("plain"), judged.mapping("normalised")
    assert len(plain["weights"]) == 22
    assert plain["without_partner"]["reference"] == []
    assert all("batch_norm" in name for name in plain["without_partner"]["candidate"])
    assert len(normalised["weights"]) == 62
    assert normalised["without_partner"] == {"reference": [], "candidate": []}


@pytest.mark.parametrize("case", AS_PUBLISHED)
def test_every_wrong_layer_is_named_in_one_pass(judged: Judged, case: str) -> None:
    alone = {name: check for name, check in judged.checks(case, "stages").items() if name.startswith("alone.")}
    red = {name for name, check in alone.items() if check["status"] == "fail"}
    assert red == AS_PUBLISHED[case]
    assert all(check["value"] < EXACT for name, check in alone.items() if name not in red)
    assert 0.2 < alone["alone.up_sampling2d"]["value"] < 0.4
    assert 0.2 < alone["alone.up_sampling2d_1"]["value"] < 0.4
    for name in red - UPSAMPLINGS:  # of a variance of 1 an epsilon of 1e-3 in place of 1e-5 takes half of 9.9e-4
        assert alone[name]["value"] == pytest.approx(4.95e-4, rel=1e-3)


def test_the_constants_are_told_before_any_number(judged: Judged) -> None:
    told = {name.rpartition(".")[2] for name in judged.named("normalised", "spec", "fail")}
    assert told == {"interpolation", "align_corners", "epsilon", "momentum", "running_variance"}


def test_parameters_without_gradient_are_named(judged: Judged) -> None:
    message = judged.checks("plain", "gradient")["careamics.float64.present"]["message"]
    assert "missing: decoder.bottleneck.batch_norm1.bias, decoder.bottleneck.batch_norm1.gain, " in message
    assert message.count("batch_norm") == 20


@pytest.mark.parametrize("case", AS_PUBLISHED)
def test_behind_two_declarations_nothing_is_red(judged: Judged, case: str) -> None:
    """What is declared alone is what was red alone; each layer behind it is still judged, to the last digit."""
    declared = f"{case}_declared"
    assert {rung for rung in ("spec", *LOCKSTEP) if judged.named(declared, rung, "fail", "error")} == set()
    alone = {name: check for name, check in judged.checks(declared, "stages").items() if name.startswith("alone.")}
    assert {name for name, check in alone.items() if check["status"] == "declared"} == AS_PUBLISHED[case]
    assert all(check["value"] < EXACT for name, check in alone.items() if name not in AS_PUBLISHED[case])


def test_made_alike_they_agree_in_every_step(judged: Judged) -> None:
    for rung in ("spec", *LOCKSTEP):
        assert judged.named("plain_levelled", rung, "fail", "error") == set()
    assert max(check["value"] for check in judged.checks("plain_levelled", "stages").values() if check["value"]) < 1e-5


def test_made_alike_what_is_left_is_the_running_variance(judged: Judged) -> None:
    for rung in ("spec", *LOCKSTEP):
        assert judged.named("normalised_levelled", rung, "fail", "error") == set()
        assert all(name.endswith("variance") for name in judged.named("normalised_levelled", rung, "declared"))
