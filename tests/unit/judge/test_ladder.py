import numpy as np
import pytest

from harness.arrays import PRECISIONS
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import write_json, write_npz
from harness.judge import declared, ladder
from harness.judge.tolerances import entries, resolve
from harness.records.settings import SettingsRecord
from harness.run.plan import LEGS


@pytest.fixture
def everything(gs2):
    """A sound case whose sides were stopped at their front doors, too, and whose losses are of float32 alone."""
    data = GroupedData.load(gs2.path / "dataset" / "train.npz")
    fed = {"groups": data.groups, "relative": data.relative, "probe": gs2.evidence.probe}
    for name in ("tensorflow/lockstep/slope.npz", "torch/graft/slope.npz"):
        gs2.change_arrays(name, **{key.replace(".", "__"): np.float32 for key in np.load(gs2.path / name)})
    asked = SettingsRecord(settings={"batch_size": 4})
    asked.write(gs2.path / "requested.json")
    for side in gs2.evidence.backends:
        asked.write(gs2.path / side / "contract" / "seen.json")
        write_npz(gs2.path / side / "contract" / "seen.npz", **fed)
    return gs2


@pytest.mark.parametrize("rung", ladder.JUDGES)
def test_a_sound_case_passes_every_rung(everything, rung):
    assert everything.bad(rung) == {}


@pytest.mark.parametrize(
    ("more", "expected"), [(0, {}), (10, {}), (-2, {"seen.torch.canvas": "fail", "seen.canvas": "fail"})]
)
def test_a_canvas_may_be_larger_than_the_groups_need_and_no_smaller(everything, more, expected):
    for side in everything.evidence.backends:
        own = more if side == "torch" else max(more, 0)
        path = everything.path / side / "contract" / "seen.npz"
        write_npz(path, **np.load(path), canvas=np.array(everything.evidence.setup.padded_size + own))
    assert {name: check.status for name, check in everything.bad("dataset").items()} == expected


@pytest.mark.parametrize("rung", ladder.JUDGES)
def test_a_sound_phase_object_passes_every_rung(gs1_phase, rung):
    found = {name: check.status for name, check in gs1_phase.bad(rung).items()}
    assert found == ({"workflows": "skipped"} if rung == "settings" else {})  # the harness feeds both sides


def test_the_ladder_is_in_the_order_of_the_design():
    assert len(ladder.RUNGS) == len(set(ladder.RUNGS)) == 19
    assert list(ladder.JUDGES) == [rung for rung in ladder.RUNGS if rung in ladder.JUDGES]


def test_every_rung_says_what_it_needs():
    assert ladder.needs("stages") == {"lockstep", "graft", "repeat"}
    assert ladder.needs("exchange") == {"train", "infer", "exchange", "trajectory", "replay", "resume"}
    for rung in ladder.JUDGES:
        assert ladder.needs(rung) <= {*LEGS, "ensemble"}


def test_a_rung_that_does_not_exist(gs2):
    with pytest.raises(HarnessError, match="there is no rung 'speed' to judge; allowed: spec, settings, dataset"):
        gs2.judge("speed")


def test_every_limit_of_the_ledger_is_asked_for_by_a_check(everything):
    """A limit that nothing uses looks like a check and is none."""
    limits = resolve("stable", {}, {})
    for rung in ladder.JUDGES:
        ladder.judge_rung(rung, everything.evidence, limits)
    _round_the_first_loss(everything)
    ladder.judge_rung("trajectory", everything.evidence, limits)
    assert set(limits.by_name) - limits.used == set()


def _round_the_first_loss(case):
    """As a side that computes its loss in float32, whatever is asked for."""

    def rounded(losses):
        losses["loss"] = float(np.float32(losses["loss"]))

    case.change_json("torch/lockstep/losses_float64.json", rounded)
    case.change_arrays("torch/trajectory/steps_float64.npz", loss=lambda loss: loss.astype(np.float32))


def test_every_figure_of_the_ledger_can_be_judged(everything):
    """Also those that are only reported until a scenario gives a limit."""
    _round_the_first_loss(everything)
    given = {name: _loose(entry) for name, entry in entries().items()}
    limits = resolve("stable", given, dict.fromkeys(given, "override"))
    for rung in ladder.JUDGES:
        checks = ladder.judge_rung(rung, everything.evidence, limits).checks
        assert [check.message for check in checks if check.status == "error"] == []
    assert set(limits.by_name) - limits.used == set()


def _loose(entry):
    return 1e6 if entry.sense == "at most" else entry.range[0] + 1e-6


@pytest.fixture
def asked(gs2, monkeypatch):
    """The stages of which the judge asks whether they differ; one is declared to."""
    known = {"differs": "wider", "reason": "known", "until": "2999-01-01"}
    write_json(gs2.path / "declared.json", {"differences": {"encoder.0": known}})
    names, differs = [], declared._differs

    def ask(evidence, limit, precision, name):
        names.append(name)
        return differs(evidence, limit, precision, name)

    monkeypatch.setattr(declared, "_differs", ask)
    return names


def test_where_the_sides_part_is_found_once_a_case_and_where_it_matters(gs2, asked):
    evidence = gs2.evidence
    for rung in ("spec", "settings", "dataset", "reconstruction"):
        ladder.judge_rung(rung, evidence, resolve("stable", {}, {}))
    assert asked == []
    for rung in ("stages", "loss", "gradient", "canvas"):
        ladder.judge_rung(rung, evidence, resolve("stable", {}, {}))
    assert asked == ["encoder.0"] * len(PRECISIONS)


def test_where_the_sides_part_is_found_anew_with_other_limits_and_files(gs2, asked):
    def judge(**given):
        ladder.judge_rung("gradient", evidence, resolve("stable", given, dict.fromkeys(given, "override")))
        return len(asked)

    evidence = gs2.evidence
    assert judge() == len(PRECISIONS)
    assert judge(**{"stages.float64": 0.5}) == 2 * len(PRECISIONS)
    evidence = gs2.evidence
    assert judge() == 3 * len(PRECISIONS)


def declare(case, *what):
    known = {"differs": "wider", "reason": "known", "until": "2999-01-01"}
    write_json(case.path / "declared.json", {"differences": dict.fromkeys(what, known)})


def test_a_declared_stage_of_another_shape_is_declared_and_breaks_no_judge(gs2):
    for precision in PRECISIONS:
        gs2.change_arrays(f"torch/lockstep/stages_{precision}.npz", encoder__0=lambda a: a[:, 1:, 1:])
    declare(gs2, "encoder.0")
    found = {check.name: check.status for check in gs2.judge("stages").checks}
    assert (found["float32.encoder.0"], found["float64.encoder.0"]) == ("declared", "declared")
    assert {check.status for check in gs2.judge("loss").checks} <= {"pass", "inconclusive"}


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(2.0, {"float32.loss": "declared", "float64.loss": "declared"}), (1.0, {"no_longer_there": "fail"})],
)
def test_what_is_declared_of_a_rung_above_the_stages_is_looked_for_there(gs2, factor, expected):
    for precision in PRECISIONS:
        name = f"torch/lockstep/losses_{precision}.json"
        gs2.change_json(name, lambda losses: losses.update(loss=losses["loss"] * factor))
    declare(gs2, "loss.*.loss")
    red = {name: check.status for name, check in gs2.bad("loss").items() if "torch" not in name}  # torch: by the oracle
    assert red == expected
