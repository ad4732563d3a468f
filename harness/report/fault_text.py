"""Results of the trials of injected faults as sentences and tables, for the terminal, `index.html` and `faults.md`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.report.tables import Table

OPEN = ("fault", "side", "expected", "lowest red", "what that rung says")
MATRIX = ("fault", "what it changes", "size", "side", "lowest red", "all red")
SENSITIVITY = ("fault", "side", "size counts", "natural", "smallest caught", "largest missed", "lowest red rung there")


def sentence(shares: Mapping[str, int]) -> str:
    """How many injected faults were caught, as text; `shares` is that of `matrix.json`."""
    caught, expected = (100 * shares[name] / max(shares["trials"], 1) for name in ("caught", "as_expected"))
    faults = f"{shares['faults']} fault" + ("" if shares["faults"] == 1 else "s")
    return (
        f"{faults} in {shares['trials']} trials: {shares['caught']} caught ({caught:.1f} %), "
        f"{shares['as_expected']} ({expected:.1f} %) with the lowest red rung that the catalogue names. "
        f"{shares['controls']} trials of ports that are written otherwise and mean the same: "
        f"{shares['false_alarms']} red."
    )


def alarms(found: Mapping[str, Any]) -> str:
    """How many comparisons of sound backends were red, as text; `found` is the contents of `false_alarms.json`."""
    seeds, precisions = ", ".join(map(str, found["seeds"])), " and ".join(found["precisions"])
    return (
        f"{found['compared']} comparisons of sound backends (every shipped scenario, profile {found['profile']}, seeds "
        f"{seeds}, {precisions}, either backend as the reference): {found['alarms']} red, 95 % interval of the rate "
        f"{found['low']:.3f} to {found['high']:.3f} (Clopper and Pearson)."
    )


def not_as_expected(trials: Iterable[Mapping[str, Any]]) -> Table:
    """One row for each fault that was not caught, or was caught on another rung than the catalogue names."""
    rows = (
        (one["fault"], one["sides"], one["expected"], one["lowest_red_rung"] or "none", one["message"])
        for one in trials
        if not one["as_expected"]
    )
    return Table.of(OPEN, rows)


def matrix(trials: Iterable[Mapping[str, Any]]) -> Table:
    """One row for each fault: what it changes, and every rung that it turns red."""
    return Table.of(MATRIX, map(_row, trials))


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    size = "-" if one["size"] is None else f"{one['size']:g} {one['unit']}"
    red = ", ".join(one["red"]) or "-"
    return one["fault"], one["sentence"], size, one["sides"], one["lowest_red_rung"] or "none", red


def brackets(found: Sequence[Mapping[str, Any]]) -> Table:
    """One row for each fault and side of `sensitivity.json`: the smallest size caught and the largest missed."""
    keys = ("fault", "backend", "unit", "natural", "caught", "missed", "rung")
    return Table.of(SENSITIVITY, ([one[key] for key in keys] for one in found))
