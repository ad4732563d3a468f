"""What `pytest` alone does in this repository: the fast unit tests and one case of the ladder at smoke size.

And what `pytest -m parity` leaves unread.

Any path, `-k`, `-m` or option of the ladder, and a second look at what failed, mean what they mean to pytest.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
LADDER = "parity"
"""Folder of the tests that are rungs of the ladder, or rest on them."""
CASE = "gs1_custom"
FAST = ("dataset", "physics", "ports", "records", "scenario")
"""Folders of `tests/unit` that take seconds together; the files beside them are fast, too, but for those in SLOW."""
SLOW = ("test_installed.py",)
BESIDES = (
    "pytest alone: the fast unit tests, and gs1_custom at smoke size",
    "besides: pytest tests/unit (all unit tests), pytest -m parity (the ladder of every case), pytest -m faults "
    "(injected faults), pytest -m golden; README.md says more",
)
_ANOTHER_SELECTION = ("markexpr", "keyword", "lf", "failedfirst", "stepwise", "deselect", "golden_update", "pyargs")
_FLAG = "parity_alone"
"""Name of the option by which a worker of pytest-xdist learns what its controller decided."""


def decide(config: pytest.Config) -> None:
    """Take this selection where nothing else is asked; before the options of the ladder are read."""
    if getattr(config.option, _FLAG, False) or _is_alone(config):
        setattr(config.option, _FLAG, True)
        config.option.parity_profile = "smoke"
        config.pluginmanager.register(Alone(), "parity-alone")


def _is_alone(config: pytest.Config) -> bool:
    given = vars(config.option)
    asked = [name for name in given if name in _ANOTHER_SELECTION or name.startswith("parity_")]
    at_root = config.rootpath == config.invocation_params.dir == ROOT
    return at_root and config.args_source is config.ArgsSource.TESTPATHS and not any(given[name] for name in asked)


def holds_no_rung(path: Path, markexpr: str) -> bool:
    """Whether rungs alone are asked for, and this file holds none: to import it for that would be time lost."""
    words = markexpr.split()
    return words[:1] == ["parity"] and "or" not in words and _is_beside(path)


def _is_beside(path: Path) -> bool:
    """Whether a path lies in another folder of the tests than that of the ladder."""
    return path.is_relative_to(TESTS) and path != TESTS and path.relative_to(TESTS).parts[0] != LADDER


class Alone:
    """Collects what is fast, keeps one case of the ladder, and says what there is besides."""

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out every other file: not to collect it is what makes the session fast."""
        if not collection_path.is_relative_to(TESTS):
            return None
        return None if _is_fast(collection_path.relative_to(TESTS).parts) else True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep one case of the ladder, without the training of further seeds."""
        others = [item for item in items if item.path.parent.name == LADDER and not _is_of_the_case(item)]
        items[:] = [item for item in items if item not in set(others)]
        config.hook.pytest_deselected(items=others)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was left out."""
        for line in BESIDES:
            terminalreporter.write_line(line)


def _is_fast(below: tuple[str, ...]) -> bool:
    """Whether a file or folder below `tests` is one of those, or holds some."""
    match below:
        case () | ("unit",) | ("parity",) | ("parity", "test_ladder.py" | "conftest.py"):
            return True
        case ("unit", name):
            return name in FAST or (name.endswith(".py") and name not in SLOW)
        case ("unit", folder, *_):
            return folder in FAST
    return False


def _is_of_the_case(item: pytest.Item) -> bool:
    return item.name.endswith(f"[{CASE}]") and not item.name.startswith("test_ensemble")
