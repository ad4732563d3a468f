"""`report`: writes the pages of a hub again, from its files; or the index over a folder of hubs."""

from pathlib import Path
from typing import Annotated

import typer

from harness import layout
from harness.cli.common import Json, print_result
from harness.report import assembly, markdown
from harness.session import hub, manifest


def report(
    root: Annotated[Path, typer.Argument(help="Folder of a session, such as reports/latest, or of sessions.")],
    as_json: Json = False,
) -> None:
    """Draw the pictures and write the pages of a hub again, from its verdicts and files; also of a killed session.

    A hub whose files differ from its manifest, or that lost it, is refused: what it shows would be no evidence. Of a
    folder of hubs, such as reports, the index over all of them is written.

    Example: python -m harness report reports/latest
    """
    from harness.report.trend import index

    if index.is_folder_of_hubs(root):
        _report_folder(root, as_json)
        return
    hub.require(root)
    manifest.require_signed(root)
    summary = assembly.render(root.resolve())
    print_result(summary, [*map(markdown.case_line, summary.cases), f"written: {root / layout.INDEX}"], as_json)


def _report_folder(reports: Path, as_json: bool) -> None:
    from harness.report.trend import index

    sessions = index.write(reports)
    lines = [f"{one.hub}: {one.status.upper()}, {len(one.cases)} cases" for one in sessions]
    print_result(sessions, [*lines, f"written: {reports / layout.INDEX}"], as_json)
