"""A telemetry tool over the cases of a hub; what it leaves there is entered in the manifest."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from harness import layout
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.session import case_runner, hub, manifest

T = TypeVar("T")
Tool = Callable[[Evidence], dict[str, Any]]
"""Writes its files into the folder of a case, and returns what it found there."""


def over_hub(root: Path, tool: Tool) -> list[dict[str, Any]]:
    """What a tool found in every case of a hub; of a case that was not run, `message` says why.

    Raises HarnessError when `root` is no hub, or its files differ from its manifest.
    """
    hub.read_session(root)
    manifest.require_unchanged(root)
    found = [_of_case(folder, tool) for folder in hub.case_folders(root)]
    seal_again(root)
    return found


def seal_again(root: Path) -> None:
    """Enter new files in the manifest, where the session has come to its end."""
    if (root / layout.MANIFEST).is_file():
        manifest.write(root)


def _of_case(folder: Path, tool: Tool) -> dict[str, Any]:
    if not case_runner.is_prepared(folder):
        found = case_runner.prepared(folder)
        reason = found.reason if found else ""
        return {"case": folder.name, "message": reason or "the session ended before this case was run"}
    return tool(case_runner.settled_evidence(folder, hub.read_case(folder).backends))


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
