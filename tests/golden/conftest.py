"""Holds what is computed today against a golden file, through the library that is made for its kind."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from harness.judge.golden import registry
from harness.plugin.command_line import update_of

FOLDER = Path(__file__).parent
EXACT = 1e-12
"""Relative: float64 rounding of another processor, and nothing else."""


class TextFile(SingleFileSnapshotExtension):
    """One snapshot a file, to be read as it is.

    Syrupy knows no more than what a session ran: after a selection, or beside a golden file that was refused before it
    was compared, it would advise to delete what is approved. That a file is orphaned, `test_exact.py` says.
    """

    _write_mode = WriteMode.TEXT
    file_extension = "txt"
    looks_for_unused = False

    def discover_snapshots(self, **where: Any) -> SnapshotCollections:
        """The files that there are; none where nothing may be removed."""
        return super().discover_snapshots(**where) if self.looks_for_unused else SnapshotCollections()


@dataclass
class Golden:
    """The golden files of one test; each method names a file below `tests/golden/` and what it must hold."""

    request: pytest.FixtureRequest
    provenance: Mapping[str, Any]

    def structure(self, name: str, value: Any) -> None:
        """Words, whole numbers, digests: every one must be the same."""
        with self._held(name) as path:
            self._fixture("data_regression").check(value, fullpath=path)

    def arrays(self, name: str, **arrays: Any) -> None:
        """Arrays: the same shapes and kinds, whole numbers the same, others to within float64 rounding."""
        close = {"atol": 0.0, "rtol": EXACT}
        values = {key: np.asarray(array) for key, array in arrays.items()}
        with self._held(name) as path:
            self._fixture("ndarrays_regression").check(values, fullpath=path, default_tolerance=close)

    def picture(self, name: str, png: bytes) -> None:
        """A PNG, every pixel of it."""
        with self._held(name) as path:
            self._fixture("image_regression").check(png, diff_threshold=0.0, fullpath=path)

    def text(self, text: str) -> None:
        """A text, every character of it, in `__snapshots__/<module>/<test>.txt`: syrupy names the files itself."""
        node = self.request.node
        with self._held(f"__snapshots__/{node.path.stem}/{node.name}.txt"):
            assert text == self._fixture("snapshot")

    def _fixture(self, name: str) -> Any:
        """The fixture of a library, made once the options say whether it writes."""
        return self.request.getfixturevalue(name)

    @contextmanager
    def _held(self, name: str) -> Iterator[Path]:
        """A golden file that is fit to be compared with, or that is being made anew."""
        path, option = FOLDER / name, self.request.config.option
        update = registry.is_wanted(update_of(self.request.config), self.provenance["case"] or "", path.exists())
        if not update:  # before the library would write a file that is missing
            held = registry.read(FOLDER)
            problem = registry.problem(FOLDER, held, name, self.provenance["scenario"])
            if not problem and (found := registry.environment_difference(held[name], self.provenance["environment"])):
                problem = f"{path}: {found}; use the versions of constraints.txt, or approve it anew."
            if problem:
                pytest.fail(problem, pytrace=False)
        option.regen_all = option.update_snapshots = update
        yield path
        if update:
            registry.register(FOLDER, {name: registry.entry(path, **self.provenance)})


def pytest_configure(config: pytest.Config) -> None:
    """Let syrupy look for files that nothing is held against where it may remove them, and nowhere else."""
    TextFile.looks_for_unused = update_of(config) is not None
    config.option.default_extension = (
        f"{__name__}.{TextFile.__name__}"  # that of syrupy itself would look for all files below
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., Golden]:
    """A function that takes the provenance of what a test holds against golden files."""
    return lambda **provenance: Golden(request, provenance)
