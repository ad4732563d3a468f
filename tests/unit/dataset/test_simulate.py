"""The simulation against the formulas of the forward model, worked out anew for single patterns."""

from typing import get_args

import numpy as np
import pytest

from harness.dataset import simulate as module
from harness.dataset.simulate import simulate
from harness.errors import HarnessError
from harness.physics import probe, scale
from harness.scenario.schema import DatasetSpec, ObjectSpec, ProbeSpec, ScanSpec


def spec(**changes) -> DatasetSpec:
    small = {"object": ObjectSpec(shape=(160, 150)), "scan": ScanSpec(images=40)}
    return DatasetSpec(**(small | changes))


def test_what_is_simulated_keeps_the_contract():
    raw = simulate(spec())
    assert raw.diffraction.shape == (40, 64, 64)
    assert raw.diffraction.dtype == np.float32
    assert raw.probe.shape == (64, 64)
    assert raw.object is not None
    assert raw.object.shape == (160, 150)
    assert raw.scan_index.tolist() == [0] * 40
    assert scale.pattern_energies(raw.diffraction).mean() == pytest.approx(1e9, rel=1e-4)


@pytest.mark.parametrize("mask", [False, True])
def test_a_pattern_at_a_whole_position_is_the_transform_of_its_slice(monkeypatch, mask):
    monkeypatch.setattr(module.scan, "random_positions", lambda *_: (np.array([60.0, 75.0]), np.array([50.0, 90.0])))
    raw = simulate(spec(probe=ProbeSpec(kind="zone_plate", mask=mask)))
    assert raw.object is not None
    illumination = raw.probe * (probe.circular_mask(64) if mask else 1.0)
    waves = [illumination * raw.object[50 - 32 : 50 + 32, 60 - 32 : 60 + 32]]
    waves.append(illumination * raw.object[90 - 32 : 90 + 32, 75 - 32 : 75 + 32])
    patterns = np.abs(np.fft.fftshift(np.fft.fft2(np.array(waves)), axes=(1, 2)))
    patterns *= np.sqrt(1e9 / (patterns**2).sum(axis=(1, 2)).mean())
    bright = patterns > 100
    np.testing.assert_allclose(raw.diffraction[bright], patterns[bright], rtol=0.05)
    assert np.abs(raw.diffraction**2 - patterns**2).sum() / 2e9 < 0.01


def test_the_same_bits_every_time():
    first, again = simulate(spec()), simulate(spec())
    assert first.diffraction.tobytes() == again.diffraction.tobytes()
    assert np.any(first.diffraction != simulate(spec(photon_seed=1)).diffraction)


def test_chunks_leave_no_trace(monkeypatch):
    whole = simulate(spec())
    monkeypatch.setattr(module, "_CHUNK", 7)
    np.testing.assert_array_equal(simulate(spec()).diffraction, whole.diffraction)


@pytest.mark.parametrize("kind", ["idealised", "zone_plate", "curved_disk"])
def test_every_probe_can_be_simulated(kind):
    raw = simulate(spec(probe=ProbeSpec(kind=kind)))
    np.testing.assert_array_equal(raw.probe, raw.probe.astype(np.complex64))


def test_the_phase_follows_the_amplitude_when_asked():
    plain, phased = (
        simulate(spec(object=ObjectSpec(shape=(160, 150), phase=phase))) for phase in ("none", "follows_amplitude")
    )
    assert plain.object is not None
    assert phased.object is not None
    assert np.ptp(np.angle(plain.object)) == 0
    assert np.ptp(np.angle(phased.object)) == pytest.approx(2.0)
    np.testing.assert_allclose(np.abs(phased.object), np.abs(plain.object))


def test_an_object_without_room_is_one_sentence():
    with pytest.raises(HarnessError, match=r"dataset.object.shape.*no room"):
        simulate(spec(object=ObjectSpec(shape=(70, 70))))


@pytest.mark.parametrize("kind", sorted({*get_args(ProbeSpec.model_fields["kind"].annotation)} - {"file"}))
def test_every_probe_that_a_scenario_may_ask_for_can_be_made(kind):
    raw = simulate(spec(scan=ScanSpec(images=2), probe=ProbeSpec(kind=kind)))
    assert raw.probe.shape == (64, 64)
    assert np.abs(raw.probe).max() > 0
