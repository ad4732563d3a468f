"""The scenarios that come with the project, held against the table that asks for them."""

from pathlib import Path

import pytest

from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases
from harness.scenario.keys import leaves
from harness.scenario.resolution import PROFILES

FOLDER = Path(__file__).parents[3] / "scenarios"
NAMES = {
    "dose_gs2",
    "forward_parity_gs1",
    "forward_parity_gs2",
    "gs1_custom",
    "gs1_ideal",
    "gs1_masked",
    "gs2_custom",
    "gs2_ideal",
    "lines_phase_gs1",
    "lines_phase_gs2",
    "photon_grid_study",
    "remainders_gs2",
    "siemens_star_gs1",
    "siemens_star_gs1_all",
    "siemens_star_gs2",
    "siemens_star_gs2_all",
}
UPSTREAM = {
    f"ptychopinn_{kind}"
    for size in (1, 2)
    for kind in (f"gs{size}", f"gs{size}_levelled", f"cli_gs{size}", f"star_gs{size}")
}
"""Those of a pair that is no part of this repository."""
PAIRS = {"supervised", "supervised_normalised"} | UPSTREAM
"""Those that have no section `model` or `optimiser`, of the second network and of a pair from elsewhere."""


def _cases(profile: str) -> dict[str, Case]:
    return {case.id: case for case in load_cases([FOLDER], profile, {})}


def _built_in(profile: str) -> dict[str, Case]:
    return {name: case for name, case in _cases(profile).items() if case.name not in PAIRS}


@pytest.mark.parametrize("profile", PROFILES)
def test_all_of_them_load_with_full_origins(profile: str) -> None:
    cases = _cases(profile)
    assert {case.name for case in cases.values()} == NAMES | PAIRS
    assert {case.name for case in cases.values() if case.scenario.network == "pair"} == PAIRS
    assert {case.name for case in cases.values() if case.scenario.upstream == "ptychopinn"} == UPSTREAM
    for case in cases.values():
        assert set(case.origins) == set(leaves(case.scenario))
        assert case.scenario.description


@pytest.mark.parametrize("profile", PROFILES)
def test_batches_are_whole_but_in_one_scenario_and_groups_can_be_drawn(profile: str) -> None:
    for case in _cases(profile).values():
        dataset, grouping = case.scenario.dataset, case.scenario.grouping
        patterns = 516 if dataset.source == "file" else dataset.scan.images
        training = patterns // 2 if dataset.split == "half_y" else patterns
        assert grouping.groups <= training, case.id
        left = grouping.groups % case.scenario.training.batch_size
        assert (left > 0) == (case.id == "remainders_gs2" and profile != "full"), case.id
        assert case.scenario.inference.group_limit <= training, case.id


@pytest.mark.parametrize("profile", PROFILES)
def test_the_table_of_probes_and_grids(profile: str) -> None:
    for case in _built_in(profile).values():
        dataset, model = case.scenario.dataset, case.scenario.model
        assert dataset.probe.scale == (10.0 if case.name.endswith("_ideal") else 4.0)
        assert dataset.probe.mask == (case.name in {"gs1_ideal", "gs2_ideal", "dose_gs2"})
        assert model.probe_big != (case.name in {"gs1_ideal", "gs2_ideal", "dose_gs2", "photon_grid_study"})
        assert ("gs2" in case.name) == (case.scenario.grouping.gridsize == 2)
        assert ("realdata" in case.scenario.markers) == (dataset.source == "file")


def test_smoke_is_small_and_full_is_the_originals_network() -> None:
    for case in _built_in("smoke").values():
        training, grouping = case.scenario.training, case.scenario.grouping
        steps = training.epochs * grouping.groups // training.batch_size
        assert case.scenario.optimiser.warmup_steps < steps <= 32
        assert not case.scenario.limits
    for case in _built_in("full").values():
        if not case.name.startswith("siemens_star"):
            assert case.scenario.model.encoder_filters == (64, 128, 256)
            assert case.scenario.model.features == "plain"
            assert (case.scenario.optimiser.learning_rate, case.scenario.optimiser.final_fraction) == (1e-3, 1.0)


def test_matrices() -> None:
    ids = list(_cases("stable"))
    assert [name for name in ids if name.startswith("photon")] == [f"photon_grid_study-1e{k}" for k in range(3, 10)]
    assert [name for name in ids if name.startswith("dose")] == [
        f"dose_gs2-{dose}-{loss}" for dose in ("1e4", "1e5", "1e9") for loss in ("nll", "mae")
    ]


def test_full_siemens_star_is_large_and_uses_every_pattern() -> None:
    cases = _cases("full")
    for name in ("siemens_star_gs1", "siemens_star_gs2"):
        assert cases[name].scenario.dataset.N == 128
        assert cases[name].scenario.dataset.split == "none"


def test_the_example_of_the_documentation_loads(tmp_path: Path) -> None:
    page = (FOLDER.parent / "docs" / "adding-a-scenario.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "gs1_dim.yaml").write_text(example, encoding="utf-8")
    case = load_cases([FOLDER, tmp_path], "smoke", {})[-1]
    assert (case.id, case.scenario.dataset.nphotons, case.scenario.training.epochs) == ("gs1_dim", 1e2, 2)
