"""Where the zero frequency lies is told by probe and patterns together, whatever the middle looks like."""

import numpy as np
import pytest

from harness.dataset import probes
from harness.dataset.measured import centring

N = 64
AXIS = np.arange(N) - N // 2
RADIUS = np.hypot(AXIS[:, None], AXIS)
SHAPES = {
    "disc": RADIUS < 10,
    "large disc": RADIUS < 25,
    "disc up to the rim": RADIUS < 31.5,
    "disc beyond the rim": RADIUS < 40,
    "ring": (RADIUS > 17) & (RADIUS < 31),
    "small stop": (RADIUS > 5) & (RADIUS < 20),
    "large stop": (RADIUS > 28) & (RADIUS < 31),
    "ring over the rim": (RADIUS > 25) & (RADIUS < 40),
    "light at the corners alone": RADIUS > 33,
    "hole": RADIUS > 8,
    "square": (np.abs(AXIS[:, None]) < 12) & (np.abs(AXIS) < 12),
    "slit": (np.abs(AXIS[:, None]) < 28) & (np.abs(AXIS) < 3),
}
OTHER_PROBES = {
    "gauss": np.exp(-((probes.radii(N) / 8) ** 2)).astype(complex),
    "flat": np.ones((N, N), complex),
    "zone plate": probes.zone_plate(N),
    "disc": probes.idealised(N).astype(complex),
}


def seen(pupil: np.ndarray, phase: float = 0.3, frames: int = 20, photons: float = 1e5):
    """Amplitudes (frames, N, N) behind a random phase object, zero frequency at N/2, and the probe."""
    rng = np.random.default_rng(5)
    probe = np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(pupil * np.exp(0.03j * RADIUS**2))))
    waves = probe * np.exp(1j * phase * rng.standard_normal((frames, N, N)))
    patterns = np.abs(np.fft.fftshift(np.fft.fft2(waves), axes=(1, 2))) ** 2
    counts = rng.poisson(patterns * photons / patterns.sum(axis=(1, 2)).mean())
    return np.sqrt(counts).astype(np.float32), probe


def zero_frequency(patterns: np.ndarray, probe: np.ndarray | None) -> str | None:
    return centring.zero_frequency(np.square(patterns, dtype=np.float64).sum(axis=0), probe)


def both_orders(patterns: np.ndarray, probe: np.ndarray) -> tuple[str | None, str | None]:
    return zero_frequency(patterns, probe), zero_frequency(np.fft.ifftshift(patterns, axes=(1, 2)), probe)


@pytest.mark.parametrize("pupil", SHAPES.values(), ids=SHAPES)
def test_with_the_probe_that_took_them_every_shape_is_told(pupil):
    assert both_orders(*seen(pupil)) == ("middle", "corner")


@pytest.mark.parametrize("name", ["disc", "large disc", "ring", "large stop", "square"])
@pytest.mark.parametrize("frames", [1, 3])
def test_few_speckled_frames_are_enough(name, frames):
    assert both_orders(*seen(SHAPES[name], phase=0.6, frames=frames)) == ("middle", "corner")


@pytest.mark.parametrize("name", ["disc", "small stop", "large stop"])
def test_a_few_hundred_photons_are_enough(name):
    assert both_orders(*seen(SHAPES[name], photons=30)) == ("middle", "corner")


@pytest.mark.parametrize("pupil", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("probe", OTHER_PROBES.values(), ids=OTHER_PROBES)
def test_a_probe_that_is_far_off_never_moves_what_lies_right(pupil, probe):
    patterns, _ = seen(pupil)
    middle, corner = both_orders(patterns, probe)
    assert middle in ("middle", None)
    assert corner in ("corner", None)


@pytest.mark.parametrize("name", ["disc", "large disc", "ring", "small stop", "large stop"])
def test_rings_tell_where_the_probe_does_not(name):
    assert both_orders(seen(SHAPES[name])[0], np.ones((N, N), complex)) == ("middle", "corner")


@pytest.mark.parametrize("place", [(0, 0), (2, 3), (0, 32)])
def test_a_hot_pixel_outweighs_nothing(place):
    patterns, probe = seen(SHAPES["ring"])
    patterns[:, *place] = 255
    assert zero_frequency(patterns, probe) == "middle"


def cross(width: int) -> np.ndarray:
    """Good pixels of a detector whose modules leave two gaps, one of them through the middle."""
    good = np.ones((N, N), bool)
    good[:, N // 2 - width : N // 2 + width] = False
    good[N // 2 + 6 : N // 2 + 6 + width] = False
    return good


DEAD = {"gap": cross(1), "wide gap": cross(3), "beam stop": RADIUS > 6, "large beam stop": RADIUS > 12}
CLEAR = ["disc up to the rim", "large disc", "ring", "large stop", "ring over the rim", "light at the corners alone"]


def dead(patterns: np.ndarray, good: np.ndarray, off: tuple[int, int]) -> np.ndarray:
    """The patterns `off` the middle by some pixels, on a detector of which some pixels count nothing."""
    return np.roll(patterns, off, axis=(1, 2)) * good


@pytest.mark.parametrize("name", CLEAR)
@pytest.mark.parametrize("good", [cross(1), RADIUS > 6], ids=["gap", "beam stop"])
@pytest.mark.parametrize("off", [(0, 0), (2, -3)])
def test_gaps_and_beam_stops_and_some_pixels_beside_the_middle_change_nothing(name, good, off):
    patterns, probe = seen(SHAPES[name])
    assert zero_frequency(dead(patterns, good, off), probe) == "middle"


@pytest.mark.parametrize("pupil", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("phase", [0.3, 1.2])
def test_dead_pixels_never_swap_quadrants(pupil, phase):
    """A disc that fills the detector, behind a beam stop, looks like one about the corner: it is left undecided."""
    patterns, own = seen(pupil, phase)
    for good in DEAD.values():
        for off in ((0, 0), (2, -3), (8, 8)):
            for probe in (own, OTHER_PROBES["flat"], None):
                middle, corner = both_orders(dead(patterns, good, off), probe)
                assert middle in ("middle", None)
                assert corner in ("corner", None)


@pytest.mark.parametrize("name", ["disc", "large disc", "ring"])
def test_a_mask_takes_dead_pixels_out_of_both_tests(name):
    patterns, probe = seen(SHAPES[name])
    good = cross(3)
    sums = np.square(patterns * good, dtype=np.float64).sum(axis=0)
    assert centring.zero_frequency(sums, probe, good) == "middle"
    moved = np.fft.ifftshift(sums), probe, np.fft.ifftshift(good)
    assert centring.zero_frequency(*moved) == "corner"


@pytest.mark.parametrize("photons", [0.2, 1])
def test_light_that_is_evenly_spread_tells_nothing(photons):
    even = np.sqrt(np.random.default_rng(0).poisson(photons / N**2, (20, N, N)))
    for probe in OTHER_PROBES.values():
        assert zero_frequency(even, probe) is None


def test_a_probe_of_zeros_is_no_witness():
    assert zero_frequency(np.ones((2, N, N)), np.zeros((N, N), complex)) is None
