"""The dataset of a case: taken from the store, or built; for measured data after reference reconstructions."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.dataset import build, locate, simulate
from harness.dataset.measured import importers
from harness.dataset.truth import Reference
from harness.errors import HarnessError
from harness.records.run import DatasetRecord, ReferenceRecord
from harness.run import keys, side
from harness.run.devices import CPU
from harness.run.interpreters import this_interpreter
from harness.run.plan import PlannedJob
from harness.run.store import Address
from harness.scenario.case import Case

REFERENCE = "reference"
DATASET = "dataset"


@dataclass(frozen=True)
class Dataset:
    """The dataset folder of a case in the store, and how it came to be there."""

    folder: Path
    record: DatasetRecord
    """Key, seconds, whether it was in the store already, and the reference reconstructions that it needed."""


@dataclass(frozen=True)
class DatasetBuilder:
    """Builds the dataset folder of one case, or finds it in the store."""

    case: Case
    context: side.Context
    data_folders: Sequence[Path]
    log: Path
    """Log file of the reference reconstructions."""

    def dataset(self) -> Dataset:
        """The dataset folder, built unless the store holds it.

        Raises DataNotFound for measured data that is in no folder, and HarnessError for data or a scenario that cannot
        be used, and for a reference reconstruction that failed.
        """
        started = time.monotonic()
        source = self._measured_file()
        parts = keys.dataset_parts(self.case.scenario, source)
        address = Address("dataset", keys.key(parts))
        records: list[ReferenceRecord] = []

        def make(folder: Path) -> None:
            self._build(source, folder, records)

        waiting = side.says_waiting(self.context, "", DATASET, "another session that makes the same data set")
        entry = self.context.store.obtain(address, make, parts, self.context.cancelled, waiting)
        seconds = time.monotonic() - started
        record = DatasetRecord(key=address.key, cached=entry.cached, seconds=seconds, references=tuple(records))
        return Dataset(entry.path, record)

    def _measured_file(self) -> Path | None:
        if self.case.measured is not None:
            return self.case.measured  # a person named this file; it is looked up nowhere
        name = self.case.scenario.dataset.file
        if name is None:
            return None
        return locate.locate(name, [self.case.path.parent, *self.data_folders], self._says_download)

    def _says_download(self, text: str) -> None:
        self.context.on_progress({"case": self.case.id, "backend": "", "leg": DATASET, "waits": text})

    def _build(self, source: Path | None, folder: Path, records: list[ReferenceRecord]) -> None:
        scenario = keys.relevant(self.case.scenario, "dataset")
        spec = scenario.dataset
        raw = simulate.simulate(spec) if source is None else importers.load(source, spec.N)
        with self.context.store.scratch() as scratch:
            found = self._references(build.reference_inputs(scenario, raw, scratch), records)
        refined = found.get("refine")
        build.build(scenario, raw, folder, None if refined is None else refined.probe, found.get("reference"))

    def _references(self, inputs: Mapping[str, Path], records: list[ReferenceRecord]) -> dict[str, Reference]:
        """Reference reconstructions by the name of their input file, from the store or run in one process."""
        if not inputs:
            return {}
        runtime = keys.Runtime(this_interpreter(keys.REFERENCE_LIBRARIES), CPU, side.variables(CPU))
        planned = [self._planned(name, path, runtime) for name, path in inputs.items()]
        results = dict(zip(inputs, side.run(self.context, runtime, planned, self.log), strict=True))
        records += [ReferenceRecord(name=name, **result.record().model_dump()) for name, result in results.items()]
        for name, result in results.items():
            if result.folder is None:
                raise HarnessError(f"{self.case.id}: the reference reconstruction '{name}' failed: {result.error}")
        return {
            name: Reference.load(result.folder / layout.REFERENCE) for name, result in results.items() if result.folder
        }

    def _planned(self, name: str, path: Path, runtime: keys.Runtime) -> PlannedJob:
        spec = self.case.scenario.dataset
        iterations = spec.probe.refine_iterations if name == "refine" else spec.reference_iterations
        parts = keys.reference_parts(path, iterations, runtime)
        return PlannedJob(
            backend=REFERENCE,
            leg=REFERENCE,
            scenario=keys.relevant(self.case.scenario, "dataset"),
            dataset=path,
            parts=parts,
            address=Address(REFERENCE, keys.key(parts)),
            iterations=iterations,
        )
