"""One stage alone, on stages that came from elsewhere."""

import itertools

import numpy as np
import pytest

from harness.networks.pinn.contract import stage_names


@pytest.fixture
def sample(shared, samples):
    def make(gridsize):
        scenario = samples.scenario(gridsize)
        return scenario, shared(samples.setup(scenario)), samples.batch(scenario)

    return make


@pytest.mark.parametrize("gridsize", [1, 2])
def test_on_its_own_stages_it_gives_its_own_stage(sample, gridsize):
    scenario, backend, batch = sample(gridsize)
    stages = backend.stages(batch)
    for name in stage_names(scenario):
        alone = backend.stage(name, stages, batch)
        assert alone.shape == stages[name].shape
        assert alone.dtype == stages[name].dtype
        np.testing.assert_allclose(alone, stages[name], rtol=0, atol=1e-13 * np.abs(stages[name]).max(), err_msg=name)


@pytest.mark.parametrize("gridsize", [1, 2])
def test_what_it_is_given_is_what_it_uses(sample, gridsize):
    """Stages after `object_patches` are linear in it, or quadratic; all before it are not asked."""
    scenario, backend, batch = sample(gridsize)
    stages = backend.stages(batch)
    names = stage_names(scenario)
    for before, name in itertools.pairwise(names):
        if before in ("amplitude_head", "diffraction_amplitude"):  # the next stage does not stand on this one
            continue
        changed = {other: np.full_like(stage, np.nan) for other, stage in stages.items() if other != before}
        if name == "object_patches":
            changed["amplitude_head"] = stages["amplitude_head"]
        doubled = backend.stage(name, changed | {before: 2 * stages[before]}, batch)
        assert np.all(np.isfinite(doubled)), name
        assert np.abs(doubled - stages[name]).max() > 0.01 * np.abs(stages[name]).max(), name
