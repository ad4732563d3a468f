"""What photon counting must do to a data set as the dose rises, on the seven doses of the shipped study."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from harness.dataset.simulate import simulate
from harness.report.parity_log.statistics import diffraction
from harness.scenario.catalogue import load_cases

SCENARIOS = Path(__file__).parents[3] / "scenarios"


@pytest.fixture(scope="module")
def doses() -> dict[float, dict[str, float]]:
    cases = [case.scenario.dataset for case in load_cases([SCENARIOS], "smoke", {}) if case.name == "photon_grid_study"]
    assert len(cases) == 7
    return {asked.nphotons: diffraction(simulate(asked).diffraction) for asked in cases}


def test_more_photons_leave_fewer_pixels_dark(doses: dict[float, dict[str, float]]) -> None:
    assert all(more["nonzero_fraction"] > less["nonzero_fraction"] for less, more in pairwise(doses.values()))


def test_the_mean_amplitude_grows_with_the_root_of_the_dose(doses: dict[float, dict[str, float]]) -> None:
    """From below: where most pixels count nothing, the mean of the roots is less than the root of the mean."""
    shares = [found["mean"] / np.sqrt(nphotons) for nphotons, found in doses.items()]
    assert all(more > less for less, more in pairwise(shares))
    assert shares[-1] == pytest.approx(shares[-2], rel=0.01)
    assert shares[0] < 0.8 * shares[-1]
