"""All cases of some scenario folders."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.scenario.keys import unknown
from harness.scenario.library import Library
from harness.scenario.resolution import PROFILES, resolve
from harness.scenario.source import COMMAND_LINE


def load_cases(folders: Sequence[Path], profile: str, overrides: Mapping[str, str]) -> list[Case]:
    """Resolve every scenario of the folders: folder by folder, by name, then in the order of the matrix.

    `overrides` maps dotted keys to YAML text and holds for every case. Raises HarnessError with one
    sentence, on its own line, for each problem of each file.
    """
    if profile not in PROFILES:
        raise HarnessError(f"{COMMAND_LINE}: profile: {unknown('profile', profile, PROFILES)}")
    library = Library(folders)
    cases: list[Case] = []
    problems: list[str] = []
    for path in library.scenarios():
        try:
            cases += _cases(library, path, profile, overrides)
        except HarnessError as error:
            problems += str(error).splitlines()
    if problems:
        raise HarnessError("\n".join(dict.fromkeys(problems)))
    return cases


def _cases(library: Library, path: Path, profile: str, overrides: Mapping[str, str]) -> list[Case]:
    name = path.stem
    return [
        Case(f"{name}-{label}" if label else name, name, path, profile, scenario, origins, dict(overrides))
        for label, scenario, origins in resolve(library.chain(path), profile, overrides)
    ]
