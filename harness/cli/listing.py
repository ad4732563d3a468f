"""`list`: lists the cases of the scenario folders."""

from pathlib import Path
from typing import Any

from harness import formatting
from harness.cli.common import Json, print_result, with_options
from harness.session.request import Request


@with_options("profile", "scenarios", "override")
def list_cases(as_json: Json = False, **options: Any) -> None:
    """List the cases of the scenario folders.

    Example: python -m harness list --profile smoke
    """
    rows = [
        {
            "id": case.id,
            "profile": case.profile,
            "source": case.scenario.dataset.source,
            "N": case.scenario.dataset.N,
            "gridsize": case.scenario.grouping.gridsize,
            "epochs": case.scenario.training.epochs,
            "markers": " ".join(case.scenario.markers),
            "description": case.scenario.description,
        }
        for case in Request.from_texts(Path.cwd(), **options).cases()
    ]
    header = ("case", "source", "N", "gridsize", "epochs", "markers", "description")
    keys = ("id", *header[1:])
    print_result(
        rows, [formatting.table(header, [[formatting.number(row[key]) for key in keys] for row in rows])], as_json
    )
