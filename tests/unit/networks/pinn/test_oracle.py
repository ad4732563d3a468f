"""The oracle of the network: what it starts from, and what it cannot answer."""

from dataclasses import replace

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.networks.pinn.contract import contract_of
from harness.networks.pinn.oracle import PinnOracle


@pytest.fixture
def asked(samples):
    scenario = samples.scenario(2)
    setup, batch = samples.setup(scenario), samples.batch(scenario)
    rng = np.random.default_rng(3)
    known = {"object_patches": rng.normal(size=batch.amplitude.shape) + 1j * rng.normal(size=batch.amplitude.shape)}
    return setup, known, batch, samples.lively_weights(setup)


def test_it_answers_for_the_stages_that_the_contract_names(asked):
    setup, known, batch, weights = asked
    answers = PinnOracle().stages(setup, known, batch, weights)
    named = {stage.name for stage in contract_of(setup.scenario).stages if stage.oracle}
    assert named <= set(answers)
    np.testing.assert_allclose(answers["input"], batch.amplitude / np.exp(weights["log_scale"]))


def test_the_scale_plays_no_part_in_what_is_diffracted(asked):
    setup, known, batch, weights = asked
    answers = PinnOracle().stages(setup, known, batch, weights)
    diffracted = PinnOracle().diffraction(setup, known["object_patches"], batch.relative)
    np.testing.assert_allclose(diffracted, answers["diffraction_amplitude"])


@pytest.mark.parametrize("patches", [None, "fewer"])
def test_it_needs_the_patches_of_the_side(asked, patches):
    setup, known, batch, weights = asked
    given = {} if patches is None else {"object_patches": known["object_patches"][:1]}
    with pytest.raises(HarnessError, match=r"stage object_patches is (missing|of shape)"):
        PinnOracle().stages(setup, given, batch, weights)


def test_offsets_that_do_not_fit_are_told(asked):
    setup, known, batch, weights = asked
    with pytest.raises(HarnessError, match="relative offsets are of shape"):
        PinnOracle().stages(setup, known, replace(batch, relative=batch.relative[..., :1]), weights)
