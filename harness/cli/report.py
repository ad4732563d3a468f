"""`report`: the pages of a hub once more, from its files; or the index over a folder of hubs."""

from pathlib import Path

import typer

from harness import layout
from harness.cli.common import Hub, Json, print_json
from harness.report import assembly, markdown
from harness.session import hub, manifest


def report(root: Hub, as_json: Json = False) -> None:
    """Draw the pictures and write the pages of a hub again, from its verdicts and files; also of a killed session.

    A hub whose files differ from its manifest is refused: what it shows would be no evidence. Of a folder of hubs, such
    as reports, the index over all of them is written.

    Example: python -m harness report reports/latest
    """
    from harness.report.trend import index  # brings jinja2, which only the report needs

    if index.is_folder_of_hubs(root):
        _report_folder(root, as_json)
        return
    hub.require(root)
    manifest.require_unchanged(root)
    summary = assembly.render(root.resolve())
    if as_json:
        print_json(summary)
        return
    for case in summary.cases:
        typer.echo(markdown.case_line(case))
    typer.echo(f"written: {root / layout.INDEX}")


def _report_folder(reports: Path, as_json: bool) -> None:
    from harness.report.trend import index

    sessions = index.write(reports)
    if as_json:
        print_json(sessions)
        return
    for session in sessions:
        typer.echo(f"{session.hub}: {session.status.upper()}, {len(session.cases)} cases")
    typer.echo(f"written: {reports / layout.INDEX}")
