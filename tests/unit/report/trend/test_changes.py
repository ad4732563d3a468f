"""Two sessions that differ in one known figure."""

from pathlib import Path

import pytest

from harness.report.trend.changes import RULE, between, caveats, folded
from harness.report.trend.quantities import QUALITY_NOISE, SPEED_NOISE


@pytest.fixture
def changed(hubs):
    """The changes from the case as it is to one that differs as told, as (verdict, subject, before, after)."""

    def compare(before, after, **more):
        found = between(hubs.session("a", before), hubs.session("b", after, **more))
        return [(one.verdict, one.subject, one.before, one.after) for one in found]

    return compare


def sides(hubs, **torch):
    return {"tensorflow": hubs.side(), "torch": hubs.side(**torch)}


def test_a_session_is_no_worse_than_itself(hubs, changed):
    assert changed(hubs.case(), hubs.case()) == []


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(-1.02, "worse"), (-0.98, None), (0.0, None), (0.98, None), (1.02, "better")],
)
def test_a_quality_figure_beyond_its_noise(hubs, changed, share, verdict):
    value = 0.8 + share * QUALITY_NOISE["ssim"]
    expected = [(verdict, "torch amplitude ssim", "0.8", f"{value:.4g}")] if verdict else []
    assert changed(hubs.case(), hubs.case(backends=sides(hubs, ssim=value))) == expected


@pytest.mark.parametrize("metric", QUALITY_NOISE)
def test_every_metric_has_its_own_noise(hubs, changed, metric):
    noise = QUALITY_NOISE[metric]
    before = hubs.case(backends=sides(hubs, **{metric: 0.0}))
    assert changed(before, hubs.case(backends=sides(hubs, **{metric: -0.98 * noise}))) == []
    ((verdict, subject, *_),) = changed(before, hubs.case(backends=sides(hubs, **{metric: -1.02 * noise})))
    assert (verdict, subject) == ("worse", f"torch amplitude {metric}")


def test_a_quality_figure_that_is_gone(hubs, changed):
    gone = hubs.case(backends=sides(hubs, ssim=None))
    assert changed(hubs.case(), gone) == [("worse", "torch amplitude ssim", "0.8", "-")]
    assert changed(gone, hubs.case()) == [("changed", "torch amplitude ssim", "-", "0.8")]


def test_a_margin_that_went_beyond_its_limit(hubs, changed):
    """The status alone would not show it: the check was overridden to be inconclusive, say."""
    after = hubs.case(checks=[hubs.check("dataset", margin=None), hubs.check("gradient", margin=-0.1)])
    assert changed(hubs.case(), after) == [("worse", "gradient", "pass, margin 0.5", "pass, margin -0.1")]
    still = hubs.case(checks=[hubs.check("dataset", margin=None), hubs.check("gradient", margin=0.0)])
    assert changed(hubs.case(), still) == []


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("pass", "fail", "worse"),
        ("pass", "inconclusive", "worse"),
        ("pass", "skipped", "worse"),
        ("fail", "error", "worse"),
        ("fail", "skipped", "worse"),
        ("inconclusive", "fail", "worse"),
        ("skipped", "fail", "worse"),
        ("skipped", "inconclusive", "changed"),
        ("skipped", "pass", "better"),
        ("error", "fail", "better"),
        ("fail", "pass", "better"),
    ],
)
def test_statuses(hubs, changed, before, after, verdict):
    one, other = (
        hubs.case(status=status, checks=[hubs.check("gradient", status=status, margin=None)])
        for status in (before, after)
    )
    assert changed(one, other) == [(verdict, "the case", before, after), (verdict, "gradient", before, after)]


def test_a_check_that_fell_on_a_rung_that_was_red_before(hubs):
    def red(status):
        return hubs.case(
            status="fail",
            checks=[hubs.check("gradient", "a", "fail", -1.0), hubs.check("gradient", "b", status, 0.5)],
        )

    (change,) = between(hubs.session("a", red("pass")), hubs.session("b", red("fail")))
    assert (change.verdict, change.subject, change.detail) == ("worse", "gradient", "1 check fell: b")


def test_many_checks_that_fell_are_counted_and_the_first_named(hubs):
    def rung(status):
        return hubs.case(status=status, checks=[hubs.check("gradient", name, status) for name in "abcde"])

    change = between(hubs.session("a", rung("pass")), hubs.session("b", rung("fail")))[1]
    assert change.detail == "5 checks fell: a, b, c and 2 more"


def test_rungs_and_cases_that_are_gone_or_new(hubs, changed):
    fewer = hubs.case(checks=[hubs.check("gradient")])
    assert changed(hubs.case(), fewer) == [("worse", "dataset", "pass", "-")]
    assert changed(fewer, hubs.case()) == [("changed", "dataset", "-", "pass")]
    two = hubs.session("two", hubs.case(), hubs.case(id="gs2"))
    one = hubs.session("one", hubs.case())
    assert [(c.verdict, c.case, c.after) for c in between(two, one)] == [("worse", "gs2", "gone")]
    assert [(c.verdict, c.case, c.before) for c in between(one, two)] == [("changed", "gs2", "not there")]


def test_checks_that_are_new_or_gone_are_told_and_are_not_worse(hubs):
    more = hubs.case(checks=[hubs.check("dataset", margin=None), hubs.check("gradient"), hubs.check("gradient", "b")])
    (change,) = between(hubs.session("a", hubs.case()), hubs.session("b", more))
    assert (change.verdict, change.detail) == ("changed", "1 check new or gone")


def times(hubs, reference, candidate):
    return {"tensorflow": hubs.side(reference), "torch": hubs.side(candidate)}


def test_a_slower_machine_slows_nobody(hubs, changed):
    """Both sides take three times as long: the ratio is what it was."""
    assert changed(hubs.case(), hubs.case(backends=times(hubs, 60.0, 60.0))) == []


@pytest.mark.parametrize(("factor", "verdict"), [(0.98, None), (1.02, "worse")])
def test_a_candidate_that_became_slower_than_its_reference(hubs, changed, factor, verdict):
    after = 20.0 * (1 + factor * SPEED_NOISE)
    expected = [(verdict, "torch / tensorflow, ms a step", "1", f"{after / 20:.4g}")] if verdict else []
    assert changed(hubs.case(), hubs.case(backends=times(hubs, 20.0, after))) == expected


@pytest.mark.parametrize("cached", [("torch",), ("tensorflow",), ("tensorflow", "torch")])
def test_a_time_from_the_store_is_not_compared(hubs, changed, cached):
    assert changed(hubs.case(), hubs.case(backends=times(hubs, 20.0, 90.0)), cached=cached) == []


@pytest.mark.parametrize("text", ["", "{", "null", '[{"leg": "train"}]', "[3]"])
def test_a_hub_that_does_not_say_where_it_trained_has_no_time(hubs, text):
    before, slower = hubs.session("a", hubs.case()), hubs.session("b", hubs.case(backends=times(hubs, 20.0, 90.0)))
    (slower.folder / "gs1" / "jobs.json").write_text(text)
    assert between(before, slower) == []


def test_what_was_asked_differently_is_said(hubs):
    before = hubs.session("a", hubs.case())
    other = hubs.case(profile="smoke", overrides={"training.seed": "7"}, fault="scale.off@torch")
    assert caveats(before, hubs.session("b", other, finished=None)) == [
        "b has not come to its end.",
        "gs1: the profile was stable, and is smoke.",
        "gs1: what was overridden was nothing, and is training.seed=7.",
        "gs1: the injected fault was none, and is scale.off@torch.",
    ]
    assert caveats(before, before) == []


def test_the_rule_states_its_numbers():
    assert all(f"{metric} {noise:g}" in RULE for metric, noise in QUALITY_NOISE.items())
    assert f"{SPEED_NOISE:.0%}" in RULE
    assert RULE.count(". ") == 0  # one sentence
    docs = (Path(__file__).parents[4] / "docs" / "comparing-hubs.md").read_text()
    assert RULE in " ".join(docs.replace("**", "").split())


def test_consequences_are_folded_under_the_lowest_rung(hubs):
    rungs = ("stages", "loss", "gradient")
    before, after = (
        hubs.session("a", hubs.case(checks=[hubs.check(rung) for rung in rungs])),
        hubs.session("b", hubs.case(checks=[hubs.check(rung, status="fail", margin=-1.0) for rung in rungs[::-1]])),
    )
    [only] = folded(between(before, after))
    assert (only.subject, only.above) == ("stages", ("loss", "gradient"))
    assert only.as_text().endswith("1 check fell: a); so did loss, gradient above it")


def test_what_became_better_is_not_folded_into_what_became_worse(hubs):
    before = hubs.session("a", hubs.case(checks=[hubs.check("stages"), hubs.check("loss", status="fail")]))
    after = hubs.session("b", hubs.case(checks=[hubs.check("stages", status="fail"), hubs.check("loss")]))
    assert [(one.verdict, one.subject, one.above) for one in folded(between(before, after))] == [
        ("worse", "stages", ()),
        ("better", "loss", ()),
    ]


def test_figures_are_never_folded(hubs):
    before = hubs.session("a", hubs.case())
    after = hubs.session("b", hubs.case(backends=sides(hubs, ssim=0.1, pearson_r=0.1)))
    assert len(folded(between(before, after))) == 2


def at_revision(hubs, name):
    """The case whose sides are called after a revision, in their names and in that of a check."""
    sides = {f"tensorflow@{name}": hubs.side(), f"torch@{name}": hubs.side()}
    return hubs.case(backends=sides, checks=[hubs.check("stages", f"float32.batch.torch@{name}.8")])


def test_a_side_at_a_revision_is_compared_with_the_one_that_lies_here(hubs):
    here = hubs.case(checks=[hubs.check("stages", "float32.batch.torch.8", "fail", -1.0)])
    before, after = (hubs.session(*one).by_backend() for one in (("a", at_revision(hubs, "main")), ("b", here)))
    assert [(one.verdict, one.subject) for one in between(before, after)] == [("worse", "stages")]


def test_two_sides_of_one_backend_keep_their_names(hubs):
    sides = {"torch@main": hubs.side(), "torch": hubs.side()}
    session = hubs.session("a", hubs.case(backends=sides))
    assert list(session.by_backend().cases["gs1"].backends) == ["torch@main", "torch"]
