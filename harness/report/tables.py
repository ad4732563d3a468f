"""Tables of the report: printed in columns on the terminal, and in Markdown by the template `table.md`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness import formatting
from harness.records.summary import SideBaseline, SideSummary


@dataclass(frozen=True)
class Table:
    """A header and rows of cells as text, every number in the format of the report."""

    header: tuple[str, ...]
    rows: list[list[str]]

    @classmethod
    def of(cls, header: Sequence[str], rows: Iterable[Sequence[object]]) -> "Table":
        """Make a table of numbers and texts, formatting every number."""
        return cls(tuple(header), [[formatting.number(cell) for cell in row] for row in rows])

    def text(self) -> str:
        """The table as text in aligned columns, for the terminal."""
        return formatting.table(self.header, self.rows)


RESULTS = ("backend", "part", "pearson_r", "ssim", "mae", "intensity scale", "final loss")


def result_rows(sides: Mapping[str, SideSummary | SideBaseline]) -> list[tuple[object, ...]]:
    """Metrics, scale and loss of each side of a case: a row with the columns RESULTS for each part of the picture."""
    return [
        (backend, part, found.pearson_r, found.ssim, found.mae, side.intensity_scale.final, side.final_loss)
        for backend, side in sides.items()
        for part, found in side.reconstruction.items()
        if found
    ]
