import numpy as np
import pytest

from harness.dataset.probes import curved_disk, idealised
from harness.judge.baselines import degraded_patches, stitched, twin_margin
from harness.physics.forward import diffract, exit_wave, squared
from harness.physics.twins import twin
from harness.records.pictures import TwinMargin
from harness.run.legs.statistics import central

RNG = np.random.default_rng(5)
PATCHES = RNG.uniform(0.5, 1.5, (6, 64, 64)) * np.exp(1j * RNG.uniform(-1, 1, (6, 64, 64)))


def intensities(patches, probe):
    return squared(diffract(exit_wave(np.moveaxis(patches, 0, -1)[None], probe)))


def test_a_patch_and_its_twin_give_the_same_pattern_under_a_flat_probe_only():
    probe = idealised(64)
    assert np.allclose(intensities(PATCHES, probe), intensities(twin(PATCHES), probe))
    assert not np.allclose(intensities(PATCHES, curved_disk(64)), intensities(twin(PATCHES), curved_disk(64)))


def test_the_constant_patch_has_the_energy_of_the_pattern():
    probe = curved_disk(64)
    constant = degraded_patches(PATCHES, probe, 20)["constant_patch"]
    assert constant.shape == (6, 20, 20)
    assert np.ptp(np.abs(constant), axis=(1, 2)).max() == 0
    energy = np.abs(constant[:, 0, 0]) ** 2 * (np.abs(probe) ** 2).sum()
    assert energy == pytest.approx(intensities(PATCHES, probe).sum(axis=(0, 1, 2)))


def test_the_even_part_is_its_own_twin():
    even = degraded_patches(PATCHES, idealised(64), 20)["even_part"]
    assert np.allclose(even, twin(even))
    assert np.allclose(
        degraded_patches(even.repeat(4, 1).repeat(4, 2), np.ones((80, 80)), 20)["flipped"].shape, (6, 20, 20)
    )


def test_stitching_the_whole_truth_gives_the_truth_back():
    images = RNG.uniform(1, 2, (40, 40)).astype(complex)
    patches = np.stack([images[4:24, 4:24], images[12:32, 10:30]])
    positions = np.array([[14 - 20, 14 - 20], [20 - 20, 22 - 20]], float)
    picture = stitched({"whole": patches}, positions, np.ones((20, 20)), 40)["whole"]
    assert np.allclose(picture[4:24, 4:24], images[4:24, 4:24])


@pytest.mark.parametrize("part", ["amplitude", "phase"])
def test_the_twin_margin_tells_upright_from_flipped(part):
    true = central(PATCHES, 20)
    turned = true * np.exp(1j * RNG.uniform(-3, 3, (6, 1, 1)))
    assert twin_margin(turned, true, part).margin > 0.9
    assert twin_margin(twin(turned), true, part).margin < -0.9
    assert abs(twin_margin(turned + twin(true), true, "amplitude").margin) < 0.5


@pytest.mark.parametrize("part", ["amplitude", "phase"])
@pytest.mark.parametrize("value", [1.0, np.nan])
def test_flat_or_broken_patches_have_no_margin(part, value):
    true = central(PATCHES, 20)
    found = twin_margin(np.full_like(true, value), true, part)
    assert found == TwinMargin(truth=None, flipped=None, margin=None, patches=0)
