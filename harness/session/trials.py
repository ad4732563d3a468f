"""Trials of the judge: each fault of the catalogue in each side, judged from files like any other case.

The clean evidence of both sides is made once, through the store. All faults of a side then run in one worker process,
in float64 alone, because rounding hides nothing there. A trial's folder is a case folder: the files of the injected
side are its own, those of the other side and of the dataset are the clean case's.
"""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.faults import catalogue, injection
from harness.faults.catalogue import Fault, Injected
from harness.files import plain, read_json, write_text
from harness.judge import ladder, repeats, tolerances
from harness.judge.evidence import Evidence
from harness.judge.localisation import localise
from harness.judge.verdict import CONTRACT, RED, SEVERITY, Check, RungVerdict, Status
from harness.ports.mapping import PairMapping
from harness.records import jobs
from harness.records.jobs import JobRecord
from harness.records.localisation import LocalisationRecord
from harness.records.settings import SettingsRecord
from harness.run import cores, devices, interpreters, parallel, process, side, worker
from harness.run.environment import apply
from harness.run.job import Job, write_job
from harness.run.plan import CROSS_LEGS, LEGS, SOURCE_FOLDERS, SOURCES
from harness.run.results import copy_files
from harness.run.run_case import run_case
from harness.run.sides import of_backends
from harness.run.store import Address, Store
from harness.scenario.case import Case
from harness.scenario.networks import DEFAULT
from harness.session import case_runner
from harness.session.request import Request


@dataclass(frozen=True)
class Subject:
    """The case that the faults of one network are tried on."""

    scenario: str
    sides: tuple[str, str] | None = None
    """Its sides, where the scenario itself names them."""


SUBJECTS = {
    "pinn": Subject("gs2_custom"),
    "gs1_masked": Subject("gs1_masked"),
    "pair": Subject("supervised_normalised", ("keras", "torch")),
    "replayed": Subject("replayed", ("keras", "torch")),
    "replayed_n128": Subject("replayed_n128"),
}
"""By the name of the network, or of the case that a fault names; faults of any network are tried on the first."""
REPLAYS = Path(catalogue.__file__).parent / "replays"
"""The folder of scenarios that show real bugs alone, and are in no suite."""
OVERRIDES = (
    "model.probe_big=false",
    "model.decoder_filters=[8]",
    "model.border=mean",
    "dataset.probe.scale=3.0",
    "loss.amplitude_mae=0.5",
    "loss.total_variation=0.01",
    "lockstep.steps=4",
    "lockstep.draws=2",
    "ensemble.seeds=0",
    "grouping.groups=18",
    "inference.group_limit=13",
)
"""Settings with which every fault has an effect: a border, all terms of the loss, a probe_scale that is not 4, and last
batches, of training and inference, that are not full."""
RUNGS = tuple(rung for rung in ladder.JUDGES if rung not in ("ensemble", "golden"))
_LEFT_OUT = "float32"
"""Checks with this in their names have no evidence in a trial, which computes in float64 alone."""
_TIMEOUT = 3600.0
Look = Callable[[Injected, Evidence, Sequence[RungVerdict]], None]
"""What looks at a trial: the fault, the evidence and the verdicts."""
LOCKSTEP = frozenset({"lockstep", "oracle", "trajectory", "graft", "repeat"})
WATCHED = LOCKSTEP | {"replay"}
"""Legs of the rungs below the real training."""
BEFORE_TRAINING = WATCHED | {"contract"}
STITCHING = {"stitching", "stitched", "predictions"}
"""Hooks of a fault that only the inference legs call."""


@dataclass(frozen=True)
class Outcome:
    """Outcome of one trial: the rungs that were red with one fault in one side."""

    injected: Injected
    red: tuple[str, ...]
    """The rungs that were red, or open because a side does not repeat itself; the lowest first."""
    judged: tuple[str, ...]
    """The rungs that were judged."""
    message: str
    """Message of the lowest red rung; empty when none is red."""
    backends: tuple[str, str] = ("", "")
    """The sound side and the one with the fault."""
    checks: tuple[Check, ...] = ()
    """All checks of the red rungs, for the diagnosis."""
    localisation: LocalisationRecord | None = None
    """Of a real bug, the first tensor that differs; None where there is none."""

    @property
    def lowest_red_rung(self) -> str | None:
        """The lowest red rung; None when the fault was not caught."""
        return self.red[0] if self.red else None

    @property
    def status(self) -> Status:
        """The worst status of the red checks; `pass` where none is red."""
        return min((check.status for check in self.checks), key=SEVERITY.index, default="pass")

    @property
    def as_expected(self) -> bool:
        """Whether the lowest red rung is one that the catalogue names."""
        return self.injected.fault.expects(self.red)


class Trials:
    """Runs trials of faults, all of them in one folder."""

    def __init__(self, folder: Path, request: Request, look: Look | None = None) -> None:
        """Prepare trials.

        Args:
            folder: empty, for the clean case and the trials.
            request: profile, store and interpreters.
            look: is shown the evidence and the verdicts of every trial before its folder is removed.
        """
        self.folder, self.request, self.look = folder, request, look
        self._progress = folder / "progress" / layout.PROGRESS
        with_replays = replace(request, scenario_folders=(*request.scenario_folders, REPLAYS))
        self.cases = {case.name: case for case in with_replays.cases()}

    def case(self, injected: Injected) -> Case:
        """The case that a fault is tried on."""
        return self.cases[subject_of(injected.fault).scenario]

    def clean(self, injected: Injected) -> Path:
        """The folder of the case without a fault, whose candidate is the side that the fault is for."""
        folder = self.folder / "clean" / self.case(injected).id / injected.backend
        if not (folder / layout.SCENARIO).is_file():
            self._run_clean(injected, folder)
        return folder

    def _run_clean(self, injected: Injected, folder: Path) -> None:
        case, pair = self.case(injected), (self._other(injected), injected.backend)
        options = case_runner.run_options(self.folder, replace(self.request, sides=of_backends(pair)))
        run_case(case, LEGS, options, folder, case_runner.progress_writer(self._progress))
        for job in jobs.read(folder / layout.JOBS):
            if job.status != "done":
                raise HarnessError(f"faults: the case without a fault has failed jobs: {job.error}")
            if job.leg == SOURCES["resume"]:  # a folder of a hub lacks what the other side goes on from
                copy_files(Store(options.store).path(Address(job.leg, str(job.key))), folder / job.backend)
        if case.scenario.requested_settings is not None:
            SettingsRecord(settings=dict(case.scenario.requested_settings)).write(folder / layout.REQUESTED)
        write_text(folder / layout.SCENARIO, case.resolved_yaml())

    def fixed(self, wanted: Iterable[Injected]) -> dict[tuple[str, str], tuple[str, ...]]:
        """The rungs that are red without a fault, by the case and the side: all that are judged with one of them."""
        judged: dict[tuple[str, str], dict[str, RungVerdict]] = {}
        for injected in wanted:
            known = judged.setdefault((self.case(injected).name, injected.backend), {})
            evidence = Evidence(self.clean(injected), (self._other(injected), injected.backend))
            for rung in RUNGS[: RUNGS.index("canvas") + 1] + rungs_of(injected):
                if rung not in known:
                    known[rung] = judge_rung(evidence, rung, self.case(injected))
        return {
            key: tuple(rung for rung in RUNGS if rung in known and known[rung].status in RED)
            for key, known in judged.items()
        }

    def _other(self, injected: Injected) -> str:
        sides = subject_of(injected.fault).sides or self.request.backends
        [other] = [name for name in sides if name != injected.backend]
        return other

    def run(self, wanted: Iterable[Injected]) -> Iterator[Outcome]:
        """Try faults, those of a side in one process and both sides at once; yields the outcomes."""
        of_side: dict[str, list[Injected]] = {}
        for injected in wanted:
            of_side.setdefault(f"{self.case(injected).id}-{injected.backend}", []).append(injected)
        for first, *_ in of_side.values():  # made before the threads want it
            self.clean(first)
        cancelled = threading.Event()
        calls = {name: partial(self._work, name, faults, cancelled) for name, faults in of_side.items()}
        for name, _ in parallel.as_completed(calls, cancelled):
            yield from map(self._judged, of_side[name])

    def _work(self, name: str, faults: Sequence[Injected], cancelled: threading.Event) -> None:
        """Run all jobs of the faults of one side in one worker process."""
        jobs = [path for injected in faults for path in self._jobs(injected)]
        if not jobs:
            return
        python = str(self.request.interpreters.get(faults[0].backend, sys.executable))
        environment = interpreters.worker_environment(interpreters.import_folder(self.folder))
        apply(side.variables(devices.CPU), environment)
        words, log = [python, "-m", "harness.faults.worker", "--float64", worker.SUPERVISED, *jobs], f"{name}.log"
        progress = self.folder / f"{name}.jsonl"
        call = process.Call(words, environment, self.folder, self.folder / log, _TIMEOUT, progress)
        with cores.slots(cancelled):
            process.run(call, cancelled, lambda _: None)

    def _jobs(self, injected: Injected) -> list[str]:
        """Job files of the legs that a fault has to be run in, relative to the trials' folder."""
        paths = []
        for leg in legs_of(injected):
            path = self._folder(injected) / "jobs" / f"{leg}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_job(path, self._job(injected, leg))
            paths.append(path.relative_to(self.folder).as_posix())
        return paths

    def _job(self, injected: Injected, leg: str) -> Job:
        own, other, clean, case = injected.backend, self._other(injected), self.clean(injected), self.case(injected)
        job = Job(
            case=str(injected),
            backend=own,
            leg=leg,
            scenario=case.scenario,
            dataset=clean / layout.DATASET,
            output=self._folder(injected) / "jobs" / leg,
            device="cpu",
            progress=self._progress,
            environment=side.variables(devices.CPU),
            home=case.path.parent,
            upstream=case.upstream,
            mapping=None if leg == "contract" else _mapping(case, own, clean),
            fault=injected.text,
        )
        if leg not in SOURCES:
            return job
        needed = SOURCES[leg]
        if leg in CROSS_LEGS:
            source = clean / other
        else:
            source = self._folder(injected) / "jobs" / needed if needed in legs_of(injected) else clean / own
        return job.model_copy(update={"source": source / SOURCE_FOLDERS[needed]})

    def _folder(self, injected: Injected) -> Path:
        return self.folder / str(injected)

    def _judged(self, injected: Injected) -> Outcome:
        """Judge a trial, and remove its folder."""
        folder = self._folder(injected)
        self._assemble(injected, folder)
        evidence = Evidence(folder, (self._other(injected), injected.backend))
        verdicts = [judge_rung(evidence, rung, self.case(injected)) for rung in rungs_of(injected)]
        if self.look is not None:
            self.look(injected, evidence, verdicts)
        red = [verdict for verdict in verdicts if _is_caught(verdict)]
        found = localised(evidence, red) if injected.fault.real else None
        shutil.rmtree(folder)
        return Outcome(
            injected,
            tuple(verdict.rung for verdict in red),
            rungs_of(injected),
            red[0].message if red else "",
            evidence.backends,
            tuple(check for verdict in red for check in verdict.checks),
            found,
        )

    def _assemble(self, injected: Injected, folder: Path) -> None:
        """Make the case folder of a trial: clean files, over them those of the injected side, then changes to files."""
        shutil.copytree(self.clean(injected), folder, dirs_exist_ok=True, copy_function=os.link)
        own, port = folder / injected.backend, injected.port()
        records = jobs.read(folder / layout.JOBS)
        for leg in legs_of(injected):
            for name in layout.LEG_FOLDERS[leg]:
                shutil.rmtree(own / name, ignore_errors=True)
            records = [_record(job, injected.backend, leg, folder / "jobs" / leg) for job in records]
            if (folder / "jobs" / leg).is_dir():
                shutil.copytree(folder / "jobs" / leg, own, dirs_exist_ok=True)
        jobs.write(folder / layout.JOBS, records)
        for leg in set(LEGS) - set(legs_of(injected)):
            injection.inject_into_files(port, leg, own)
        injection.inject_into_case(port, folder)


def _is_caught(verdict: RungVerdict) -> bool:
    """Whether a rung is red, or left open because a side does not repeat itself, which no sound one does."""
    open_ = any(check.name.endswith(f".{repeats.LEG}") and check.status == "inconclusive" for check in verdict.checks)
    return verdict.status in RED or open_


def subject_of(fault: Fault) -> Subject:
    """What a fault is tried on: the case that it names, or that of its network."""
    return SUBJECTS[fault.case or fault.network or DEFAULT]


def localised(evidence: Evidence, red: Sequence[RungVerdict]) -> LocalisationRecord | None:
    """The first tensor that differs; None where there is none, or where the judge cannot say."""
    try:
        found = localise(evidence, red)
    except Exception:  # the verdict stands without it
        return None
    return None if found is None else LocalisationRecord.parse(plain(found.as_json()), layout.LOCALISATION)


def _mapping(case: Case, side: str, clean: Path) -> dict[str, dict[str, str]] | None:
    """The names under which the candidate of a user's pair goes, as the run without a fault found them."""
    sides = case.scenario.sides
    if sides is None or side != sides[1]:
        return None
    return PairMapping.read(clean / layout.MAPPING).model_dump()


def legs_of(injected: Injected) -> tuple[str, ...]:
    """The legs that must be run with a fault, which are those that its rungs read; none for a fault in files alone."""
    if not any(changes_leg(injected, leg) for leg in LEGS):
        return ()
    fault, legs = injected.fault, set[str]()
    needs = WATCHED if fault.is_control else frozenset[str]().union(*map(ladder.needs, fault.rungs))
    if fault.real:  # judged from below, as in life
        needs |= BEFORE_TRAINING
    if needs & LOCKSTEP and changes_leg(injected, "lockstep"):
        legs |= needs & BEFORE_TRAINING | {"lockstep", "oracle", "graft"}
    if not needs <= BEFORE_TRAINING or not legs:
        legs |= {"replay", "train", "infer"} if changes_leg(injected, "train") else {"infer"}
    legs |= {leg for leg in ("exchange", "resume") if leg in needs and changes_leg(injected, leg)}
    return tuple(leg for leg in LEGS if leg in legs)


def changes_leg(injected: Injected, leg: str) -> bool:
    """Whether a fault changes what a leg computes, and not only the files that it left."""
    own = [hook for hook in injected.port(leg).hooks if hook != "case" and not hook.startswith("files ")]
    return bool(set(own) - STITCHING) if leg not in ("infer", "exchange") else bool(own)


def rungs_of(injected: Injected) -> tuple[str, ...]:
    """The rungs that are judged: those that read what the fault touched, up to the canvas or to the one expected.

    The rungs above the canvas take longer than all others together, and are red after whatever went wrong below.
    """
    legs = frozenset(legs_of(injected))
    touched = legs | {leg for leg in LEGS if injected.port(leg).uses(f"files {leg}")}
    if injected.port().uses("case"):
        touched = frozenset(LEGS)
    untrained = legs and legs <= BEFORE_TRAINING
    absent = WATCHED - legs if untrained else frozenset()  # made without the fault
    highest = RUNGS.index("canvas")
    return tuple(
        rung
        for number, rung in enumerate(RUNGS)
        if (number <= highest or rung in injected.fault.rungs)
        and ladder.needs(rung) & touched
        and not ladder.needs(rung) & absent
    )


def judge_rung(evidence: Evidence, rung: str, case: Case) -> RungVerdict:
    """Judge a rung, leaving out checks without evidence in a trial; an exception of the judge is a red verdict, too."""
    try:
        verdict = ladder.judge_rung(rung, evidence, tolerances.limits_of(case))
    except Exception as problem:  # as in case_runner.judge
        message = f"{type(problem).__name__}: {problem}"
        return RungVerdict(rung, (Check(rung, "evidence", "error", None, None, None, CONTRACT, message),))
    return RungVerdict(rung, tuple(check for check in verdict.checks if _LEFT_OUT not in check.name))


def _record(job: JobRecord, backend: str, leg: str, output: Path) -> JobRecord:
    """The record of a job after it was run again with a fault."""
    if (job.backend, job.leg) != (backend, leg):
        return job
    if (output / layout.DONE).is_file():
        return job.model_copy(update={"status": "done", "error": None})
    error_file = output / layout.ERROR
    error = read_json(error_file)["error"] if error_file.is_file() else "was not begun: the worker ended before"
    return job.model_copy(update={"status": "failed", "error": error})


def select_faults(
    backends: Sequence[str], names: Collection[str] = (), quick: bool = False, real: bool | None = None
) -> list[Injected]:
    """The faults of these names in each side that can have them, at their natural sizes.

    Where none is named these are all; with `real` the replays of real bugs alone, or all but those.
    """
    every = [fault for fault in catalogue.faults().values() if real in (None, fault.real is not None)]
    found = [catalogue.named(name) for name in names] or every
    chosen = [fault for fault in found if fault.quick or not quick]
    return [Injected(fault, side) for fault in chosen for side in sides_of(fault, backends)]


def sides_of(fault: Fault, backends: Sequence[str]) -> Sequence[str]:
    """The sides that a fault is injected into, one after another."""
    both = subject_of(fault).sides or backends
    return [side for side in both if side in fault.real.sides] if fault.real and fault.real.sides else both
