"""Holds what is computed today against a golden file, through the library that is made for its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from harness.judge.golden import registry
from harness.plugin.command_line import update_of

FOLDER = Path(__file__).parent
EXACT = 1e-12
"""Relative: float64 rounding of another processor, and nothing else."""


class TextFile(SingleFileSnapshotExtension):
    """One snapshot a file, to be read as it is."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@dataclass
class Golden:
    """The golden files of one test; each method names a file below `tests/golden/` and what it must hold."""

    request: pytest.FixtureRequest
    provenance: Mapping[str, Any]

    def structure(self, name: str, value: Any) -> None:
        """Words, whole numbers, digests: every one must be the same."""
        self._hold(name, "data_regression", lambda fixture, path: fixture.check(value, fullpath=path))

    def arrays(self, name: str, **arrays: Any) -> None:
        """Arrays: the same shapes and kinds, whole numbers the same, others to within float64 rounding."""
        close = {"atol": 0.0, "rtol": EXACT}
        held = {key: np.asarray(array) for key, array in arrays.items()}
        self._hold(
            name,
            "ndarrays_regression",
            lambda fixture, path: fixture.check(held, fullpath=path, default_tolerance=close),
        )

    def picture(self, name: str, png: bytes) -> None:
        """A PNG, every pixel of it."""
        self._hold(
            name, "image_regression", lambda fixture, path: fixture.check(png, diff_threshold=0.0, fullpath=path)
        )

    def text(self, text: str) -> None:
        """A text, every character of it, in `__snapshots__/<module>/<test>.txt`: syrupy names the files itself."""

        def check(snapshot: Any, _: Path) -> None:
            assert text == snapshot(extension_class=TextFile)

        node = self.request.node
        self._hold(f"__snapshots__/{node.path.stem}/{node.name}.txt", "snapshot", check)

    def _hold(self, name: str, fixture: str, check: Callable[[Any, Path], None]) -> None:
        path, option = FOLDER / name, self.request.config.option
        update = registry.is_wanted(update_of(self.request.config), self._case, path.exists())
        if not update:  # before the library would write a file that is missing
            held = registry.read(FOLDER)
            problem = registry.problem(FOLDER, held, name, self.provenance.get("scenario"))
            problem = problem or self._elsewhere(name, held[name])
            if problem:
                pytest.fail(problem, pytrace=False)
        option.regen_all = option.update_snapshots = update
        check(self.request.getfixturevalue(fixture), path)
        if update:
            registry.register(FOLDER, {name: registry.entry(path, **self.provenance)})

    def _elsewhere(self, name: str, approved: registry.Entry) -> str:
        found = registry.elsewhere(approved, self.provenance["environment"])
        return found and f"{FOLDER / name}: {found}; use the versions of constraints.txt, or approve it anew."

    @property
    def _case(self) -> str:
        return self.provenance["case"] or ""


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., Golden]:
    """A function that takes the provenance of what a test holds against golden files."""
    return lambda **provenance: Golden(request, provenance)
