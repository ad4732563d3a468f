"""A table that is shown twice: in columns on the terminal, and in Markdown by the template `table.md`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness import formatting
from harness.records.summary import SideBaseline, SideSummary


@dataclass(frozen=True)
class Table:
    """Rows of cells, written as every figure of the report is."""

    header: tuple[str, ...]
    rows: list[list[str]]

    @classmethod
    def of(cls, header: Sequence[str], rows: Iterable[Sequence[object]]) -> "Table":
        """A table of figures and words."""
        return cls(tuple(header), [[formatting.number(cell) for cell in row] for row in rows])

    def text(self) -> str:
        """Aligned columns."""
        return formatting.table(self.header, self.rows)


REACHED = ("backend", "part", "pearson_r", "ssim", "mae", "intensity scale", "final loss")


def reached(sides: Mapping[str, SideSummary | SideBaseline]) -> list[tuple[object, ...]]:
    """What each side of a case reached, as `REACHED` names it: a row for each part of the picture that has figures."""
    return [
        (backend, part, found.pearson_r, found.ssim, found.mae, side.intensity_scale.final, side.final_loss)
        for backend, side in sides.items()
        for part, found in side.reconstruction.items()
        if found
    ]
