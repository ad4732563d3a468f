"""Folders of scenario files: the files in them, and the base files that each `extends`."""

import re
from collections.abc import Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.scenario.keys import found, unknown
from harness.scenario.source import Source, read, relative

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.]*")


class Library:
    """Reads scenario files, each once; `extends` is looked up in the file's own folder, then in the others in order."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Keep the folders in their order, without repetitions; raises HarnessError for a missing one."""
        self._folders = list({folder.resolve(): folder.absolute() for folder in folders}.values())
        self._read: dict[Path, Source] = {}
        for folder in self._folders:
            if not folder.is_dir():
                raise HarnessError(
                    f"{relative(folder)}: found no such folder, allowed: a folder of scenario files NAME.yaml."
                )

    def scenarios(self) -> list[Path]:
        """Paths of all scenarios; files whose names begin with `_` are bases to extend, and no scenarios."""
        by_name: dict[str, Path] = {}
        for folder in self._folders:
            own = [path for path in _files(folder) if not path.name.startswith("_")]
            if not own:
                raise HarnessError(
                    f"{relative(folder)}: found no scenario, allowed: a folder of scenario files NAME.yaml."
                )
            for path in own:
                if (other := by_name.setdefault(path.stem, path)) != path:
                    raise HarnessError(
                        f'{relative(path)}: found the name "{path.stem}" again, allowed: a name that '
                        f"{relative(other)} does not have; rename one of the two."
                    )
        return list(by_name.values())

    def chain(self, path: Path) -> list[Source]:
        """The file, the file that it extends, and so on to the last base; raises HarnessError for a cycle."""
        chain = [self._load(path)]
        while base := self._base(chain[-1]):
            if base.path in [source.path for source in chain]:
                names = " -> ".join(source.path.stem for source in [*chain, base] if source.path)
                raise HarnessError(f"{chain[-1].place('extends')}: extends: found the cycle {names}, allowed: a chain.")
            chain.append(base)
        return chain

    def _load(self, path: Path) -> Source:
        path = path.parent.resolve() / path.name  # a link is read by its own name, for its target may have another
        if path not in self._read:
            source = read(path)
            if not isinstance(source.value, dict):
                raise HarnessError(f"{relative(path)}: found {found(source.value)}, allowed: the keys of a scenario.")
            self._read[path] = source
        return self._read[path]

    def _base(self, source: Source) -> Source | None:
        if "extends" not in source.value:
            return None
        wanted = source.value["extends"]
        place = f"{source.place('extends')}: extends"
        if not isinstance(wanted, str):
            raise HarnessError(f"{place}: found {found(wanted)}, allowed: name or relative path of a scenario file.")
        own = _own_folders(source)
        by_path = wanted.endswith(".yaml")
        folders, name = (own, wanted) if by_path else ([*own, *self._folders], f"{wanted}.yaml")
        for folder in folders:
            if (folder / name).is_file():
                return self._load(folder / name)
        known = {path.stem for folder in [*own, *self._folders] for path in _files(folder)}
        raise HarnessError(f"{place}: {unknown('scenario', wanted, known)}")


def _own_folders(source: Source) -> list[Path]:
    """The folder of a file; of a link first its own, then that of its target, whose author knew what lies there."""
    if source.path is None:
        return [Path()]
    return list(dict.fromkeys([source.path.parent, source.path.resolve().parent]))


def _files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    for path in files:
        if path.suffix != ".yaml" or not _NAME.fullmatch(path.stem):
            raise HarnessError(
                f"{relative(path)}: found the file name {found(path.name)}, allowed: letters, digits, _ and . "
                "with the ending .yaml and no leading dot; rename it."
            )
    return files
