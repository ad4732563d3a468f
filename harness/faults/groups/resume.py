"""Faults of a training that is interrupted and goes on from what was saved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from harness.arrays import Weights
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import halved
from harness.faults.faulty_port import FaultyPort, Resumption
from harness.faults.groups.training import DrawnBatches, Schedule

START = {"mean": 0.0, "variance": 1.0}
"""Where running statistics start, by the last part of their names."""


def emptied(state: Weights) -> Weights:
    """Zeros in place of what an optimiser kept."""
    return {name: np.zeros_like(value) for name, value in state.items()}


def of_state(change: Callable[[Weights], Weights]) -> Callable[[Resumption], Resumption]:
    """Make a change of a resumption from a change of the optimiser's state."""
    return lambda given: replace(given, optimiser=change(dict(given.optimiser)))


@fault("resume.moments-lost", rung="trajectory", network=ANY, quick=True)
def moments_lost(port: FaultyPort) -> None:
    """A training that goes on does so without the optimiser's moments."""
    port.resumption(of_state(emptied))


@fault("resume.second-moment-lost", rung="trajectory", network=ANY)
def second_moment_lost(port: FaultyPort) -> None:
    """A training that goes on does so without the second moment alone."""

    def without(state: Weights) -> Weights:
        lost = {name: value for name, value in state.items() if name.endswith(".second_moment")}
        return {**state, **emptied(lost)}

    port.resumption(of_state(without))


@fault("resume.moments-rounded", rung="trajectory", network=ANY)
def moments_rounded(port: FaultyPort) -> None:
    """The optimiser's state is saved in half precision."""
    port.resumption(of_state(halved))


@fault("resume.step-lost", rung="trajectory", network=ANY)
def step_lost(port: FaultyPort) -> None:
    """The optimiser counts its steps anew: the schedule of the rate and the corrections of the bias start again."""

    def anew(given: Resumption) -> Resumption:
        an_epoch, taken = given.batches.steps_per_epoch, given.step
        left = given.batches.epochs - taken // an_epoch
        return replace(given, step=0, batches=DrawnBatches(given.batches, left, an_epoch, lambda step: step + taken))

    port.resumption(anew)


@fault("resume.batches-anew", rung="trajectory", network=ANY)
def batches_anew(port: FaultyPort) -> None:
    """A training that goes on begins with the first batch again."""

    def from_the_first(given: Resumption) -> Resumption:
        source = given.batches
        drawn = DrawnBatches(source, source.epochs, source.steps_per_epoch, lambda step: step - given.step)
        return replace(given, batches=drawn)

    port.resumption(from_the_first)


@fault("resume.rate-anew", rung="trajectory")
def rate_anew(port: FaultyPort) -> None:
    """A training that goes on begins with the first learning rate again."""
    taken = [0]

    def note(given: Resumption) -> Resumption:
        taken[0] = given.step
        return given

    def anew(rate: Schedule, _: Any) -> Schedule:
        return lambda optimiser, step, steps: rate(optimiser, max(0, step - taken[0]), steps)

    port.resumption(note)
    port.rule("learning_rate", anew)


@fault("resume.statistics-lost", rung="trajectory", network="pair")
def statistics_lost(port: FaultyPort) -> None:
    """A training that goes on does so with running statistics as they start."""

    def at_start(given: Resumption) -> Resumption:
        kinds = {name: name.rpartition(".")[2] for name in given.weights}
        fresh = {name: np.full_like(given.weights[name], START[kind]) for name, kind in kinds.items() if kind in START}
        return replace(given, weights={**given.weights, **fresh})

    port.resumption(at_start)


@fault("resume.other-moments-lost", rung="exchange", network=ANY)
def other_moments_lost(port: FaultyPort) -> None:
    """What the other side saved of its optimiser is not loaded."""
    if port.leg == "resume":
        port.resumption(of_state(emptied))
