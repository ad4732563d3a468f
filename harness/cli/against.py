"""`against`: what became of the ports since a revision."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import layout
from harness.cli.common import say, with_options
from harness.judge import bits
from harness.records.summary import Summary
from harness.report.trend import comparison
from harness.session.against import Against, pairs, require_plain
from harness.session.request import Request


@with_options("backends", "scenarios", "python", "upstream", "override", "store", "data", "timeout")
def against(
    revision: Annotated[str, typer.Argument(help="A branch, a tag or a commit, such as main.")],
    select: Annotated[str, typer.Option("-k", help="Cases, as pytest's -k.")] = "",
    profile: Annotated[str, typer.Option("--profile", "--parity-profile", help="smoke, stable or full.")] = "smoke",
    **options: Any,
) -> None:
    """Judge the ports as they lie here and as they were at a revision, and say what became better, worse and stayed.

    Each port whose code differs is also judged against itself at the revision. Results that the store has are used.
    Exit status 1 when anything became worse.

    Example: python -m harness against main -k gs1_custom
    """
    request = Request.from_texts(Path.cwd(), profile=profile, **options)
    require_plain(request.sides.values())
    one = Against(revision, select, {**options, "profile": profile, "backends": ""})
    at_revision = ",".join(map(one.at_revision, request.backends))
    Request.from_texts(Path.cwd(), **{**options, "backends": at_revision}).cases()  # says what is wrong with it now
    worse, lines = 0, list[str]()
    for pair, cases in pairs(request).items():
        found, told = _of_pair(one, pair, cases)
        worse, lines = worse + found, [*lines, *told]
    for text in lines or [f"-k {select}: selects no case."]:
        say(text)
    raise typer.Exit(1 if worse else 0)


def _of_pair(one: Against, pair: tuple[str, str], cases: Sequence[str]) -> tuple[int, list[str]]:
    """Run the sessions of one pair; returns how many of its quantities are worse, and what to say."""
    was = one.session([one.at_revision(side) for side in pair], cases)
    here = None if was is None else one.session(pair, cases)
    if was is None or here is None:
        return 0, []
    found, changed = comparison.compare(was, here), one.sides_with_other_code(was, here, pair)
    lines = [f"{one.revision} -> here, {' and '.join(pair)}", *found.told()]
    for side in pair:
        direct = one.session([one.at_revision(side), side], cases) if side in changed else None
        lines += [f"{side}: its code is that of {one.revision}"] if direct is None else _of_side(one, direct, side)
    return len(found.worse), [*lines, f"written: {comparison.write(found)}"]


def _of_side(one: Against, direct: Path, side: str) -> Iterator[str]:
    """What became of one side in each case, from the session that holds it against itself at the revision."""
    for case in Summary.read(direct / layout.SUMMARY).cases:
        same = any(check.name == bits.CHECK for check in case.checks)
        held = "computes the same bits" if same else "agrees within the limits"
        what = f"{held} as at {one.revision}" if case.status == "pass" else f"{case.status.upper()}: {case.diagnosis}"
        yield f"{side}, {case.id}: {what}"
