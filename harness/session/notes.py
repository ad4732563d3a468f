"""Notes of evidence: `green/<rung>.md` for a rung that passed, `red/<rung>.md` with all that is needed to repeat it."""

import platform
import shlex
from pathlib import Path

from harness import __version__, formatting, layout, templates
from harness.files import write_text
from harness.judge.verdict import Check, RungVerdict
from harness.records.case import CaseRecord
from harness.records.summary import CaseSummary
from harness.session import hub


def write(folder: Path, verdict: RungVerdict) -> None:
    """Write the note of one verdict; a skipped rung gets none."""
    if verdict.status == "skipped":
        return
    case, checks = hub.read_case(folder), checks_table(verdict.checks)
    if verdict.status == "pass":
        colour, text = layout.GREEN, templates.render("notes/green.md", case=case, verdict=verdict, checks=checks)
    else:
        colour, text = layout.RED, _red(case, verdict, checks)
    write_text(folder / colour / f"{verdict.rung}.md", text)


def checks_table(checks: tuple[Check, ...]) -> str:
    """Table of checks with value, limit and margin, those with the least margin first."""
    return formatting.table(
        ("check", "status", "value", "limit", "margin", "origin"),
        [
            (c.name, c.status, *map(formatting.number, (c.value, c.limit, c.margin)), c.origin)
            for c in sorted(checks, key=by_severity)
        ],
    )


def by_severity(check: Check) -> tuple[int, float]:
    """Sorting key of checks: those that have not passed first, then by rising margin."""
    return check.status == "pass", float("inf") if check.margin is None else check.margin


def repeat_command(case: CaseRecord | CaseSummary, rung: str) -> str:
    """The pytest command that runs and judges this rung of this case again."""
    words = ["pytest", "-m", "parity", "-k", f"test_{rung}[{case.id}]", "--parity-profile", case.profile]
    words += ["--parity-backends", ",".join(case.backends)]
    for key, value in case.overrides.items():
        words += ["--parity-override", f"{key}={value}"]
    words += ["--parity-fault", case.fault] if case.fault else []
    return shlex.join(words)


def _red(case: CaseRecord, verdict: RungVerdict, checks: str) -> str:
    return templates.render(
        "notes/red.md",
        case=case,
        verdict=verdict,
        wrong=[check for check in sorted(verdict.checks, key=by_severity) if check.status != "pass"],
        checks=checks,
        command=repeat_command(case, verdict.rung),
        version=__version__,
        python=platform.python_version(),
        platform=platform.platform(),
    )
