"""Differences that a scenario declares: told apart from those that nobody knows, and never taken for agreement.

A declaration turns a failed check into one of the status `declared`. It holds until its day, and what it speaks of must
still be there. What is computed behind a stage that is declared to differ is inconclusive where the sides part: nobody
can tell the known difference from another one there. That holds for the precision in which the stage does differ: one
that a side computes in float32 leaves all of float32 to be judged. From the first step on it holds for a constant of
the optimiser that is declared, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from functools import lru_cache

from harness.arrays import PRECISIONS, Precision
from harness.errors import HarnessError
from harness.judge.comparing import relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.tolerances import Limit, Limits
from harness.judge.verdict import Check, excused
from harness.ports.contract import OPTIMISER_OPTIONS, Contract
from harness.records.declared import DeclaredDifference

Declared = Mapping[str, DeclaredDifference]
BEHIND = (
    "physics",
    "loss",
    "gradient",
    "step",
    "trajectory",
    "telemetry",
    "patches",
    "scale",
    "canvas",
    "agreement",
    "exchange",
)
"""Rungs that judge what a stage leads to."""
LATER = (*BEHIND, "reconstruction", "ensemble", "golden", "speed")
"""Rungs above rung stages, on which what is declared of them is looked for."""
PARTED = ("stages", *BEHIND)
"""Rungs of which it matters where the sides part."""
OPTIMISED = ("step", "trajectory", "telemetry", "patches", "agreement")
"""Rungs that compare what the optimiser leads to."""
TRAINED = "training"
Parting = Mapping[str, str]
"""By precision, the first stage that is declared to differ and does, and that of the precision of the training under
TRAINED; where none does, nothing."""


def applied(
    rung: str, checks: Sequence[Check], declared: Declared, contract: Contract, parting: Parting, sides: Sequence[str]
) -> list[Check]:
    """The checks of a rung, with those that a declaration is about; `sides`: the names of both."""
    if not declared:
        return list(checks)
    found = [_with_declaration(check, declared) for check in checks]
    if rung == "stages":
        behind = {
            f"{precision}.{name}": first for precision, first in parting.items() for name in _from(contract, first)
        }
        return [_behind(check, behind.get(check.name)) for check in found]
    if rung in BEHIND:
        found = [_behind(check, _parted_before(check, parting), sides) for check in found]
    return [_behind(check, _optimiser(declared), sides) for check in found] if rung in OPTIMISED else found


def parting(evidence: Evidence, limits: Limits) -> Parting:
    """See `Parting`: a stage that is declared for its float64 alone excuses nothing that is judged in float32."""
    return _parting(evidence, tuple(limits.find(f"stages.{precision}") for precision in PRECISIONS))


@lru_cache(maxsize=8)
def _parting(evidence: Evidence, limits: tuple[Limit | None, ...]) -> Parting:
    """Cached, since every rung in PARTED needs it; `limits`: of the stages, by precision."""
    names = [stage.name for stage in evidence.contract.stages]
    known = [name for name in names if _matching(f"stages.{name}", evidence.declared)]
    found = (
        (precision, next((name for name in known if _differs(evidence, limit, precision, name)), None))
        for precision, limit in zip(PRECISIONS, limits, strict=True)
    )
    stages: dict[str, str] = {precision: name for precision, name in found if name is not None}
    trained = stages.get(evidence.scenario.training.precision)
    return stages if trained is None else {**stages, TRAINED: trained}


def _differs(evidence: Evidence, limit: Limit | None, precision: Precision, name: str) -> bool:
    """Whether a stage differs at a precision by more than the limit; also where that cannot be told."""
    try:
        other, own = (evidence.stages(side, precision)[name] for side in evidence.backends)
    except (HarnessError, KeyError):
        return True
    if own.shape != other.shape:
        return True
    error = relative_error(own, other)
    return error is None or limit is None or not limit.holds(error)


def _from(contract: Contract, first: str) -> list[str]:
    names = [stage.name for stage in contract.stages]
    return names[names.index(first) :]


def _parted_before(check: Check, parting: Parting) -> str | None:
    """The declared stage that a check may follow from: that of the precision in its name, or of the training."""
    own: str = next((precision for precision in PRECISIONS if precision in check.name.split(".")), TRAINED)
    return parting.get(own)


def _optimiser(declared: Declared) -> str | None:
    """The constant of the optimiser that is declared to differ, if one is: from the first step on the sides part."""
    return next((name for name in OPTIMISER_OPTIONS if _matching(f"spec.options.{name}", declared)), None)


def _follows_from_nothing(check: Check, sides: Sequence[str]) -> bool:
    """Whether no difference between the sides can be the cause of what a check found.

    So is a slope, which both sides compute from the same values; and what is found of one side by itself, such as a
    weight that never moves. Rung physics is apart: behind a stage that is declared to differ, a side is off the oracle.
    """
    first = check.name.partition(".")[0]
    return (check.rung == "gradient" and first == "slope") or (check.rung != "physics" and first in sides)


def found_in_step(what: str, contract: Contract) -> bool:
    """Whether a declaration is about weights alone, such as running statistics: they differ from the first step on."""
    stages = (*(stage.name for stage in contract.stages), *contract.layers)
    weights = (weight.name for weight in contract.weights)
    return not any(is_about(name, what) for name in stages) and any(is_about(name, what) for name in weights)


def gone_from(rung: str, checks: Sequence[Check], declared: Declared) -> list[Check]:
    """A failed check for each declaration of this rung above the stages, `loss.float32.loss`, that is gone from it.

    Where something of the rung could not be judged, nothing is said.
    """
    sought = {what: known for what, known in declared.items() if rung in LATER and what.partition(".")[0] == rung}
    findings = Findings(rung, Limits({}))
    if not any(check.status == "error" for check in checks):
        demand_still_there(findings, sought, checks)
    return findings.checks


def demand_still_there(findings: Findings, declared: Declared, checks: Iterable[Check]) -> None:
    """Add a failed check for each declaration that no failed one of the checks is about."""
    failed = [f"{check.rung}.{check.name}" for check in checks if check.status == "fail"]
    for what in gone(declared, failed):
        message = f"{what} is declared to differ ({declared[what].differs}), and does not; take the declaration out"
        findings.demand("no_longer_there", False, message)


def gone(declared: Declared, failed: Iterable[str]) -> list[str]:
    """The declarations that no failed check (`rung.name`) is about: the difference is no longer there.

    Those that not every run shows are none of them.
    """
    names = list(failed)
    return [
        what for what, known in declared.items() if known.every_run and not any(is_about(name, what) for name in names)
    ]


def is_about(check: str, what: str) -> bool:
    """Whether a check speaks of what is declared: its name holds the parts of the declaration, one after the other.

    A part may be a pattern, as for names of files: `batch_normalization*` stands for all such layers.
    """
    parts, wanted = check.split("."), what.split(".")
    return any(
        all(map(fnmatchcase, parts[start : start + len(wanted)], wanted))
        for start in range(len(parts) - len(wanted) + 1)
    )


def _matching(check: str, declared: Declared) -> str | None:
    return next((what for what in declared if is_about(check, what)), None)


def _with_declaration(check: Check, declared: Declared) -> Check:
    what = _matching(f"{check.rung}.{check.name}", declared)
    if check.status != "fail" or what is None:
        return check
    known = declared[what]
    if date.fromisoformat(known.until) < datetime.now(UTC).date():
        return replace(check, message=f"{check.message}; declared until {known.until}, which has passed")
    if known.found not in check.message:
        return replace(check, message=f"{check.message}; declared as {known.found!r}: the difference has changed")
    declaration = f"declared until {known.until}: {known.differs} ({known.reason})"
    return excused(check, "declared", declaration)


def _behind(check: Check, first: str | None, sides: Sequence[str] = ()) -> Check:
    if first is None or check.status != "fail" or _follows_from_nothing(check, sides):
        return check
    why = f"it may follow from the declared difference of {first}, so nothing is told of it"
    return excused(check, "inconclusive", why)
