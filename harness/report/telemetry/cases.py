"""Runs a telemetry tool, such as `history.write`, on every case of a hub, and enters its files in the manifest."""

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
    """A case that was not run, so that the tool has nothing to read."""

    case: str
    message: str
    """Why it was not run."""


class SideRecords(SparseRecord, Generic[R]):
    """The records that a tool made of the sides of a case, by side."""

    case: str
    sides: dict[str, R]
    reasons: dict[str, str] = Field(default_factory=dict)
    """Why a side has no record, by side."""


def over_hub(root: Path, tool: Callable[[CaseFiles], R]) -> list[R | NotRun]:
    """Run a tool on every case of a hub; it writes its files into the folder of the case.

    Args:
        root: the hub.
        tool: makes the record of a case.

    Returns:
        The record of each case, or a `NotRun` for a case without files.

    Raises:
        HarnessError: `root` is no hub, or its files differ from its manifest.
    """
    hub.require(root)
    manifest.require_unchanged(root)
    found = [_of_case(case, tool) for case in case_files.of_hub(root)]
    update_manifest(root)
    return found


def update_manifest(root: Path) -> None:
    """Write the manifest of a hub again, with its new files; nothing while its session has not written one."""
    if (root / layout.MANIFEST).is_file():
        manifest.write(root)


def _of_case(case: CaseFiles, tool: Callable[[CaseFiles], R]) -> R | NotRun:
    if case.is_prepared:
        return tool(case)
    reason = case.prepared.reason if case.prepared else ""
    return NotRun(case=case.folder.name, message=reason or "the session ended before this case was run")


def collect(names: Iterable[str], compute: Callable[[str], T], folder: Path) -> tuple[dict[str, T], dict[str, str]]:
    """Compute one value for each name.

    Args:
        names: what to compute.
        compute: computes the value of a name; it may raise HarnessError.
        folder: folder of the case, which the reasons name paths relative to.

    Returns:
        The values by name, and by name the reason why there is no value.
    """
    found: dict[str, T] = {}
    reasons: dict[str, str] = {}
    for name in names:
        try:
            found[name] = compute(name)
        except HarnessError as reason:
            reasons[name] = str(reason).replace(f"{folder}/", "")
    return found, reasons
