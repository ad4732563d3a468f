"""Runs a case: builds its dataset, runs the missing jobs of both sides at once, and fills its folder in the hub."""

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.files import digest
from harness.run import metadata, pair, parallel, plan, results, side
from harness.run.executors.executor import named
from harness.run.inputs import Dataset, DatasetBuilder
from harness.run.interpreters import Interpreter
from harness.run.keys import Runtime
from harness.run.locks import all_of
from harness.run.process import Progress
from harness.run.run_options import RunOptions
from harness.run.runtimes import Runtimes
from harness.run.store import Store
from harness.scenario.case import Case
from harness.scenario.pair import PairScenario

TIME_LIMITS = {"smoke": 600.0, "stable": 3600.0, "full": 86400.0}
"""Profile to the seconds that one worker may take, where no `--parity-timeout` is given."""
CASE_ALONE = (f"{layout.INFERENCE_OUTPUTS}/{layout.DIFFRACTION}",)
"""Files that are read of the case itself, and so are not copied into the folder of a member of its ensemble."""
FOR_RESUME = tuple(
    f"{layout.REPLAY}/{name}" for name in (layout.CHECKPOINT_WEIGHTS, layout.CHECKPOINT_OPTIMISER, layout.UNBROKEN)
)
"""Files that another leg starts from and nobody judges; they are copied beside a failed job, to repeat it."""


def run_case(
    case: Case,
    needs: Collection[str],
    options: RunOptions,
    case_dir: Path,
    on_progress: Progress,
    with_dataset: bool = True,
    cancelled: threading.Event | None = None,
) -> None:
    """Fill the folder of a case with the results of its legs, from the store or by running them.

    Each result is in the folder, and in its `jobs.json`, as soon as its job has ended.

    A job that fails leaves a record and evidence and never raises. A job that this folder records already, as done
    or failed, is not run again.

    Args:
        case: The case to run.
        needs: Names of the legs whose results are wanted.
        options: The options of the session.
        case_dir: Folder of the case.
        on_progress: Called with each progress line of a worker.
        with_dataset: Whether to copy the dataset, too, and what only the case itself is asked for; otherwise the
            dataset is copied only beside a failed job, to repeat it.
        cancelled: Event that stops it.

    Raises:
        HarnessError: The data, the scenario or the device cannot be used; DataNotFound for missing measured data,
            UpstreamNotFound for a missing checkout.
        StoppedError: `cancelled` was set.
    """
    pair.require_upstream(case)
    store, cancelled = Store(options.store), cancelled or threading.Event()
    case_dir.mkdir(parents=True, exist_ok=True)
    with all_of([store.lock_path(f"case-{digest(case_dir.resolve())}")], cancelled):
        timeout = options.timeout or TIME_LIMITS[case.profile]
        executor = named(options.executor)
        context = side.Context(case.id, store, timeout, cancelled, on_progress, case.profile, executor)
        _CaseRun(case, options, case_dir, context, with_dataset).run(needs)


@dataclass
class _CaseRun:
    """The run of one case: its steps, and what they share."""

    case: Case
    options: RunOptions
    case_dir: Path
    context: side.Context
    with_dataset: bool
    started: float = field(default_factory=time.monotonic)
    recording: threading.Lock = field(default_factory=threading.Lock)

    def run(self, needs: Collection[str]) -> None:
        """Build the dataset, and run the legs of both sides, one process of each side after the other."""
        dataset = self._dataset()
        legs = self._legs(needs)
        sides = self._sides(legs)
        self._describe(sides, dataset, 0.0)  # what is judged before the end needs it
        patch_stats = self.options.patch_stats_limit if self.options.log_patch_stats else 0
        side_inputs = self._side_inputs(dataset.folder, sides, legs)
        planned = plan.plan(self.case.scenario, dataset.folder, legs, sides, patch_stats, side_inputs)
        for process in ((plan.CHECK,), *plan.PROCESSES):
            self._run_phase([job for job in planned if job.leg in process], sides)
        self._describe(sides, dataset, time.monotonic() - self.started)

    def _describe(self, sides: Mapping[str, Runtime], dataset: Dataset, seconds: float) -> None:
        metadata.write(self.case_dir, self.case, sides, dataset, self.context.store.damaged, seconds)

    def _legs(self, needs: Collection[str]) -> tuple[str, ...]:
        """The legs to run: with the contracts of a pair whose names need no mapping, which then wait for no process."""
        first = ["contract"] if pair.is_named_alike(self.case.scenario) and plan.CHECK not in needs else []
        return plan.with_required_legs([*first, *needs])

    def _side_inputs(
        self, dataset: Path, sides: Mapping[str, Runtime], legs: Sequence[str]
    ) -> dict[str, plan.SideInputs]:
        """What each side of a pair needs beside the scenario; their contracts come first, for names follow from them.

        Where ports are only checked, each keeps its own names.
        """
        if not isinstance(self.case.scenario, PairScenario):
            return {}
        side_inputs = {name: pair.side_inputs(self._runtimes.seen_by(name), name) for name in sides}
        if legs == (plan.CHECK,) or pair.is_named_alike(self.case.scenario):
            return side_inputs
        first = plan.plan(self.case.scenario, dataset, ["contract"], sides, 0, side_inputs)
        self._run_phase(first, sides)
        mapping = pair.mapping(self.case, self.case_dir)
        if mapping is not None and (candidate := self.case.scenario.pair.names[1]) in side_inputs:
            side_inputs[candidate] = replace(side_inputs[candidate], mapping=mapping)
        return side_inputs

    def _dataset(self) -> Dataset:
        """The dataset in the store; a copy of it goes to the case's folder."""
        log = results.log_of(self.case_dir, "reference")
        made = DatasetBuilder(self.case, self.context, self.options.data_folders, log).dataset()
        before = metadata.read(self.case_dir)
        if before is not None and before.dataset.key == made.record.key:
            return Dataset(made.folder, before.dataset)
        if self.with_dataset:
            results.copy_files(made.folder, self.case_dir / layout.DATASET)
        return made

    def _sides(self, legs: Sequence[str]) -> dict[str, Runtime]:
        """What each backend runs in; all legs of one that cannot run are recorded as failed."""
        found: dict[str, Interpreter] = {}
        for backend in self.options.backends:
            try:
                found[backend] = self._runtimes.interpreter(backend)
            except HarnessError as error:
                results.record_jobs(self.case_dir, results.unavailable(self.case_dir, backend, legs, str(error)))
        across = [leg for leg in legs if leg in plan.CROSS_LEGS]
        if across and len(found) == 1:
            [alone], [partner] = found, {*self.options.backends} - {*found}
            results.record_jobs(self.case_dir, results.without_partner(alone, partner, across))
        return self._runtimes.runtimes(found)

    @property
    def _runtimes(self) -> Runtimes:
        store = self.context.store.root
        return Runtimes(self.case, self.options, store, self.context.cancelled)

    def _run_phase(self, planned: Sequence[plan.PlannedJob], sides: Mapping[str, Runtime]) -> None:
        """Run the jobs that `jobs.json` does not list yet, both sides at once."""
        settled = {(job.backend, job.leg, job.key) for job in results.recorded_jobs(self.case_dir)}
        unsettled = [job for job in planned if (job.backend, job.leg, job.address.key) not in settled]
        of_side = {backend: [job for job in unsettled if job.backend == backend] for backend in sides}
        calls = {backend: partial(self._run_side, jobs, sides[backend]) for backend, jobs in of_side.items() if jobs}
        for _ in parallel.as_completed(calls, self.context.cancelled):
            pass  # each call has recorded what it found

    def _run_side(self, planned: Sequence[plan.PlannedJob], runtime: Runtime) -> None:
        log = results.log_of(self.case_dir, planned[0].backend)
        side.run(self.context, runtime, planned, log, partial(self._record, runtime))

    def _record(self, runtime: Runtime, job: plan.PlannedJob, result: side.Result) -> None:
        """Bring a result into the folder of the case, and into its `jobs.json` when all of it is there."""
        with self.recording:
            if result.folder is None:
                if not self.with_dataset:
                    results.copy_files(job.dataset, self.case_dir / layout.DATASET)
                if job.source is not None and (given := self.context.store.path(job.source.address)).is_dir():
                    results.copy_files(given, self.case_dir / job.source.backend)
                results.write_evidence(self.case_dir, job, runtime, result)
            else:
                left_out = FOR_RESUME if self.with_dataset else (*FOR_RESUME, *CASE_ALONE)
                results.copy_files(result.folder, self.case_dir / job.backend, left_out)
            if job.leg == "contract" and pair.is_named_alike(self.case.scenario):
                pair.mapping(self.case, self.case_dir)
            results.record_jobs(self.case_dir, [result])
