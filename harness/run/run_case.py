"""From a case to its files: the dataset, the missing jobs of both sides at once, and the case folder of a hub."""

import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.files import digest
from harness.networks.pair.sections import PairScenario
from harness.run import devices, interpreters, metadata, pair, plan, results, side, together
from harness.run.inputs import Dataset, Maker
from harness.run.keys import Surroundings
from harness.run.locks import all_of
from harness.run.process import Progress
from harness.run.store import Store
from harness.scenario.case import Case

TIME_LIMITS = {"smoke": 600.0, "stable": 3600.0, "full": 86400.0}
"""Seconds that one worker may take, by profile, unless the user says otherwise."""


@dataclass(frozen=True)
class RunOptions:
    """What the user asked of the runs of a session."""

    backends: tuple[str, ...]
    """The pair, reference first; one alone where nothing is exchanged."""
    interpreters: Mapping[str, Path]
    """Interpreter of a backend where it is not this one."""
    device: str
    """auto, cpu, gpu or gpu:K."""
    store: Path
    timeout: float | None
    """Seconds for one worker; None leaves it to the profile."""
    data_folders: tuple[Path, ...] = ()
    log_patch_stats: bool = False
    patch_stats_limit: int = 2
    faults: Mapping[str, str] = field(default_factory=dict)
    """Backend to the fault that is injected in it, `ID` or `ID=SIZE`."""


def run_case(
    case: Case,
    needs: Collection[str],
    options: RunOptions,
    case_dir: Path,
    on_progress: Progress,
    with_dataset: bool = True,
) -> None:
    """Leave in `case_dir` what the legs in `needs` produce, from the store or by running them.

    `with_dataset`: leave a copy of the dataset there, too; otherwise only beside a job that failed, to repeat it with.

    A job that fails leaves a record and evidence and never raises. Raises HarnessError for a case whose data or
    scenario cannot be used (DataNotFound when measured data is nowhere), and for a device that is not there.
    What was settled in this folder before, for better or worse, is not done again.
    """
    store, cancelled = Store(options.store), threading.Event()
    case_dir.mkdir(parents=True, exist_ok=True)
    with all_of([store.lock_path(f"case-{digest(case_dir.resolve())}")], cancelled):
        timeout = options.timeout or TIME_LIMITS[case.profile]
        context = side.Context(case.id, store, timeout, cancelled, on_progress)
        _CaseRun(case, options, case_dir, context, with_dataset).run(needs)


@dataclass
class _CaseRun:
    """One case that is being run."""

    case: Case
    options: RunOptions
    case_dir: Path
    context: side.Context
    with_dataset: bool
    started: float = field(default_factory=time.monotonic)

    def run(self, needs: Collection[str]) -> None:
        """Dataset, then both sides' own legs, then what each makes of the other's results."""
        dataset = self._dataset()
        legs = plan.with_what_they_need(needs)
        sides = self._sides(legs)
        patch_stats = self.options.patch_stats_limit if self.options.log_patch_stats else 0
        told = self._told(dataset.folder, sides)
        planned = plan.plan(self.case.scenario, dataset.folder, legs, sides, patch_stats, told)
        self._run_phase([job for job in planned if job.leg not in plan.ACROSS], sides)
        self._run_phase([job for job in planned if job.leg in plan.ACROSS], sides)
        seconds = time.monotonic() - self.started
        metadata.write(self.case_dir, self.case, sides, dataset, self.context.store.damaged, seconds)

    def _told(self, dataset: Path, sides: Mapping[str, Surroundings]) -> dict[str, plan.Told]:
        """What the sides of a user's pair are told; their contracts come first, for names follow from them."""
        if not isinstance(self.case.scenario, PairScenario):
            return {}
        told = {name: pair.told(self.case, name) for name in sides}
        first = plan.plan(self.case.scenario, dataset, ["contract"], sides, 0, told)
        self._run_phase(first, sides)
        mapping = pair.mapping(self.case, self.case_dir)
        if mapping is not None and (candidate := self.case.scenario.pair.names[1]) in told:
            told[candidate] = replace(told[candidate], mapping=mapping)
        return told

    def _dataset(self) -> Dataset:
        """The dataset in the store; a copy of it goes to the case's folder."""
        log = results.log_of(self.case_dir, "reference")
        made = Maker(self.case, self.context, self.options.data_folders, log).dataset()
        before = metadata.read(self.case_dir)
        if before is not None and before.dataset.key == made.record.key:
            return Dataset(made.folder, before.dataset)
        if self.with_dataset:
            results.deliver(made.folder, self.case_dir / layout.DATASET)
        return made

    def _sides(self, legs: Sequence[str]) -> dict[str, Surroundings]:
        """What each backend runs in; one that cannot run has failed in all its legs."""
        found: dict[str, interpreters.Interpreter] = {}
        for backend in self.options.backends:
            try:
                needs = pair.needs(self.case.scenario, backend)
                found[backend] = interpreters.inspect(backend, self._python(backend), needs)
            except HarnessError as error:
                results.record(self.case_dir, results.unavailable(self.case_dir, backend, legs, str(error)))
        across = [leg for leg in legs if leg in plan.ACROSS]
        if across and len(found) == 1:
            [alone], [partner] = found, {*self.options.backends} - {*found}
            results.record(self.case_dir, results.without_partner(alone, partner, across))
        device = devices.choose(self.options.device)
        if self.options.device == "auto" and any(interpreter.cpu_build for interpreter in found.values()):
            device = devices.CPU
        variables = side.variables(device)
        more = {backend: pair.variables(self.case.scenario, backend) for backend in found}
        faults = self.options.faults
        return {
            backend: Surroundings(interpreter, device, {**variables, **more[backend]}, faults.get(backend))
            for backend, interpreter in found.items()
        }

    def _python(self, backend: str) -> Path:
        return self.options.interpreters.get(backend) or pair.python(self.case, backend) or Path(sys.executable)

    def _run_phase(self, planned: Sequence[plan.Planned], sides: Mapping[str, Surroundings]) -> None:
        """Run what is not settled yet, both sides at once."""
        settled = {(job.backend, job.leg, job.key) for job in results.recorded(self.case_dir)}
        unsettled = [job for job in planned if (job.backend, job.leg, job.address.key) not in settled]
        of_side = {backend: [job for job in unsettled if job.backend == backend] for backend in sides}
        calls = {backend: partial(self._run_side, jobs, sides[backend]) for backend, jobs in of_side.items() if jobs}
        found = dict(together.as_they_end(calls, self.context.cancelled))
        for backend in calls:
            results.record(self.case_dir, found[backend])

    def _run_side(self, planned: Sequence[plan.Planned], surroundings: Surroundings) -> list[side.Result]:
        backend = planned[0].backend
        found = side.run(self.context, surroundings, planned, results.log_of(self.case_dir, backend))
        for job, result in zip(planned, found, strict=True):
            if result.folder is None:
                if not self.with_dataset:
                    results.deliver(job.dataset, self.case_dir / layout.DATASET)
                results.write_evidence(self.case_dir, job, surroundings, result)
            else:
                results.deliver(result.folder, self.case_dir / backend)
        return found
