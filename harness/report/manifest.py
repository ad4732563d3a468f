"""The manifest: every file of a hub with its size, its SHA-256 and the stage that wrote it. Written last."""

from pathlib import Path, PurePosixPath
from typing import Any

from harness.errors import HarnessError
from harness.files import read_json, sha256, write_json, write_text
from harness.judge import ladder

MANIFEST = "manifest.json"
CHECKSUMS = "checksums.txt"
SCHEMA_VERSION = "1.0"
_OWN = (MANIFEST, CHECKSUMS)
_JUDGE_FOLDERS = ("checks", "comparison", "green", "reassembly", "red")
_REPORT_FILES = (
    "case.json", "prepared.json", "progress.jsonl", "colours.json", "history_summary.json", "training_summary.md",
    "patch_stats.md",
)  # fmt: skip
_RENDERED = (".png", ".html")


def write(hub: Path) -> None:
    """Write `manifest.json`, and `checksums.txt` for `sha256sum -c`."""
    files = [_entry(hub, path) for path in _files(hub)]
    write_json(hub / MANIFEST, {"schema_version": SCHEMA_VERSION, "files": files})
    write_text(hub / CHECKSUMS, "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in files))


def changed(hub: Path) -> list[str]:
    """The files that the manifest lists and that are gone or differ; nothing when there is no manifest yet."""
    if not (hub / MANIFEST).is_file():
        return []
    entries = read_json(hub / MANIFEST)["files"]
    return [entry["path"] for entry in entries if not _holds(hub, entry)]


def require_unchanged(hub: Path) -> None:
    """Raise HarnessError when a file differs from the manifest."""
    if different := changed(hub):
        names = ", ".join(different[:3]) + (", ..." if len(different) > 3 else "")
        raise HarnessError(f"{hub}: {len(different)} files differ from {MANIFEST} ({names}); this hub is no evidence.")


def _files(hub: Path) -> list[Path]:
    """Every file but the manifest itself and hidden ones, by relative name."""
    found = (path for path in hub.rglob("*") if path.is_file() and not path.is_symlink())
    parts = ((path.relative_to(hub).parts, path) for path in found)
    return [path for names, path in sorted(parts) if names[0] not in _OWN and not any(n.startswith(".") for n in names)]


def _entry(hub: Path, path: Path) -> dict[str, Any]:
    name = path.relative_to(hub).as_posix()
    return {"path": name, "size": path.stat().st_size, "sha256": sha256(path), "stage": stage(name)}


def _holds(hub: Path, entry: dict[str, Any]) -> bool:
    path: Path = hub / entry["path"]
    return path.is_file() and path.stat().st_size == entry["size"] and sha256(path) == entry["sha256"]


def stage(name: str) -> str:
    """The stage that wrote the file of this relative name: scenario, dataset, run, judge or report."""
    path = PurePosixPath(name)
    if len(path.parts) == 1 or path.suffix in _RENDERED:
        return "report"
    if path.name == "scenario.yaml":
        return "scenario"
    if path.name in _REPORT_FILES:
        return "report"
    if path.parts[1] in _JUDGE_FOLDERS:
        return "run" if path.parts[1] == "red" and path.stem not in ladder.RUNGS else "judge"
    return "dataset" if path.parts[1] == "dataset" else "run"
