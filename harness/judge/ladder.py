"""The parity ladder: its rungs in order, the legs that each needs, and the judging of one rung."""

from types import ModuleType

from harness.errors import HarnessError
from harness.judge import declared, precision, repeats
from harness.judge.evidence import Evidence
from harness.judge.rungs import (
    agreement,
    canvas,
    dataset,
    ensemble,
    exchange,
    golden,
    gradient,
    loss,
    patches,
    physics,
    reconstruction,
    scale,
    settings,
    spec,
    stages,
    step,
    telemetry,
    trajectory,
)
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check, RungVerdict

NOT_MADE = ("error", "inconclusive", "skipped")
"""A check of one of these statuses and without a limit could not be made, or was not part of the case."""

JUDGES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        spec,
        settings,
        dataset,
        stages,
        physics,
        loss,
        gradient,
        step,
        trajectory,
        telemetry,
        patches,
        scale,
        canvas,
        reconstruction,
        agreement,
        exchange,
        ensemble,
        golden,
    )
}
"""The module of each rung that can be judged, the lowest rung first: each rung presumes the ones before it."""

RUNGS = (*JUDGES, "speed")
"""Names of all rungs; the speed is measured by benchmarks and not judged yet."""


def needs(rung: str) -> frozenset[str]:
    """Names of the legs whose files a rung reads."""
    legs: frozenset[str] = _judge_of(rung).NEEDS
    return legs


def judge_rung(rung: str, evidence: Evidence, limits: Limits) -> RungVerdict:
    """Judge one rung of a case from its files.

    Missing evidence, and a limit of the case that no check used, become checks of status `error`. A rung without any
    check is an error, too.
    Raises HarnessError for an unknown rung, and where `run_metadata.json` is missing.
    """
    judge = _judge_of(rung)
    checks = judge.judge(evidence, limits.on(evidence.devices))
    checks = precision.applied(rung, checks, evidence, limits)
    checks = repeats.applied(rung, checks, evidence, limits.on(evidence.devices))
    verdict = RungVerdict(rung, tuple(_with_declared(rung, checks, evidence, limits)))
    unmade = [check for check in verdict.checks if check.status in NOT_MADE and check.limit is None]
    if unmade or not verdict.checks:  # checks that could not be made asked for no limit
        return verdict
    return RungVerdict(rung, (*verdict.checks, *(_unused(rung, *limit) for limit in limits.unused(rung))))


def _with_declared(rung: str, checks: list[Check], evidence: Evidence, limits: Limits) -> list[Check]:
    if not evidence.declared:
        return checks
    parting = declared.parting(evidence, limits) if rung in declared.PARTED else {}
    checks = [*checks, *declared.gone_from(rung, checks, evidence.declared)]
    return declared.applied(rung, checks, evidence.declared, evidence.contract, parting, evidence.backends)


def _judge_of(rung: str) -> ModuleType:
    if rung not in JUDGES:
        raise HarnessError(f"there is no rung {rung!r} to judge; allowed: {', '.join(JUDGES)}.")
    return JUDGES[rung]


def _unused(rung: str, name: str, origin: str) -> Check:
    message = f"limits.{name} was given, but no check of this case asks for it; remove it"
    return Check(rung, name.partition(".")[2], "error", None, None, None, origin, message)
