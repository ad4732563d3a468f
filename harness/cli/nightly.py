"""`nightly`: runs everything, one step after another, and continues a night that was stopped."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from filelock import FileLock, Timeout

from harness import layout
from harness.cli.common import say
from harness.errors import HarnessError
from harness.run.executors.executor import LOCAL, named

if TYPE_CHECKING:
    from harness.session.nightly.night import Night
    from harness.session.nightly.steps import Step


def nightly(
    budget: Annotated[float | None, typer.Option(min=0, help="Hours; nothing begins once they are spent.")] = None,
    select: Annotated[str, typer.Option("-k", help="Cases of the parity sessions, as pytest's -k.")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Each step at its smallest, to try the run itself.")] = False,
    week: Annotated[bool, typer.Option("--week", help="With what is run once a week: rates, sizes, costs.")] = False,
    executor: Annotated[str, typer.Option(help="What runs the workers of the parity sessions: local or dask.")] = LOCAL,
    reports: Annotated[Path, typer.Option("--reports", help="Where the folder of the night goes.")] = Path("reports"),
) -> None:
    """Run what a change may break, and with --week what measures the judge; exit status 0 when all ran and is green.

    The same command goes on with a night that was stopped, as long as no file of the project has changed.

    Example: python -m harness nightly --budget 8
    """
    from harness.run.interrupts import interruptible
    from harness.session.nightly.steps import steps

    reports.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(reports / ".nightly.lock", timeout=0), interruptible():
            one = _night(reports.resolve(), steps(select, quick, executor, week), executor)
            _run(one, budget)
    except Timeout as problem:
        raise HarnessError(f"{reports}: a night is running in it; wait for its end.") from problem
    say(f"written: {one.folder / layout.INDEX}")
    raise typer.Exit(0 if one.is_green else 1)


def _night(reports: Path, wanted: "list[Step]", executor: str) -> "Night":
    """The unfinished night that is continued, or a new one."""
    from harness.report.nightly import page
    from harness.session.nightly.night import Night, require_project

    named(executor).require()
    root = Path.cwd()
    require_project(root)
    if (one := Night.unfinished(reports, root, wanted, page.write)) is not None:
        say(f"goes on: {one.folder}")
        return one
    one = Night.begin(reports, root, wanted, page.write)
    say(f"begins: {one.folder}")
    return one


def _run(night: "Night", hours: float | None) -> None:
    """Run the unfinished steps of a night, then write the index over all sessions."""
    from harness.report import assembly

    try:
        night.run(None if hours is None else hours * 3600, say)
        assembly.index_over(night.folder.parent)
    except KeyboardInterrupt:
        say("stopped; the same command goes on with what is left", err=True)
