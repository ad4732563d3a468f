"""How long each rung of a case took: judging it, and running the legs that it was the first to need."""

from harness.judge import ladder
from harness.report.case_files import CaseFiles


def of_legs(case: CaseFiles) -> dict[str, float]:
    """Seconds of each leg that was run in the session, by `BACKEND/LEG`; of a leg from the store there are none."""
    found: dict[str, float] = {}
    for job in case.all_jobs:
        if not job.cached and job.seconds is not None:
            name = f"{job.backend}/{job.leg}"
            found[name] = found.get(name, 0.0) + job.seconds
    return found


def of_rungs(case: CaseFiles) -> dict[str, float]:
    """Seconds of each planned rung, so that all of them together are what the case took.

    A leg that several rungs need counts for the lowest of them. The two sides run at once where there are two cores, so
    a case may have taken less by the clock.
    """
    left, found = of_legs(case), dict[str, float]()
    for verdict in case.verdicts:
        rung = verdict.rung
        own = [name for name in left if name.partition("/")[2] in ladder.needs(rung)]
        found[rung] = (verdict.seconds or 0.0) + sum(left.pop(name) for name in own)
    return found
