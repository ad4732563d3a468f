"""`golden`: proposes new golden files, for a person to look at."""

from pathlib import Path
from typing import Annotated, Any

import typer

from harness import layout
from harness.cli.common import say, select_cases, with_options
from harness.session.golden import staleness
from harness.session.request import Request

app = typer.Typer(help="Golden files: results that a person has approved (tests/golden).", no_args_is_help=True)


@app.callback()
def _golden() -> None:
    pass


@app.command()
def propose(
    hub: Annotated[Path | None, typer.Argument(help="A hub whose trained results are proposed.")] = None,
    to: Annotated[Path, typer.Option("--to", help="New folder for proposal.patch and index.html.")] = Path("proposal"),
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case (repeatable).")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Propose a hub that is red, or ran with changes in no commit, all the same.")
    ] = False,
) -> None:
    """Write a patch with new golden files, and a page with old, new and difference; the project stays as it is.

    Without a hub only what needs no training is computed again. A hub that is red on any rung but golden, or that ran
    with changes that are in no commit, is refused. Exit status 1 when something differs.

    Example: python -m harness golden propose reports/latest --to proposal --case gs1_custom
    """
    from harness.report.golden import propose as proposing  # brings Pillow
    from harness.report.golden import state

    lines, against = ([], []) if hub is None else state.state(hub, case or ())
    if not force:
        state.require_sound(hub or Path(), lines, against)
    for line in lines:
        say(line, err=True)
    say("computing the golden files again ...", err=True)
    changes, left_out = proposing.propose(Path.cwd(), hub, to, case or (), lines)
    for sentence in left_out:
        say(f"left out: {sentence}", err=True)
    for change in changes:
        say(f"{change.kind}: {change.name}")
    say(f"{len(changes)} files differ; look at {to / layout.INDEX}, then: git apply {to / proposing.PATCH}")
    raise typer.Exit(1 if changes else 0)


@app.command()
@with_options("scenarios", "upstream", "store", "data", "timeout")
def why(
    case: Annotated[str, typer.Argument(help="A case with approved results.")],
    profile: Annotated[str, typer.Option("--profile", "--parity-profile", help="smoke, stable or full.")] = "smoke",
    revision: Annotated[str, typer.Option("--revision", help="Commit of the approval; default: as recorded.")] = "",
    old_python: Annotated[
        Path | None, typer.Option("--old-python", help="An interpreter with the versions of the approval.")
    ] = None,
    **options: Any,
) -> None:
    """Say whether a result is no longer the approved one because of our code or because of the libraries.

    Trains each side, or takes it from the store, with the code of the approval and with that of today, in this Python
    and in that of --old-python. Exit status 1 when a result of today is not the approved one, or could
    not be judged.

    Example: python -m harness golden why gs1_custom --old-python /opt/old/bin/python
    """
    request = Request.from_texts(Path.cwd(), profile=profile, **options)
    wanted = select_cases(request.cases(), [case])[0]
    squares = staleness.squares(wanted, revision, old_python, {**options, "profile": profile})
    for square in squares:
        say(square.line())
    raise typer.Exit(0 if all(square.now.is_other is False for square in squares) else 1)
