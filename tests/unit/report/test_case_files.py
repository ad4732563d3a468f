"""The files of a case are read once for all that its report shows."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness import layout
from harness.report import assembly


@pytest.fixture
def read(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file of the case was read as text while its report was made, by its name in the case."""
    root, found, real = Path(shutil.copytree(made, tmp_path / "again")), Counter[str](), Path.read_text

    def counting(path: Path, *arguments: Any, **more: Any) -> str:
        if path.is_relative_to(root / "small"):
            found[path.relative_to(root / "small").as_posix()] += 1
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, "read_text", counting)
    assembly.render(root)
    return found


def test_a_case_is_read_once_for_its_pages(read: Counter[str]) -> None:
    once = {name: count for name, count in read.items() if name.startswith(f"{layout.CHECKS}/")}
    once |= {name: read[name] for name in (layout.CASE, layout.PREPARED)}
    assert len(once) > 10
    assert once == dict.fromkeys(once, 1)


def test_what_the_judge_looks_at_is_read_once(read: Counter[str]) -> None:
    for side in ("toy", "other"):
        for name in (f"{layout.INFERENCE_OUTPUTS}/{layout.CANVAS}", f"{layout.TRAIN_OUTPUTS}/{layout.HISTORY}"):
            assert read[f"{side}/{name}"] == 1
