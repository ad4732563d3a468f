"""`faults.md`, the same as the page of the injected faults in Markdown: what `docs/faults.md` is a copy of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.tables import Table

CASE = (
    "Each fault is injected into one side of a small case with gridsize 2, and the rungs are judged from files. All "
    "rungs that read what the fault touched were judged up to the canvas, or up to the one expected if that is higher; "
    "of a fault that the lock-step shows, the training was not repeated. Trials are made in float64; a fault counts as "
    "caught when a rung fails or has no evidence."
)
OPEN = ("fault", "side", "expected", "lowest red", "what that rung says")
MATRIX = ("fault", "what it changes", "size", "side", "lowest red", "all red")
SENSITIVITY = ("fault", "side", "size counts", "natural", "smallest caught", "largest missed", "lowest red rung there")
LEFT_OUT = (
    'One fault of the list that the catalogue was made from is not in it: "a trained value of 0 disables the scale". '
    "The networks train the logarithm of the scale, and at 0 the scale is 1: to disable it there changes nothing."
)
BISECTION = (
    "Bisection over the size, in float64, to a factor of two. No largest missed size: everything that was tried was "
    "caught. Offsets are seen at some 1e-14 pixels because merging divides by the summed weights plus 1e-3: where a "
    "patch barely touches a pixel, an error grows up to a thousand times."
)


def page(context: Mapping[str, Any], day: str) -> str:
    """The page, from what `fault_page` gathered."""
    return "\n".join(_lines(context, day)) + "\n"


def _lines(context: Mapping[str, Any], day: str) -> Iterator[str]:
    yield "# Injected faults: what the judge catches"
    yield ""
    yield (
        f"Written on {day} by `python -m harness faults run --hub DIR`, `python -m harness faults sensitivity --hub "
        "DIR` and `python benchmarks/clean_runs.py --hub DIR`; do not edit."
    )
    yield ""
    yield CASE
    yield ""
    yield LEFT_OUT
    for part in (_shares, _open, _alarms, _matrix, _sensitivity):
        yield from part(context)


def _shares(context: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield sentence(context["shares"]) if context["shares"] else "The catalogue was not run."


def sentence(shares: Mapping[str, int]) -> str:
    """The shares in words."""
    caught, expected = (100 * shares[name] / max(shares["trials"], 1) for name in ("caught", "as_expected"))
    return (
        f"{shares['faults']} faults in {shares['trials']} trials: {shares['caught']} caught ({caught:.1f} %), "
        f"{shares['as_expected']} ({expected:.1f} %) with the lowest red rung that the catalogue names. "
        f"{shares['controls']} trials of ports that are written otherwise and mean the same: "
        f"{shares['false_alarms']} red."
    )


def _open(context: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (one["fault"], one["sides"], one["expected"], one["lowest_red_rung"] or "none", one["message"])
        for one in context["trials"]
        if not one["as_expected"]
    ]
    if rows:
        yield from ("", "## Open: not caught, or caught on another rung than expected", "")
        yield from Table.of(OPEN, rows).markdown()


def _alarms(context: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## False alarms", "")
    yield (
        alarms(context["alarms"])
        if context["alarms"]
        else "Not measured (`python benchmarks/clean_runs.py --hub DIR`)."
    )


def alarms(found: Mapping[str, Any]) -> str:
    """The rate of false alarms in words."""
    seeds, precisions = ", ".join(map(str, found["seeds"])), " and ".join(found["precisions"])
    return (
        f"{found['compared']} comparisons of sound backends (every shipped scenario, profile {found['profile']}, seeds "
        f"{seeds}, {precisions}, either backend as the reference): {found['alarms']} red, 95 % interval of the rate "
        f"{found['low']:.3f} to {found['high']:.3f} (Clopper and Pearson)."
    )


def _matrix(context: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (one["fault"], one["sentence"], _size(one), one["sides"], one["lowest_red_rung"] or "none", _rungs(one["red"]))
        for one in context["trials"]
    ]
    if rows:
        yield from ("", "## Matrix", "")
        yield from Table.of(MATRIX, rows).markdown()


def _rungs(names: Sequence[str]) -> str:
    return ", ".join(names) or "-"


def _size(trial: Mapping[str, Any]) -> str:
    return "-" if trial["size"] is None else f"{trial['size']:g} {trial['unit']}"


def _sensitivity(context: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## The smallest faults that are seen", "")
    if not context["brackets"]:
        yield "Not measured (`python -m harness faults sensitivity --hub DIR`)."
        return
    yield from (BISECTION, "")
    yield from brackets(context["brackets"]).markdown()


def brackets(found: Sequence[Mapping[str, Any]]) -> Table:
    """A row a fault and side."""
    keys = ("fault", "backend", "unit", "natural", "caught", "missed", "rung")
    return Table.of(SENSITIVITY, ([one[key] for key in keys] for one in found))
