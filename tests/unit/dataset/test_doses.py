"""What photon counting must do to a data set as the dose rises, on the doses of the shipped studies."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from harness.dataset.simulate import simulate
from harness.report.parity_log.statistics import diffraction
from harness.scenario.catalogue import load_cases

SCENARIOS = Path(__file__).parents[3] / "scenarios"


@pytest.fixture(scope="module", params=[("photon_grid_study", 7), ("dose_gs2", 3)], ids=lambda param: param[0])
def amplitudes(request: pytest.FixtureRequest) -> dict[float, np.ndarray]:
    """Diffraction amplitude by dose, the doses rising."""
    name, count = request.param
    cases = [case.scenario.dataset for case in load_cases([SCENARIOS], "smoke", {}) if case.name == name]
    asked = {dataset.nphotons: dataset for dataset in cases}
    assert len(asked) == count
    return {nphotons: simulate(asked[nphotons]).diffraction for nphotons in sorted(asked)}


def test_more_photons_leave_fewer_pixels_dark(amplitudes: dict[float, np.ndarray]) -> None:
    shares = [diffraction(found)["nonzero_fraction"] for found in amplitudes.values()]
    assert all(more > less for less, more in pairwise(shares))


def test_the_mean_amplitude_grows_with_the_root_of_the_dose(amplitudes: dict[float, np.ndarray]) -> None:
    """From below: where most pixels count nothing, the mean of the roots is less than the root of the mean."""
    shares = [diffraction(found)["mean"] / np.sqrt(nphotons) for nphotons, found in amplitudes.items()]
    assert all(more > less for less, more in pairwise(shares))
    assert shares[0] < 0.8 * shares[-1]


def test_a_dose_counts_what_the_highest_one_leaves_of_itself(amplitudes: dict[float, np.ndarray]) -> None:
    """Nothing but the number of photons differs: fewer of the same photons give the same dark pixels and mean."""
    highest = max(amplitudes)
    intensity, generator = np.square(amplitudes[highest], dtype=np.float64), np.random.default_rng(3)
    for nphotons, amplitude in amplitudes.items():
        if nphotons < highest:
            found = diffraction(amplitude)
            expected = diffraction(np.sqrt(generator.poisson(intensity * nphotons / highest)))
            assert found["nonzero_fraction"] == pytest.approx(expected["nonzero_fraction"], rel=0.02)
            assert found["mean"] == pytest.approx(expected["mean"], rel=0.02)
