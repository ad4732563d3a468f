"""Loading all cases of one or more folders of scenario files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.scenario.keys import unknown
from harness.scenario.library import Library
from harness.scenario.names import problems_of_cases
from harness.scenario.resolution import PROFILES, resolve, sections_of_others
from harness.scenario.source import COMMAND_LINE


def load_cases(folders: Sequence[Path], profile: str, overrides: Mapping[str, str]) -> list[Case]:
    """Resolve every scenario file of the folders to its cases.

    Args:
        folders: folders of scenario files.
        profile: one of `PROFILES`, which says which part of `profiles` in each file applies.
        overrides: dotted key -> YAML text, applied to every case whose network has that section.

    Returns:
        The cases in the order of the folders, within a folder by name, within a file in the order of its matrix.

    Raises:
        HarnessError: one sentence on a line of its own for each problem of each file.
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
    if cases and not problems:
        unused = [key for key in overrides if not any(key in case.overrides for case in cases)]
        problems = [f"{COMMAND_LINE}: {key}: no scenario here is of a network with that section." for key in unused]
    if problems:
        raise HarnessError("\n".join(dict.fromkeys(problems)))
    return cases


def _cases(library: Library, path: Path, profile: str, overrides: Mapping[str, str]) -> list[Case]:
    name, chain = path.stem, library.chain(path)
    own = {key: text for key, text in overrides.items() if key.partition(".")[0] not in sections_of_others(chain)}
    cases = [
        Case(f"{name}-{label}" if label else name, name, path, profile, scenario, origins, own)
        for label, scenario, origins in resolve(chain, profile, own)
    ]
    if problems := list(problems_of_cases(path, [case.id for case in cases])):
        raise HarnessError("\n".join(problems))
    return cases
