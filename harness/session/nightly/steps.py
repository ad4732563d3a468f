"""The steps of a night, as commands; each is a program that can be run by itself.

A night runs what a change may break. What measures rates, sizes and costs takes hours more, and is run once a week.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from harness.run.executors.executor import LOCAL

SEEDS = {"smoke": 32, "stable": 16}
"""Profile to number of seeds of an ensemble: in `smoke` of every case, which so many decide, in `stable` of some."""
WORKERS = 2
"""Number of pytest-xdist's workers; all rungs of a case run on one of them."""
DOSES = "photon_grid_study or dose_gs2"
"""Cases, as pytest's `-k`, that differ in their photons alone: unless they are asked for, a night runs each in `smoke`
once, and leaves their many trainings and their long ones to the week."""
ENSEMBLES = f"gs1_custom or gs2_custom or {DOSES}"
"""Cases, as pytest's `-k`, whose ensembles are trained in `stable`: all cases would take more than a night."""
DECIDED = "ensemble or reconstruction or test_dose"
"""Tests, as pytest's `-k`, that many trainings decide; the few of the other sessions leave them inconclusive.

A dose study needs the reconstructions of all its doses.
"""
UNDECIDABLE = "supervised and (test_settings or test_physics or test_scale or test_canvas)"
"""Tests, as pytest's `-k`, that a strict session cannot ask for: the ports of the second network have no workflow, no
oracle, no intensity scale and stitch nothing, so that these rungs are inconclusive however long it trains."""
INSTALLED, KERAS3 = "tests/unit/test_installed.py", "tests/subjects/keras3"
FOLDER = "NIGHT"
"""Placeholder in a command for the folder of the night."""


@dataclass(frozen=True)
class Step:
    """One program of the night."""

    name: str
    purpose: str
    """What it does, for the reader of the page."""
    command: tuple[str, ...]
    is_session: bool = False
    """Whether it is a parity session, which gets a hub of its own and what is left of the budget."""
    has_result: bool = False
    """Whether the last line that it prints is its result."""
    weekly: bool = False
    """Whether it is run once a week, and not every night."""


def steps(select: str, quick: bool, executor: str = LOCAL, week: bool = False) -> list[Step]:
    """The steps of a night, in their order.

    Args:
        select: As pytest's `-k`.
        quick: Each at its smallest, to try the run itself; of the ensembles those that `smoke` has by default.
        executor: What runs the workers of the parity sessions.
        week: With those that are run once a week.
    """
    return [step for step in _every(select, quick, executor) if week or not step.weekly]


def _every(select: str, quick: bool, executor: str) -> list[Step]:
    many, profile = select or ENSEMBLES, "smoke" if quick else "stable"
    seeds, session = {} if quick else SEEDS, partial(_session, executor)
    askable = f"not test_dose and not ({UNDECIDABLE})"
    if select:
        smoke, stable = f"({select}) and {askable}", f"({select}) and not ensemble and {askable}"
    else:
        smoke, stable = f"not (ensemble and ({DOSES})) and {askable}", f"not (ensemble or {DOSES}) and {askable}"
    return [
        session("smoke", "every case on the smallest load, with ensembles", smoke, "smoke", seeds),
        session("stable", "every case but the doses, trained until stable", stable, "stable", {}),
        *_faults(quick),
        _clean_runs(select, quick),
        session(
            "ensembles",
            f"many trainings of each side, {profile}",
            f"({many}) and ({DECIDED})",
            profile,
            seeds,
            weekly=True,
        ),
        *_benchmarks(quick),
        Step(
            "installed",
            "the wheel in somebody else's repository",
            _python("-m", "pytest", "-q", "-m", "nightly", INSTALLED),
        ),
        Step(
            "keras3",
            "one network on both backends of Keras",
            _python("-m", "pytest", "-q", "-m", "nightly", KERAS3),
        ),
        Step(
            "subjects",
            "public pairs of packages, in an environment of their own",
            _python("-m", "tox", "-e", "subjects"),
        ),
    ]


def _session(
    executor: str,
    name: str,
    purpose: str,
    select: str,
    profile: str,
    seeds: Mapping[str, int],
    weekly: bool = False,
) -> Step:
    options = [f"--parity-override=ensemble.seeds={seeds[profile]}"] if seeds else []
    workers = str(WORKERS)
    if executor != LOCAL:
        options.append(f"--parity-executor={executor}")
        workers = "auto"  # this machine only judges
    words = ["-m", "pytest", "-m", "parity", "-k", select, "-n", workers, "--parity-strict"]
    command = _python(*words, f"--parity-profile={profile}", *options)
    return Step(name, purpose, command, is_session=True, weekly=weekly)


def _faults(quick: bool) -> list[Step]:
    run, sensitivity = ["--quick"] if quick else [], ["scale.off", "--side", "torch"] if quick else []
    verb, real = ("-m", "harness", "faults"), ["real.photon-scale"] if quick else []
    purpose, replays = "every injected fault must be caught", "bugs of public ports, before they were fixed and after"
    return [
        Step("faults", purpose, _python(*verb, "run", *run, "--hub", FOLDER), has_result=True),
        Step("real-bugs", replays, _python(*verb, "run", "--real", *real, "--hub", FOLDER), has_result=True),
        Step(
            "sensitivity",
            "how small each may be",
            _python(*verb, "sensitivity", *sensitivity, "--hub", FOLDER),
            weekly=True,
        ),
    ]


def _clean_runs(select: str, quick: bool) -> Step:
    options = ["--seeds", "7", "--precisions", "float64"] if quick else []
    words = ["benchmarks/clean_runs.py", *options, "--select", select, "--hub", FOLDER]
    purpose = "seeds, precisions and both orders: how often sound backends are red"
    return Step("clean-runs", purpose, _python(*words), has_result=True, weekly=True)


def _benchmarks(quick: bool) -> list[Step]:
    overhead = ["--profile", "smoke", "--epochs", "2", "--pairs", "1"] if quick else []
    pairs = ["--cases", "gs1_custom"] if quick else []
    alarms = ["--seeds", "2", "--trials", "1"] if quick else ["--trials", "10"]
    benchmarks = {
        "overhead": ("what the harness costs", overhead),
        "toolkit-steps": ("what a step by a toolkit costs", ["--pairs", "2"] if quick else []),
        "control-pairs": ("each backend against itself, rung by rung", pairs),
        "false-alarms": ("how often the ensemble rung calls a backend different from itself", ["gs1_custom", *alarms]),
    }
    return [
        Step(name, purpose, _python(f"benchmarks/{name.replace('-', '_')}.py", *options), has_result=True, weekly=True)
        for name, (purpose, options) in benchmarks.items()
    ]


def _python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)
