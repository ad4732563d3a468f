"""A telemetry tool over the cases of a hub; what it leaves there is entered in the manifest."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import Field

from harness import layout
from harness.errors import HarnessError
from harness.records.record import Record, SparseRecord
from harness.report import case_files
from harness.report.case_files import CaseFiles
from harness.session import hub, manifest

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class NotRun(Record):
    """A case that has nothing to be looked at."""

    case: str
    message: str
    """Why."""


class OfSides(SparseRecord, Generic[R]):
    """What a tool found of the sides of a case."""

    case: str
    sides: dict[str, R]
    reasons: dict[str, str] = Field(default_factory=dict)
    """Why a side is missing."""


def over_hub(root: Path, tool: Callable[[CaseFiles], R]) -> list[R | NotRun]:
    """What a tool, which writes its files into the folder of a case, found in every case of a hub.

    Raises HarnessError when `root` is no hub, or its files differ from its manifest.
    """
    hub.require(root)
    manifest.require_unchanged(root)
    found = [_of_case(case, tool) for case in case_files.of_hub(root)]
    seal_again(root)
    return found


def seal_again(root: Path) -> None:
    """Enter new files in the manifest, where the session has come to its end."""
    if (root / layout.MANIFEST).is_file():
        manifest.write(root)


def _of_case(case: CaseFiles, tool: Callable[[CaseFiles], R]) -> R | NotRun:
    if case.is_prepared:
        return tool(case)
    reason = case.prepared.reason if case.prepared else ""
    return NotRun(case=case.folder.name, message=reason or "the session ended before this case was run")


def gathered(names: Iterable[str], figure: Callable[[str], T], folder: Path) -> tuple[dict[str, T], dict[str, str]]:
    """The figure of every name that has one, and for the others the reason, relative to a case's folder."""
    found: dict[str, T] = {}
    reasons: dict[str, str] = {}
    for name in names:
        try:
            found[name] = figure(name)
        except HarnessError as reason:
            reasons[name] = str(reason).replace(f"{folder}/", "")
    return found, reasons
