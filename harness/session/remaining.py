"""How far a session has come, as one line: `case 2 of 6, leg 3 of 9, about 4 min left`.

The time left is made of what each leg took when it last ran (`harness/run/timings.py`); where one never ran with this
store, the line has none. Of cases that have not begun it counts the share that was run, and not taken from the store,
of those before them.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from pathlib import Path

from harness import layout
from harness.judge import ladder
from harness.records.case import CaseRecord
from harness.records.jobs import JobRecord, read_if_whole
from harness.run import cores, ensemble, plan, timings
from harness.run.executors.executor import LOCAL
from harness.scenario.source import read
from harness.session import hub

_MINUTE = 60.0


def line(root: Path, store: Path, workers: int = 1) -> str:
    """The line of the session whose hub is `root`; `workers`: processes that judge cases side by side."""
    folders = hub.case_folders(root)
    open_ = [folder for folder in folders if not (folder / layout.PREPARED).exists()]
    begun = [folder for folder in open_ if (folder / layout.PROGRESS).exists()]
    words = [f"case {min(len(folders) - len(open_) + 1, len(folders))} of {len(folders)}"]
    words += [_leg(begun[0])] if begun else []
    left = None if _runs_elsewhere(root) else seconds_left(folders, store, workers)
    words += [f"about {_roughly(left)} left"] if left else []
    return f"  {', '.join(words)}"


def _runs_elsewhere(root: Path) -> bool:
    """Whether an engine runs the workers, and the cores of this machine say nothing of how many there are."""
    return (root / layout.SESSION).is_file() and hub.read_session(root).executor != LOCAL


def seconds_left(folders: Sequence[Path], store: Path, workers: int = 1) -> float | None:
    """Seconds that the cases in these folders may still take; None where a leg of theirs never ran with this store."""
    jobs = {folder: read_if_whole(folder / layout.JOBS) for folder in folders}
    ended = [job for found in jobs.values() for job in found]
    ran = sum(not job.cached for job in ended) / len(ended) if ended else 1.0
    total = 0.0
    for folder in folders:
        if (folder / layout.PREPARED).exists():
            continue
        sides = _sides_left(folder, jobs[folder], store)
        if sides is None:
            return None
        together = max(sides, default=0.0) if cores.available() > 1 else sum(sides)
        total += together if jobs[folder] else ran * together
    return total / min(workers, max(cores.available() // 2, 1))


def _sides_left(folder: Path, jobs: Iterable[JobRecord], store: Path) -> list[float] | None:
    """Seconds that each side of a case may still take; None where nobody knows."""
    case, ended = hub.read_case(folder), {(job.backend, job.leg) for job in jobs}
    seconds, more = dict.fromkeys(case.backends, 0.0), _seeds_left(folder, case)
    for side, leg in product(case.backends, _legs(case)):
        runs = int((side, leg) not in ended) + (more if leg in ensemble.LEGS else 0)
        if not runs or plan.source_side(leg, side, case.backends) is None:
            continue
        known = timings.last(store, case.profile, case.id, f"{side}/{leg}")
        if known is None:
            return None
        seconds[side] += runs * known
    return list(seconds.values())


def _seeds_left(folder: Path, case: CaseRecord) -> int:
    """How many further seeds are still to be trained and used for inference."""
    if ensemble.LEG not in case.rungs:
        return 0
    jobs_of = (read_if_whole(path) for path in folder.glob(f"{layout.ENSEMBLE}/*/{layout.JOBS}"))
    ended = sum(len(found) >= len(ensemble.LEGS) * len(case.backends) for found in jobs_of)
    return max(_seeds(folder / layout.SCENARIO) - 1 - ended, 0)


@cache
def _seeds(scenario: Path) -> int:
    return int(read(scenario).value["ensemble"]["seeds"])


def _leg(folder: Path) -> str:
    """`leg 3 of 9`: a leg has ended when both sides have ended it; after the last one, how many seeds are left."""
    case = hub.read_case(folder)
    ended = {(job.backend, job.leg) for job in read_if_whole(folder / layout.JOBS)}
    legs = _legs(case)
    whole = [
        leg
        for leg in legs
        if all((side, leg) in ended or plan.source_side(leg, side, case.backends) is None for side in case.backends)
    ]
    if len(whole) == len(legs) and (seeds := _seeds_left(folder, case)):
        return f"{seeds} more seeds to train"
    return f"leg {min(len(whole) + 1, len(legs))} of {len(legs)}"


def _legs(case: CaseRecord) -> tuple[str, ...]:
    return plan.with_required_legs({leg for rung in case.rungs for leg in ladder.needs(rung)})


def _roughly(seconds: float) -> str:
    if seconds < 1.5 * _MINUTE:
        return f"{max(10 * round(seconds / 10), 10)} s"
    return f"{round(seconds / _MINUTE)} min"
