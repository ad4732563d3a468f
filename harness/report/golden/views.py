"""How two versions of a golden file differ: lines of a text, a table of metrics or arrays, pictures side by side."""

import difflib
import filecmp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from harness.arrays import Array
from harness.files import read_json, read_npz
from harness.judge import tolerances
from harness.judge.comparing import difference, paired, relative_error
from harness.judge.golden import registry
from harness.report.pictures import Colours
from harness.report.tables import Table

_CONTEXT = 3
"""Unchanged lines that a diff shows around each change."""
_ENLARGED = 4
"""Factor by which pictures are enlarged, without smoothing."""


@dataclass(frozen=True)
class Change:
    """One golden file that differs between the two versions, and how the page shows it."""

    name: str
    kind: str
    """`new`, `gone` or `changed`."""
    lines: tuple[str, ...] = ()
    """The lines of a unified diff; only for a text file."""
    table: Table | None = None
    """Old value, new value and difference of each metric or array; only for a JSON or NPZ file."""
    pictures: tuple[tuple[str, str], ...] = ()
    """Caption of each picture, and its file name beside the page."""


def changes(old: Path, new: Path, to: Path) -> list[Change]:
    """Every file that differs between two folders of golden files; pictures of them are written to the folder `to`."""
    files = sorted(paired(registry.files(old), registry.files(new)))
    return [
        _change(name, before, after, to)
        for name, before, after in files
        if not (before and after and filecmp.cmp(before, after, shallow=False))
    ]


def _change(name: str, old: Path | None, new: Path | None, to: Path) -> Change:
    kind = "new" if old is None else "gone" if new is None else "changed"
    if name.endswith(".npz"):
        before, after = (read_npz(path) if path else {} for path in (old, new))
        pictures = tuple(_trained_pictures(name, before, after, to))
        return Change(name, kind, table=_arrays_table(before, after), pictures=pictures)
    if name.endswith(".png"):
        drawn = [np.asarray(Image.open(path).convert("RGB")) if path else None for path in (old, new)]
        return Change(name, kind, pictures=tuple(_save_pictures(name, drawn, to)))
    if name.endswith(".json") and name.startswith(f"{registry.TRAINED}/"):
        return Change(name, kind, table=_metrics_table(name, old, new))
    one, other = (path.read_text(encoding="utf-8").splitlines() if path else [] for path in (old, new))
    return Change(name, kind, lines=tuple(difflib.unified_diff(one, other, n=_CONTEXT, lineterm=""))[2:])


def _metrics_table(name: str, old: Path | None, new: Path | None) -> Table:
    """The metrics of a trained result: old, new, difference, and the limit of the rung `golden` for it."""
    before, after = (read_json(path) if path else {} for path in (old, new))
    limits = tolerances.resolve(name.split("/")[1], {}, {}).by_name
    rows = []
    for metric, one, other in sorted(paired(before, after)):
        gap, limit = difference(one, other), limits.get(f"golden.{metric}")
        rows.append((metric, one, other, gap and abs(gap), limit and limit.value))
    return Table.of(("figure", "approved", "proposed", "difference", "limit"), rows)


def _arrays_table(old: dict[str, Array], new: dict[str, Array]) -> Table:
    arrays = sorted(paired(old, new), key=lambda array: array.name)
    rows = [(name, _shape(one), _shape(other), *_largest_difference(one, other)) for name, one, other in arrays]
    return Table.of(("array", "approved", "proposed", "largest difference", "over the largest value"), rows)


def _shape(array: Array | None) -> str:
    return "-" if array is None else f"{' x '.join(map(str, array.shape)) or 'scalar'} {array.dtype}"


def _largest_difference(old: Array | None, new: Array | None) -> tuple[float | None, float | None]:
    """Largest difference, absolute and relative to the largest magnitude of the old array; None if shapes differ."""
    if old is None or new is None or old.shape != new.shape or not old.size:
        return None, None
    return float(np.abs(new.astype(np.float64) - old.astype(np.float64)).max()), relative_error(new, old)


def _trained_pictures(name: str, old: dict[str, Array], new: dict[str, Array], to: Path) -> Iterator[tuple[str, str]]:
    """Draw the reconstruction of a trained result: old and new in one grey range, and their difference."""
    if held := [side["picture"].ravel() for side in (old, new) if "picture" in side]:
        greys = Colours("gray", float(np.min(np.concatenate(held))), float(np.max(np.concatenate(held))))
        drawn = [greys.paint(side["picture"]) if "picture" in side else None for side in (old, new)]
        yield from _save_pictures(name, drawn, to)


def _save_pictures(name: str, drawn: Sequence[Array | None], to: Path) -> Iterator[tuple[str, str]]:
    """Write an old and a new picture (H, W, 3) uint8, if present, and their largest difference over the channels."""
    stem = name.replace("/", "_").removesuffix(".png").removesuffix(".npz")
    (old, new), gap = drawn, None
    if old is not None and new is not None and old.shape == new.shape:
        gap = np.abs(old.astype(int) - new).max(axis=-1).astype(np.uint8)
    for label, pixels in (("approved", old), ("proposed", new), ("difference", gap)):
        if pixels is not None:
            picture = Image.fromarray(pixels)
            size = picture.width * _ENLARGED, picture.height * _ENLARGED
            picture.resize(size, Image.Resampling.NEAREST).save(to / f"{stem}-{label}.png")
            yield label, f"{stem}-{label}.png"
