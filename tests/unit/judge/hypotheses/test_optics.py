"""The stages of the physics, computed again with one thing changed."""

from dataclasses import replace

import numpy as np
import pytest

from harness.judge.hypotheses.catalogue import HYPOTHESES
from harness.judge.hypotheses.known import Known, Optics
from harness.judge.hypotheses.trial import explanation
from harness.physics import forward, merge, translation
from harness.physics.merge import COVERAGE_FLOOR, Merging, central_weight

RNG = np.random.default_rng(3)
N, PADDED, LOG_SCALE = 16, 26, 2.0
PROBE = RNG.normal(size=(N, N)) + 1j * RNG.normal(size=(N, N))
PATCHES = RNG.normal(size=(3, N, N, 4)) + 1j * RNG.normal(size=(3, N, N, 4))
RELATIVE = RNG.uniform(-3, 3, (3, 1, 2, 4))
AMPLITUDE = RNG.uniform(1, 400, (3, N, N, 4))
WEIGHT = central_weight(N, N // 2)
STAGES = forward.forward_stages(PATCHES, RELATIVE, PROBE, LOG_SCALE, Merging(PADDED, WEIGHT))
STAGES = {"input": AMPLITUDE / np.exp(LOG_SCALE), **STAGES}
OPTICS = Optics(AMPLITUDE, RELATIVE, PROBE, LOG_SCALE, N // 2)


def said(name, own, noise=1e-13, optics=OPTICS):
    """The sentence of the hypothesis that explains a stage; empty where none does."""
    order = list(STAGES)
    before = {key: STAGES[key] for key in order[: order.index(name)]}
    own = own * (1 + noise * RNG.normal(size=own.shape))
    found = explanation(Known(own, STAGES[name], name=name, stages=before, optics=optics), HYPOTHESES)
    return "" if found is None else found.sentence


def merged(relative, patches=PATCHES, weight=WEIGHT):
    return merge.merge(patches, relative, PADDED, weight)[..., None]


def summed(images):
    rows, columns = (translation.matrix(PADDED, N, -RELATIVE[:, 0, axis]) for axis in (1, 0))
    return translation.apply(rows, images, columns).sum(axis=1)[..., None]


def lit(probe):
    return STAGES["object_extracted"] * probe[:, :, None]


PLACED = summed(WEIGHT * np.moveaxis(PATCHES, -1, 1))
POWER = STAGES["diffraction_amplitude"] ** 2
CASES = {
    "offsets of the opposite sign": ("object_merged", merged(-RELATIVE)),
    "x and y of the offsets exchanged": ("object_merged", merged(RELATIVE[:, :, ::-1])),
    "opposite sign of x in": ("object_merged", merged(RELATIVE * np.array([-1, 1])[:, None])),
    "1 pixels in x and 0 in y": ("object_merged", merged(RELATIVE + np.array([1, 0])[:, None])),
    "0.5 pixels in x and 0.5 in y": ("object_merged", merged(RELATIVE + 0.5)),
    "rounded to whole pixels": ("object_merged", merged(np.round(RELATIVE))),
    "in column order of the group": ("object_merged", merged(RELATIVE[..., [0, 2, 1, 3]])),
    "offsets of the next patch": ("object_merged", merged(np.roll(RELATIVE, -1, -1))),
    "of the next sample of the batch": ("object_merged", merged(np.roll(RELATIVE, -1, 0))),
    "centred on the mean": ("object_merged", merged(RELATIVE - RELATIVE.mean(axis=0, keepdims=True))),
    "channel-minor offsets": (
        "object_merged",
        merged(np.moveaxis(np.moveaxis(RELATIVE, -1, 1).reshape(4, 3, 1, 2), 0, -1)),
    ),
    "rounded to float16": ("object_merged", merged(RELATIVE.astype(np.float16).astype(float))),
    "offsets times 1.0123": ("object_merged", merged(1.0123 * RELATIVE)),
    "not divided by the summed weights": ("object_merged", PLACED),
    "summed weights of whole patches": ("object_merged", PLACED / (summed(np.ones((N, N))) + COVERAGE_FLOOR)),
    "0.05 added to the summed weights": ("object_merged", PLACED / (summed(WEIGHT) + 0.05)),
    "with weights of 1 on whole": ("object_merged", merged(RELATIVE, weight=np.ones((N, N)))),
    "with offsets of the opposite": (
        "object_extracted",
        merge.extract(STAGES["object_merged"][..., 0], -RELATIVE, N),
    ),
    "probe conjugated": ("exit_wave", lit(PROBE.conj())),
    "probe multiplied in twice": ("exit_wave", lit(PROBE**2)),
    "probe shifted by -1 column": ("exit_wave", lit(np.roll(PROBE, -1, 1))),
    "probe with rows and columns swapped": ("exit_wave", lit(PROBE.T)),
    "probe divided by its root mean": (
        "exit_wave",
        lit(PROBE * np.abs(PROBE).mean() / np.sqrt(np.square(np.abs(PROBE)).mean())),
    ),
    "without the shift of the zero": (
        "diffraction_amplitude",
        np.abs(np.fft.fft2(STAGES["exit_wave"], axes=(1, 2), norm="ortho")),
    ),
    "by the inverse transform": (
        "diffraction_amplitude",
        np.abs(np.fft.fftshift(np.fft.ifft2(STAGES["exit_wave"], axes=(1, 2), norm="ortho"), axes=(1, 2))),
    ),
    "as intensity, not as amplitude": ("diffraction_amplitude", POWER),
    "rounded to float32 before its root": (
        "diffraction_amplitude",
        np.sqrt(POWER.astype(np.float32).astype(float)),
    ),
    "without the intensity scale": ("intensity", POWER),
    "root of the intensity scale": ("intensity", np.exp(LOG_SCALE) * POWER),
    "opposite sign of the logarithm": ("input", AMPLITUDE * np.exp(LOG_SCALE)),
    "of counts where amplitudes": ("input", AMPLITUDE**2 / np.exp(LOG_SCALE)),
    "wrapped around at 65536": ("input", np.sqrt(AMPLITUDE**2 % 65536) / np.exp(LOG_SCALE)),
}


@pytest.mark.parametrize("words", CASES)
def test_what_the_physics_does_otherwise_is_named(words):
    # where one wave has many values, rounding a second time moves the last digit: nothing may be added to that
    assert words in said(*CASES[words], noise=0.0 if "rounded" in words else 1e-13)


@pytest.mark.parametrize("words", CASES)
def test_a_near_miss_is_not_named(words):
    assert said(*CASES[words], noise=1e-4) == ""


def test_physics_that_is_not_that_of_the_stages_says_nothing():
    other = replace(OPTICS, relative=RELATIVE + 0.1, probe=1.1 * PROBE + 1)
    assert said("exit_wave", lit(PROBE.conj()), optics=other) == ""
    assert said("object_merged", merged(-RELATIVE), optics=other) == ""


def test_the_first_samples_of_a_large_stage_stand_for_all():
    many = np.concatenate([PATCHES] * 8)
    known = Known(many, many, stages={"patterns": np.zeros((96, 2)), "groups": np.zeros((24, 2))})
    few = known.few()
    assert len(few.own) == len(few.stages["groups"]) == 16
    assert len(few.stages["patterns"]) == 64
