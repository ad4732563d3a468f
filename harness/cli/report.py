"""`report`: the pages of a hub once more, from its files."""

import typer

from harness.cli.common import Hub, Json, print_json
from harness.report import assembly, hub, manifest, markdown


def report(root: Hub, as_json: Json = False) -> None:
    """Draw the pictures and write the pages of a hub again, from its verdicts and files; also of a killed session.

    A hub whose files differ from its manifest is refused: what it shows would be no evidence.

    Example: python -m harness report reports/latest
    """
    hub.read_session(root)
    manifest.require_unchanged(root)
    summary = assembly.render(root.resolve())
    if as_json:
        print_json(summary)
        return
    for case in summary["cases"]:
        typer.echo(markdown.case_line(case))
    typer.echo(f"written: {root / 'index.html'}")
