"""The check leg: one port step by step, from its import to a prediction, with a sentence on what to mend.

Every step that ends is a line in the progress file: `check`, its name; `status`, `pass`, `fail`, or `inconclusive` for
what the port does not claim; `message`. The process may end in any step, so nothing waits for the last one.
"""

import json
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from harness import layout
from harness.arrays import Array, Precision, Weights, in_precision
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError, in_one_line
from harness.networks import registry
from harness.ports.feed import batch_of, rolled
from harness.ports.protocol import MASK, SHARED_WEIGHTS, Batch, EpochReport, Port
from harness.run.job import Job
from harness.run.legs.common import create, mask_of, setup_of, shared_start, truth_of
from harness.run.legs.lockstep import require_the_same
from harness.run.legs.trajectory import FirstBatches

FULL_DIGITS = 1 + 1e-9 / 3
"""A factor that gives every value of a batch more digits than float32 holds."""
NEEDED = ("importable", "builds")
"""Steps without which there is nothing to go through."""
SUM_TOLERANCE = 1e-4
"""How far, of its size, the loss may be from the sum of its terms, which float32 computes in another order."""


class InconclusiveError(Exception):
    """The port does not claim what a step asks, which is no fault of it."""


@dataclass
class Subject:
    """The port of a job and what it is fed."""

    job: Job
    batch: Batch = field(init=False)
    """The first batch of the training; every step gets it anew."""

    @cached_property
    def data(self) -> GroupedData:
        """The training data of the case."""
        return GroupedData.load(self.job.dataset / layout.TRAIN)

    def fresh(self) -> Batch:
        """The first batch of the training, in arrays of its own."""
        scale = setup_of(self.job, "float32").intensity_scale
        return batch_of(self.data, self.data.rows(0), scale, truth_of(self.job))

    @cached_property
    def port(self) -> Port:
        """The port, once built, in float32."""
        return create(self.job, "float32")

    def able(self, *needed: str) -> Port:
        """The port with the start of both sides; InconclusiveError unless it announces all that is needed."""
        started = self.started(self.port)
        needed = needed if mask_of(self.job) is None else (*needed, MASK)
        if absent := [name for name in needed if name not in started.capabilities]:
            raise InconclusiveError(f"the port does not announce {', '.join(absent)}; rungs that need it say so.")
        return started

    def started(self, port: Port) -> Port:
        """A port with the start of both sides, where it takes it."""
        if SHARED_WEIGHTS in port.capabilities:
            port.set_weights(shared_start(self.job, port))
        return port


def run(job: Job) -> None:
    """Go through the port; what cannot be built is not gone through."""
    subject = Subject(job)
    for name, step in STEPS.items():
        status, message = _outcome(partial(_without_changes, step), subject)
        _tell(job, {"check": name, "status": status, "message": message})
        if status == "fail" and name in NEEDED:
            break


def _outcome(step: Callable[[Subject], str], subject: Subject) -> tuple[str, str]:
    try:
        return "pass", step(subject)
    except InconclusiveError as reason:
        return "inconclusive", str(reason)
    except HarnessError as error:
        return "fail", str(error)
    except (Exception, SystemExit) as error:  # what a user's code raises is what this leg is there to tell
        traceback.print_exc()
        return "fail", f"raised {in_one_line(error)}; mend the line that is named, or what it was given."


def _tell(job: Job, line: dict[str, str]) -> None:
    if job.progress is not None:
        with job.progress.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"case": job.case, "backend": job.backend, "leg": job.leg, **line}) + "\n")


def _without_changes(step: Callable[[Subject], str], subject: Subject) -> str:
    """Take a step with a batch of its own; HarnessError when the port changed that in place."""
    subject.batch, kept = subject.fresh(), subject.fresh()
    message = step(subject)
    arrays = {name: array for name, array in vars(kept).items() if array is not None}
    _refuse(
        (f"batch.{name}" for name, array in arrays.items() if not np.array_equal(array, getattr(subject.batch, name))),
        "was changed in place; work on a copy.",
    )
    return message


def _importable(subject: Subject) -> str:
    registry.factory(subject.job.backend, setup_of(subject.job, "float32"))
    return ""


def _builds(subject: Subject) -> str:
    port, wanted = subject.port, setup_of(subject.job, "float32").device
    found = port.facts().get("device", wanted)
    if found != wanted:
        raise HarnessError(f"computes on {found}, where {wanted} was asked for; take the device from setup.device.")
    return f"{len(port.contract.weights)} weights, {len(port.contract.stages)} stages"


def _weights_read_back(subject: Subject) -> str:
    port = subject.able(SHARED_WEIGHTS)
    held, start = port.weights(), shared_start(subject.job, port)
    port.contract.check(held)
    _refuse(
        (
            name
            for name in start
            if not np.array_equal(in_precision(held[name], "float32"), in_precision(start[name], "float32"))
        ),
        "did not take the values that were set; something holds a copy, constrains or rounds them.",
    )
    return ""


def _stages(subject: Subject) -> str:
    port = subject.able("stages")
    found = port.stages(subject.batch)
    exposed = [stage.name for stage in port.contract.stages if stage.exposed]
    _refuse((name for name in exposed if name not in found), "is a stage of the contract and is not returned.")
    _refuse_values(found)
    return f"{len(found)} stages"


def _repeatable(subject: Subject) -> str:
    """Between two calls for one batch lies a call for another; a second build gets the weights of the first."""
    port = subject.able("stages")
    first = port.stages(subject.batch)
    port.stages(rolled(subject.batch, 1))
    require_the_same(first, port.stages(subject.batch), "float32", "in a second pass of the same batch")
    if "losses" in port.capabilities:
        before, after = (port.losses(subject.batch)["loss"] for _ in range(2))
        require_the_same(
            {"loss": np.array(before)}, {"loss": np.array(after)}, "float32", "when called twice in training mode"
        )
    if SHARED_WEIGHTS in port.capabilities:
        again = subject.started(create(subject.job, "float32")).stages(subject.batch)
        require_the_same(first, again, "float32", "when built a second time, with the same weights")
    return ""


def _precision(subject: Subject) -> str:
    """Whatever computes in float32 inside leaves values that float32 holds, though they come in float64."""
    subject.able("stages")
    port = subject.started(create(subject.job, "float64"))
    batch = replace(subject.batch, amplitude=subject.batch.amplitude * FULL_DIGITS)
    single = [name for name, value in port.stages(batch).items() if _is_single(value)]
    if single:
        raise InconclusiveError(
            f"no float64 in {_named(single)}: rung stages is red there in float64, unless the other side loses the "
            "same digits; compute in the type of the input or, where that cannot be, declare the stage to differ."
        )
    return "float64 as well"


def _is_single(value: Array) -> bool:
    kind: Precision | str = "complex64" if np.iscomplexobj(value) else "float32"
    return bool(np.any(value) and np.array_equal(value, value.astype(kind), equal_nan=True))


def _loss(subject: Subject) -> str:
    port = subject.able("losses")
    found, terms = port.losses(subject.batch), port.contract.losses
    _refuse((term.name for term in terms if term.name not in found), "is a term of the contract and is not returned.")
    _refuse_values({name: np.array(value) for name, value in found.items()})
    total = sum(term.weight * found[term.name] for term in terms)
    size = sum(abs(term.weight * found[term.name]) for term in terms)
    if abs(total - found["loss"]) > SUM_TOLERANCE * size:
        raise HarnessError(f"loss is {found['loss']:.6g}, its terms add up to {total:.6g}; name what is added to them.")
    return f"{len(terms)} terms" if len(terms) > 1 else ""


def _gradients(subject: Subject) -> str:
    port = subject.able("gradients")
    found = port.gradients(subject.batch)
    _refuse((name for name in port.contract.trained if name not in found), "is trained, and no gradient is returned.")
    _refuse(
        (name for name in port.contract.trained if found[name] is None),
        "has no gradient: the loss does not depend on it; leave it out, or mend where it is lost.",
    )
    _refuse_values({name: value for name, value in found.items() if value is not None})
    return f"{len(found)} weights"


def _step(subject: Subject) -> str:
    """The same step twice, from the same start: weights with a gradient move, frozen ones do not."""
    subject.able("train", SHARED_WEIGHTS)
    port = create(subject.job, "float32", random_layers=False)
    (before, after), (_, again) = _one_step(subject, port), _one_step(subject, port)
    _refuse_values(after)
    require_the_same(after, again, "float32", "when trained again from the same start")
    gradients = port.gradients(subject.batch) if "gradients" in port.capabilities else {}
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    with_gradient = {name for name, value in gradients.items() if value is not None and np.any(value)}
    _refuse(
        (name for name in port.contract.trained if name in with_gradient - moved),
        "has a gradient and did not move; give the optimiser every weight of the model that is built.",
    )
    frozen = {*before} - {*port.contract.trained, *port.contract.states}
    _refuse(sorted(frozen & moved), "is said not to be trained, and moved.")
    return f"{len(moved)} weights moved"


def _one_step(subject: Subject, port: Port) -> tuple[Weights, Weights]:
    """Weights before and after one step of a fresh training."""
    before, reports = subject.started(port).weights(), list[EpochReport]()
    scale = setup_of(subject.job, "float32").intensity_scale
    port.train(FirstBatches(subject.data, scale, 1, truth=truth_of(subject.job)), reports.append)
    if not reports or "loss" not in reports[0].metrics:
        raise HarnessError("the training reported no `loss`; call `report` after every epoch.")
    return before, port.weights()


def _prediction(subject: Subject) -> str:
    found: Any = subject.able("predict").predict(subject.batch)
    wanted = subject.batch.amplitude.shape
    if np.shape(found) != wanted or not np.iscomplexobj(found):
        raise HarnessError(f"returned {np.shape(found)} {getattr(found, 'dtype', '')}; {wanted} complex is wanted.")
    _refuse_values({"the prediction": found})
    return ""


STEPS: dict[str, Callable[[Subject], str]] = {
    "importable": _importable,
    "builds": _builds,
    "weights read back": _weights_read_back,
    "stages": _stages,
    "repeatable": _repeatable,
    "precision": _precision,
    "loss": _loss,
    "gradients": _gradients,
    "step": _step,
    "prediction": _prediction,
}
"""Each step by its name, in their order."""


def _refuse(names: Iterable[str], what: str) -> None:
    if found := list(names):
        raise HarnessError(f"{_named(found)} {what}")


def _refuse_values(found: dict[str, Array]) -> None:
    _refuse((name for name, value in found.items() if not np.isfinite(value).all()), "is not finite.")


def _named(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
