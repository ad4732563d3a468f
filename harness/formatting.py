"""Formatting of numbers, texts and tables for the terminal, Markdown, HTML and JUnit."""

import math
import re
from collections.abc import Sequence

ABSENT = "-"
"""Text in place of a missing value."""
MAX_MESSAGE_LENGTH = 240
"""Characters of a message in a row of a summary; the page of the case shows the whole message."""
_MANY = 10.0
"""Times a limit from which on per cent say nothing to a reader."""
_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"))
_PARTS = (
    (0.01, "less than a hundredth"), (0.05, "a few hundredths"), (0.15, "a tenth"), (0.225, "a fifth"),
    (0.29, "a quarter"), (0.42, "a third"), (0.58, "half"), (0.71, "two thirds"), (0.82, "three quarters"),
    (0.95, "nine tenths"),
)  # fmt: skip
"""Shares below which a part of a limit is said in these words."""
_LONG = re.compile(r"(?<![\w.])-?\d+\.\d+(?:[eE][+-]?\d+)?(?![\w.]*\d)(?!\w)")
"""A number with a decimal point; not part of a version, an address or a name."""
SIGNS = {"pass": "✓", "fail": "✗", "error": "!", "inconclusive": "?", "declared": "≠", "skipped": "–"}  # noqa: RUF001 - a dash is meant
"""A sign a status: nobody has to tell colours apart."""


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that a terminal obeys in place of showing them, and those that no encoding has; not tab and line break."""


def printable(text: str) -> str:
    """Escape control characters, so that what others wrote, such as names and messages, steers no terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)


def one_line(text: str) -> str:
    """The same, with tabs and line breaks written as well, so that a name cannot pass for a line of the output."""
    return printable(text.replace("\n", "\\n").replace("\t", "\\t"))


def number(value: object) -> str:
    """Write a number for a reader: four significant digits, integers in full, `-` for None or not finite."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def share_of_limit(margin: float | None) -> str:
    """Write the share of a limit that a value uses, 1 - margin: `37 %`; beyond it, `14 times`, `2.1 million times`."""
    if margin is None:
        return ABSENT
    share = 1 - margin
    if share < _MANY:
        return f"{100 * share:.3g} %"
    unit, word = next(((unit, f" {word}") for unit, word in _LARGE if share >= unit), (1.0, ""))
    return f"{share / unit:.3g}{word} times" if share < 1e15 else "more than a thousand trillion times"


def part_of_limit(margin: float) -> str:
    """Say in words how much of a limit a value uses that keeps it: `a third`, `nearly all`."""
    return next((words for below, words in _PARTS if 1 - margin < below), "nearly all")


def rounded(sentence: str) -> str:
    """A sentence in which numbers with a decimal point have three significant digits."""
    return _LONG.sub(lambda found: f"{float(found[0]):.3g}", sentence)


def exact(value: object) -> str:
    """Write a number for a program, with every digit that JSON holds; an empty text for None."""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def seconds(value: float | None) -> str:
    """Write a duration given in seconds: `8.3 s`, `2 min 05 s`, `1 h 02 min`; `-` for None."""
    if value is None:
        return ABSENT
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def size(count: int) -> str:
    """Write a number of bytes: `512 B`, `1.2 kB`, `14.5 MB`."""
    for unit, factor in (("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def cell(text: str) -> str:
    """Escape a text for a cell of a Markdown table: no line breaks, column separators or tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def clipped(text: str) -> str:
    """Cut a text to MAX_MESSAGE_LENGTH characters; a longer one ends with ` ...`."""
    return text if len(text) <= MAX_MESSAGE_LENGTH else text[: MAX_MESSAGE_LENGTH - 4] + " ..."


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format rows of text as a table with aligned columns, two spaces apart."""
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (header, *rows))
    return "\n".join(line.rstrip() for line in lines)
