"""Registry of golden files, `registry.json`: where each file comes from, and what is wrong with a file.

A golden file alone cannot be trusted: it may be truncated, from another scenario or environment, or edited by hand.
Each problem is stated in one sentence, before anything is compared with the file.
"""

from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from harness.errors import HarnessError
from harness.files import digest, read_json, sha256, write_json
from harness.judge.comparing import paired
from harness.records.golden import Entry
from harness.run.keys import relevant
from harness.scenario.schema import Scenario

FOLDER = Path("tests/golden")
"""Folder of a project's golden files, relative to its root."""
REGISTRY = "registry.json"
TRAINED = "trained"
"""Folder of the trained results: `trained/<profile>/<case>/<backend>.*`."""
UPDATE = "--golden-update"
_NO_GOLDEN = {".py", ".pyc", ".md", ".lock"}
_LFS = b"version https://git-lfs"
_ENTRIES = TypeAdapter(dict[str, Entry])


def depends_on(scenario: Scenario, leg: str) -> str:
    """Digest of those parts of a scenario that the outcome of a leg depends on: no description, limit or marker."""
    return digest(relevant(scenario, leg).model_dump(mode="json"))


def is_wanted(update: str | None, case: str, exists: bool) -> bool:
    """Whether the option UPDATE selects the golden files of a case.

    `update`: value of the option, `all`, `new` or the name of a case; `exists`: whether the case has golden files.
    """
    return update == "all" or update == case or (update == "new" and not exists)


def read(folder: Path) -> dict[str, Entry]:
    """Read the registry of a folder: entries by the file's path relative to it; empty where there is no registry.

    Raises HarnessError when the registry is broken.
    """
    path = folder / REGISTRY
    try:
        return _ENTRIES.validate_python(read_json(path)) if path.exists() else {}
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, found["loc"]))
        raise HarnessError(f"{path}: {where}: {found['msg']}; restore the file from version control.") from error


def entry(path: Path, **provenance: object) -> Entry:
    """Make the registry entry of a file as it is now; `provenance`: the other fields of the entry."""
    return Entry.model_validate({"sha256": sha256(path), "size": path.stat().st_size, **provenance})


def register(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Approve files: write their entries to the registry of `folder`.

    A file that is already approved with the same bytes keeps the hub that it was first taken from, so that approving
    the same result again changes nothing.
    """
    with FileLock(folder / f"{REGISTRY}.lock"):
        registered = read(folder)
        for name, new in entries.items():
            old = registered.get(name)
            if old is None or old.model_copy(update={"hub": new.hub, "commit": new.commit}) != new:
                registered[name] = new
        _write(folder, registered)


def _write(folder: Path, entries: Mapping[str, Entry]) -> None:
    write_json(folder / REGISTRY, _ENTRIES.dump_python(dict(sorted(entries.items()))))


def trained(folder: Path, profile: str, case: str) -> Path:
    """Folder of the trained results of a case below `folder`."""
    return folder / TRAINED / profile / case


def files(folder: Path) -> dict[str, Path]:
    """Paths of all golden files of a folder, by their paths relative to it."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in _NO_GOLDEN)
    return {path.relative_to(folder).as_posix(): path for path in sorted(found) if path.name != REGISTRY}


def problem(folder: Path, registered: Mapping[str, Entry], name: str, scenario: str | None) -> str:
    """Say what is wrong with one golden file, in one sentence; an empty text where nothing is.

    Args:
        folder: folder of the golden files.
        registered: entries of its registry, as `read` returns them.
        name: path of the file relative to the folder.
        scenario: `depends_on` of the present scenario; None for a file that depends on no scenario.
    """
    path, found = folder / name, registered.get(name)
    if found is None:
        state = "nobody has approved it" if path.exists() else "there is no such file"
        return f"{path}: {state}; look at it and approve it with {UPDATE}=new."
    if not path.is_file():
        return f"{path}: is missing, though {REGISTRY} names it; restore it from version control."
    if found.scenario != scenario:
        return f"{path}: is stale: the scenario of {found.case} has changed since it was approved; approve a new one."
    return damage(path, found)


def damage(path: Path, approved: Entry) -> str:
    """Say how the bytes of a file differ from the approved ones, in one sentence; an empty text where they do not."""
    with path.open("rb") as stream:
        if stream.read(len(_LFS)) == _LFS:
            return f"{path}: is a pointer of Git LFS and not the file; run git lfs pull."
    size = path.stat().st_size
    if size < approved.size:
        return f"{path}: is half written, {size} of {approved.size} bytes; restore it from version control."
    if sha256(path) != approved.sha256:
        return f"{path}: was changed after it was approved (its SHA-256 is another); restore it, or approve it anew."
    return ""


def environment_difference(approved: Entry, environment: Mapping[str, str]) -> str:
    """Say how the present environment differs from that of the approval; an empty text where it does not."""
    versions = sorted(paired(approved.environment, environment))
    parts = [f"{name} {old or 'not there'}, now {new or 'not there'}" for name, old, new in versions if old != new]
    return f"was approved in another environment: {'; '.join(parts)}" if parts else ""


def problems(folder: Path, expected: Mapping[str, str | None]) -> Iterator[str]:
    """Every problem of the golden files of a folder, one sentence each.

    `expected`: every file that a result is compared with, with its `depends_on` (see `problem`).
    """
    registered = read(folder)
    for name, scenario in expected.items():
        if sentence := problem(folder, registered, name, scenario):
            yield sentence
    for name in sorted((files(folder).keys() | registered.keys()) - expected.keys()):
        how = f"{UPDATE}=all removes it and its entry in {REGISTRY}" if name in registered else "remove it"
        yield f"{folder / name}: is orphaned: nothing is held against it; {how}."


def discard_orphans(folder: Path, expected: Container[str], update: str | None) -> None:
    """Remove approved files, with their entries, that are not expected any more, where the option UPDATE selects them.

    A file without an entry is kept: it may be the only copy.
    """
    with FileLock(folder / f"{REGISTRY}.lock"):
        registered, there = read(folder), files(folder)
        orphans = {
            name for name in registered if name not in expected and is_wanted(update, registered[name].case or "", True)
        }
        if not orphans:
            return
        for name in orphans & there.keys():  # whatever path an entry may hold, nothing outside the folder is removed
            there[name].unlink()
        _write(folder, {name: own for name, own in registered.items() if name not in orphans})
