"""The parity ladder as tests: one a rung, once for every case. Each rung stands on those above it in this file.

A repository of its own gets them by one line in a test module: `from ptycho_parity.ladder import *`.
"""

import pytest

from harness.plugin.outcome import Verdict

__all__ = [  # noqa: RUF022 -- in the order of the ladder, which is that of the tests
    "pytestmark",
    "test_spec",
    "test_settings",
    "test_dataset",
    "test_stages",
    "test_physics",
    "test_loss",
    "test_gradient",
    "test_step",
    "test_trajectory",
    "test_telemetry",
    "test_patches",
    "test_scale",
    "test_canvas",
    "test_reconstruction",
    "test_agreement",
    "test_exchange",
    "test_ensemble",
    "test_golden",
]

pytestmark = pytest.mark.parity


def test_spec(verdict: Verdict) -> None:
    """Do both sides claim to be the same network: its weights, layers, loss and optimiser?"""
    verdict.must_hold()


def test_settings(verdict: Verdict) -> None:
    """What was asked for, and what each side's own workflow was about to train with: is it the same?"""
    verdict.must_hold()


def test_dataset(verdict: Verdict) -> None:
    """Did both sides get the same data, and does it keep the data contract and the intensity symmetry?"""
    verdict.must_hold()


def test_stages(verdict: Verdict) -> None:
    """Same weights, one batch: does every named stage of the forward pass agree?"""
    verdict.must_hold()


def test_physics(verdict: Verdict) -> None:
    """Do both sides agree with the float64 oracle on the stages of the physics?"""
    verdict.must_hold()


def test_loss(verdict: Verdict) -> None:
    """Is the value of every loss term the same?"""
    verdict.must_hold()


def test_gradient(verdict: Verdict) -> None:
    """Is the gradient of every weight the same, and does every trainable weight have one?"""
    verdict.must_hold()


def test_step(verdict: Verdict) -> None:
    """Are the weights, and the state of the optimiser, the same after one step?"""
    verdict.must_hold()


def test_trajectory(verdict: Verdict) -> None:
    """Same batches for some steps: does the distance stay inside the envelope of rounding noise?"""
    verdict.must_hold()


def test_telemetry(verdict: Verdict) -> None:
    """Is every epoch finite on both sides, and if not, which metric broke first and when?"""
    verdict.must_hold()


def test_patches(verdict: Verdict) -> None:
    """Are the statistics of the predicted patches within limits of each other, and above the collapse floor?"""
    verdict.must_hold()


def test_scale(verdict: Verdict) -> None:
    """Is the intensity scale persisted, restored, and equal within limits between the sides and the closed form?"""
    verdict.must_hold()


def test_canvas(verdict: Verdict) -> None:
    """Does the stitched canvas hold every patch, with no energy lost?"""
    verdict.must_hold()


def test_reconstruction(verdict: Verdict) -> None:
    """How far is each side from the truth, or from the reference reconstruction?"""
    verdict.must_hold()


def test_agreement(verdict: Verdict) -> None:
    """How far are the two sides from each other, once the gauges that physics leaves free are fixed and judged?"""
    verdict.must_hold()


def test_exchange(verdict: Verdict) -> None:
    """Weights trained on one side, loaded by the other: is it the same picture?"""
    verdict.must_hold()


def test_ensemble(verdict: Verdict) -> None:
    """Over several seeds of training: are the two sides equivalent, different, or is it undecided?"""
    verdict.must_hold()


def test_golden(verdict: Verdict) -> None:
    """Does today's result hold against the approved one?"""
    verdict.must_hold()
