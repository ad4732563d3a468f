"""Rung 8: is every metric of every epoch finite on both sides, and if not, which was the first that is not?

Evidence: `train_outputs/history.json` of both sides. Besides, both must have trained for the epochs and steps of the
scenario, at the same learning rates, and end at losses that agree within the ledger's limit. Where a trajectory was
recorded, the loss that a side reports of one epoch (`trajectory/one_epoch.json`) is held against the mean of the losses
of its steps, and what it reports of its first epoch against the replay in float64 (`replay/history.json`).
Did training lower the loss of each side, from its first epoch to its last, above the floor of the likelihood? What was
not trained shows nothing of a training: where the other side was, the side fails, and else the rung is undecided.
The weights in `bundle/` must be those that the port held at the end, value by value.
"""

import contextlib

from harness import layout
from harness.errors import HarnessError
from harness.judge import cached
from harness.judge.bundle import judge_bundle
from harness.judge.comparing import relative_difference
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import loss_of_one_epoch, steps
from harness.judge.replay import judge_history
from harness.judge.telemetry import excesses, final_loss, first_nonfinite, loss_floor
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"train", "replay"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check each history by itself, then compare the two."""
    findings = Findings("telemetry", limits)
    for backend in evidence.backends:
        with findings.evidence_for(backend):
            _judge_side(findings, evidence, backend)
        _judge_mean(findings, evidence, backend)
        judge_history(findings, evidence, backend)
        judge_bundle(findings, evidence, backend)
    with findings.evidence_for("learning_rate"):
        _compare_rates(findings, evidence)
    with findings.evidence_for("final_loss"):
        _compare_losses(findings, evidence)
    _judge_lowering(findings, evidence)
    return findings.checks


def _judge_lowering(findings: Findings, evidence: Evidence) -> None:
    """Whether each side ended below where it began; a training of one epoch does not say."""
    found = {}
    for backend in evidence.backends:
        with contextlib.suppress(HarnessError):  # another check says what is missing
            found[backend] = excesses(evidence, backend)
    lowered = {backend: losses[-1] < losses[0] for backend, losses in found.items() if len(losses) > 1}
    for backend, fell in lowered.items():
        first, *_, last = losses = found[backend]
        moved, best = "fell" if fell else "rose", losses.index(min(losses))
        message = (
            f"{backend}: loss above its floor {moved} from {first:.3g} in the first epoch to {last:.3g} in the last of "
            f"{len(losses)}; it is least in epoch {best + 1}, {losses[best]:.3g}"
        )
        if fell or any(lowered.values()):
            findings.demand(f"{backend}.lowered", fell, message)
        else:
            findings.inconclusive(f"{backend}.lowered", f"{message}; neither side was trained to any end")


def _judge_side(findings: Findings, evidence: Evidence, backend: str) -> None:
    epochs = evidence.history(backend)
    broken = first_nonfinite(evidence, backend)
    found = f"{broken.metric} is not finite from epoch {broken.epoch} on" if broken else "every metric is finite"
    findings.demand(f"{backend}.finite", broken is None, f"{backend}: {found}")
    batches = len(cached.grouped(evidence.case_dir / layout.DATASET / layout.TRAIN).batches)
    expected, last = (evidence.scenario.training.epochs, batches), epochs[-1].step if epochs else 0
    message = f"{backend}: {len(epochs)} epochs and {last} steps, asked for {expected[0]} and {expected[1]}"
    if not last and evidence.trains_by_itself(backend):
        findings.demand(f"{backend}.epochs", len(epochs) == expected[0], message)
        findings.inconclusive(f"{backend}.steps", f"{backend} trains by itself and does not say how many steps it took")
        return
    findings.demand(f"{backend}.steps", (len(epochs), last) == expected, message)


def _judge_mean(findings: Findings, evidence: Evidence, backend: str) -> None:
    try:
        _, losses = steps(evidence, backend, "float64")
        reported = loss_of_one_epoch(evidence, backend)
    except HarnessError:  # the trajectory rung reports why there is none
        return
    mean = float(losses.mean()) if len(losses) else None
    message = f"{backend}: loss reported of an epoch, {reported}, against the mean of its steps, {mean}, relative"
    findings.measure(f"{backend}.mean_loss", relative_difference(reported, mean), "mean_loss", message)


def _compare_rates(findings: Findings, evidence: Evidence) -> None:
    reference, candidate = (
        [epoch.metrics.get("learning_rate") for epoch in evidence.history(backend)] for backend in evidence.backends
    )
    unreported = [
        side
        for side, rates in zip(evidence.backends, (reference, candidate), strict=True)
        if evidence.trains_by_itself(side) and set(rates) == {None}
    ]
    if unreported:
        findings.inconclusive(
            "learning_rate", f"{' and '.join(unreported)} did not report the learning rate of an epoch"
        )
        return
    errors = [relative_difference(own, other) for own, other in zip(candidate, reference, strict=False)]
    known = [error for error in errors if error is not None]
    worst = max(known) if known and len(known) == len(candidate) == len(reference) else None
    findings.measure("learning_rate", worst, "learning_rate", "largest relative difference of an epoch's learning rate")


def _compare_losses(findings: Findings, evidence: Evidence) -> None:
    floor = loss_floor(evidence, evidence.backends[0])
    losses = [final_loss(evidence, backend) for backend in evidence.backends]
    excess = [None if loss is None else loss - floor for loss in losses]
    message = f"final losses {losses} above their floor {floor:.6g}: relative difference of the excess"
    findings.measure("final_loss", relative_difference(*excess), "final_loss", message)
