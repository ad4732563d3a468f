"""Notes of evidence: `green/<rung>.md` for a rung that passed, `red/<rung>.md` with all that is needed to repeat it."""

import platform
import shlex
from pathlib import Path

from harness import __version__, formatting, layout
from harness.files import write_text
from harness.judge.verdict import Check, RungVerdict
from harness.records.case import CaseRecord
from harness.session import hub

SUITE = "tests/parity/test_ladder.py"


def write(folder: Path, verdict: RungVerdict) -> None:
    """Write the note of one verdict; a skipped rung gets none."""
    if verdict.status == "skipped":
        return
    case = hub.read_case(folder)
    colour, text = (
        (layout.GREEN, _green(case, verdict)) if verdict.status == "pass" else (layout.RED, _red(case, verdict))
    )
    write_text(folder / colour / f"{verdict.rung}.md", text)


def checks_table(checks: tuple[Check, ...]) -> str:
    """The checks with their figures, in columns, those with the least margin first."""
    return formatting.table(
        ("check", "status", "value", "limit", "margin", "origin"),
        [
            (c.name, c.status, *map(formatting.number, (c.value, c.limit, c.margin)), c.origin)
            for c in sorted(checks, key=by_badness)
        ],
    )


def by_badness(check: Check) -> tuple[int, float]:
    """Sorting key: what is not passed first, then the smallest margin."""
    return check.status == "pass", float("inf") if check.margin is None else check.margin


def repeat_command(case: CaseRecord, rung: str) -> str:
    """The command that asks the same question again."""
    words = ["pytest", f"{SUITE}::test_{rung}[{case.id}]", "--parity-profile", case.profile]
    words += ["--parity-backends", ",".join(case.backends)]
    for key, value in case.overrides.items():
        words += ["--parity-override", f"{key}={value}"]
    words += ["--parity-fault", case.fault] if case.fault else []
    return shlex.join(words)


def _green(case: CaseRecord, verdict: RungVerdict) -> str:
    return f"# {verdict.rung} passed for {case.id}\n\n```\n{checks_table(verdict.checks)}\n```\n"


def _red(case: CaseRecord, verdict: RungVerdict) -> str:
    messages = "\n".join(
        f"- {c.name}: {c.message}" for c in sorted(verdict.checks, key=by_badness) if c.status != "pass"
    )
    return (
        f"# {verdict.rung}: {verdict.status} for {case.id}\n\n"
        f"## What went wrong\n\n{messages or '- ' + verdict.message}\n\n```\n{checks_table(verdict.checks)}\n```\n\n"
        f"## How to repeat\n\n```\n{repeat_command(case, verdict.rung)}\n```\n\n"
        "The evidence lies in this case's folder; it is judged again, without training, by "
        f"`python -m harness judge HUB`.\n\n"
        f"## Environment\n\nptycho-parity {__version__}, Python {platform.python_version()}, {platform.platform()}; "
        "all of it is in `{layout.ENVIRONMENT}` of the hub, that of each worker at the top of its log.\n"
    )
