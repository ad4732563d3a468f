"""How two versions of a golden file are shown: texts by line, figures and arrays in a table, pictures side by side."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from harness.files import read_json, read_npz
from harness.judge import tolerances
from harness.judge.golden import registry
from harness.report.pictures import Colours
from harness.report.tables import Table

Array = np.ndarray
_CONTEXT = 3
"""Lines around a change."""
_ENLARGED = 4


@dataclass(frozen=True)
class Change:
    """One golden file that is new, gone or another."""

    name: str
    kind: str
    """new, gone or changed."""
    lines: tuple[str, ...] = ()
    """Of a text: the lines of a unified diff."""
    table: Table | None = None
    """Of figures and arrays: old, new and difference."""
    pictures: tuple[tuple[str, str], ...] = ()
    """What each shows, and its file beside the page."""


def changes(old: Path, new: Path, to: Path) -> list[Change]:
    """Every difference between two folders of golden files; pictures go to the folder `to`."""
    before, after = registry.files(old), registry.files(new)
    names = [name for name in sorted(before.keys() | after.keys()) if _differ(before.get(name), after.get(name))]
    return [_change(name, before.get(name), after.get(name), to) for name in names]


def _differ(old: Path | None, new: Path | None) -> bool:
    return old is None or new is None or old.read_bytes() != new.read_bytes()


def _change(name: str, old: Path | None, new: Path | None, to: Path) -> Change:
    kind = "new" if old is None else "gone" if new is None else "changed"
    suffix = Path(name).suffix
    if suffix == ".npz":
        before, after = (read_npz(path) if path else {} for path in (old, new))
        pictures = tuple(_of_pictures(name, before, after, to))
        return Change(name, kind, table=_of_arrays(before, after), pictures=pictures)
    if suffix == ".png":
        drawn = [np.asarray(Image.open(path).convert("RGB")) if path else None for path in (old, new)]
        return Change(name, kind, pictures=tuple(_saved(name, drawn[0], drawn[1], to)))
    if suffix == ".json" and name.startswith(f"{registry.TRAINED}/"):
        return Change(name, kind, table=_of_figures(name, old, new))
    return Change(name, kind, lines=tuple(_of_text(old, new)))


def _of_text(old: Path | None, new: Path | None) -> Iterator[str]:
    before, after = (path.read_text(encoding="utf-8").splitlines() if path else [] for path in (old, new))
    yield from list(difflib.unified_diff(before, after, "approved", "proposed", n=_CONTEXT, lineterm=""))[2:]


def _of_figures(name: str, old: Path | None, new: Path | None) -> Table:
    """The figures of a trained result, with the limit that the ladder holds their difference to."""
    before, after = (read_json(path) if path else {} for path in (old, new))
    limits = tolerances.resolve(name.split("/")[1], {}, {}).by_name
    rows = []
    for figure in before.keys() | after.keys():
        one, other = before.get(figure), after.get(figure)
        apart = None if one is None or other is None else abs(one - other)
        limit = limits.get(f"golden.{figure}")
        rows.append((figure, one, other, apart, limit and limit.value))
    return Table.of(("figure", "approved", "proposed", "difference", "limit"), sorted(rows))


def _of_arrays(old: dict[str, Array], new: dict[str, Array]) -> Table:
    rows = [(name, *map(_shape, (old.get(name), new.get(name))), *_apart(old.get(name), new.get(name)))
            for name in sorted(old.keys() | new.keys())]  # fmt: skip
    return Table.of(("array", "approved", "proposed", "largest difference", "over the largest value"), rows)


def _shape(array: Array | None) -> str:
    return "-" if array is None else f"{' x '.join(map(str, array.shape)) or 'scalar'} {array.dtype}"


def _apart(old: Array | None, new: Array | None) -> tuple[float | None, float | None]:
    """Largest difference, as it is and over the largest magnitude of the old array; None where there is none."""
    if old is None or new is None or old.shape != new.shape or not old.size:
        return None, None
    apart = float(np.abs(new.astype(np.float64) - old.astype(np.float64)).max())
    largest = float(np.abs(old).max())
    return apart, apart / largest if largest else None


def _of_pictures(name: str, old: dict[str, Array], new: dict[str, Array], to: Path) -> Iterator[tuple[str, str]]:
    """Of a trained result: both pictures on one range of greys, and their difference."""
    if "picture" not in new and "picture" not in old:
        return
    values = np.concatenate([side["picture"].ravel() for side in (old, new) if "picture" in side])
    greys = Colours("gray", float(values.min()), float(values.max()))
    drawn = [greys.paint(side["picture"]) if "picture" in side else None for side in (old, new)]
    yield from _saved(name, drawn[0], drawn[1], to)


def _saved(name: str, old: Array | None, new: Array | None, to: Path) -> Iterator[tuple[str, str]]:
    """Write what there is of two pictures (H, W, 3) uint8, and how far their channels differ at most."""
    stem = name.replace("/", "_").removesuffix(".png").removesuffix(".npz")
    drawn = [("approved", old), ("proposed", new)]
    if old is not None and new is not None and old.shape == new.shape:
        drawn.append(("difference", np.abs(old.astype(int) - new).max(axis=-1).astype(np.uint8)))
    for words, pixels in drawn:
        if pixels is not None:
            picture = Image.fromarray(pixels)
            size = picture.width * _ENLARGED, picture.height * _ENLARGED
            picture.resize(size, Image.Resampling.NEAREST).save(to / f"{stem}-{words}.png")
            yield words, f"{stem}-{words}.png"
