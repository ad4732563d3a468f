import pytest

from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import write_npz
from harness.judge import ladder
from harness.judge.tolerances import entries, resolve
from harness.records.settings import SettingsRecord
from harness.run.plan import LEGS


@pytest.fixture
def everything(gs2):
    """A sound case whose sides were stopped at their front doors, too."""
    data = GroupedData.load(gs2.path / "dataset" / "train.npz")
    fed = {"groups": data.groups, "relative": data.relative, "probe": gs2.evidence.probe}
    asked = SettingsRecord(settings={"batch_size": 4})
    asked.write(gs2.path / "requested.json")
    for side in gs2.evidence.backends:
        asked.write(gs2.path / side / "contract" / "seen.json")
        write_npz(gs2.path / side / "contract" / "seen.npz", **fed)
    return gs2


@pytest.mark.parametrize("rung", ladder.JUDGES)
def test_a_sound_case_passes_every_rung(everything, rung):
    assert everything.bad(rung) == {}


@pytest.mark.parametrize("rung", ladder.JUDGES)
def test_a_sound_phase_object_passes_every_rung(gs1_phase, rung):
    found = {name: check.status for name, check in gs1_phase.bad(rung).items()}
    assert found == ({"workflows": "skipped"} if rung == "settings" else {})  # the harness feeds both sides


def test_the_ladder_is_in_the_order_of_the_design():
    assert len(ladder.RUNGS) == len(set(ladder.RUNGS)) == 19
    assert list(ladder.JUDGES) == [rung for rung in ladder.RUNGS if rung in ladder.JUDGES]


def test_every_rung_says_what_it_needs():
    assert ladder.needs("stages") == {"lockstep", "graft"}
    assert ladder.needs("exchange") == {"train", "infer", "exchange"}
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
    assert set(limits.by_name) - limits.used == set()


def test_every_figure_of_the_ledger_can_be_judged(everything):
    """Also those that are only reported until a scenario gives a limit."""
    given = {name: _loose(entry) for name, entry in entries().items()}
    limits = resolve("stable", given, dict.fromkeys(given, "override"))
    for rung in ladder.JUDGES:
        checks = ladder.judge_rung(rung, everything.evidence, limits).checks
        assert [check.message for check in checks if check.status == "error"] == []
    assert set(limits.by_name) - limits.used == set()


def _loose(entry):
    return 1e6 if entry.sense == "at most" else entry.range[0] + 1e-6
