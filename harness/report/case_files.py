"""The files of one case as its report reads them: each is read when it is first asked for, and then kept."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness import layout
from harness.judge.evidence import Evidence
from harness.judge.verdict import RungVerdict
from harness.records import jobs
from harness.records.case import CaseRecord
from harness.records.environment import EnvironmentRecord
from harness.records.jobs import JobRecord
from harness.records.localisation import LocalisationRecord
from harness.records.metrics import ComparisonMetrics
from harness.records.prepared import PreparedRecord
from harness.records.run import RunMetadata, SideRecord
from harness.session import case_runner, hub


@dataclass(frozen=True)
class CaseFiles:
    """One case of a hub, for whoever tells of it; a file that is written later than it was asked for is not seen.

    A file that is missing or, in a killed session, broken reads as None or empty; only `asked` raises HarnessError.
    """

    folder: Path

    @cached_property
    def asked(self) -> CaseRecord:
        """What was asked of the case; raises HarnessError when `case.json` is broken."""
        return hub.read_case(self.folder)

    @cached_property
    def prepared(self) -> PreparedRecord | None:
        """How its preparation ended; None where the session did not come so far."""
        return case_runner.prepared(self.folder)

    @property
    def is_prepared(self) -> bool:
        """Whether there is evidence to look at."""
        return self.prepared is not None and self.prepared.status == "done"

    @property
    def evidence(self) -> Evidence:
        """The arrays of the case, which are kept for the last few cases alone."""
        return case_runner.cached_evidence(self.folder, self.asked.backends)

    @cached_property
    def verdicts(self) -> tuple[RungVerdict, ...]:
        """The verdict of every planned rung; an error where none was written."""
        return tuple(case_runner.recorded_verdict(self.folder, rung) for rung in self.asked.rungs)

    @cached_property
    def metrics(self) -> ComparisonMetrics:
        """The figures of both sides and of their agreement."""
        path = self.folder / layout.COMPARISON / layout.METRICS
        return ComparisonMetrics.read_if_whole(path) or ComparisonMetrics()

    @property
    def is_recorded(self) -> bool:
        """Whether every planned rung has its verdict."""
        return all((self.folder / layout.CHECKS / f"{rung}.json").exists() for rung in self.asked.rungs)

    @cached_property
    def localisation(self) -> LocalisationRecord | None:
        """Where the sides part; None where they do not."""
        return LocalisationRecord.read_if_whole(self.folder / layout.COMPARISON / layout.LOCALISATION)

    @cached_property
    def jobs(self) -> list[JobRecord]:
        """How each of its jobs ended."""
        return jobs.read_if_whole(self.folder / layout.JOBS)

    @cached_property
    def all_jobs(self) -> list[JobRecord]:
        """The same, with the jobs of the members of its ensemble."""
        members = sorted((self.folder / layout.ENSEMBLE).glob(f"*/{layout.JOBS}"))
        return [*self.jobs, *(job for path in members for job in jobs.read_if_whole(path))]

    @cached_property
    def environments(self) -> dict[str, SideRecord]:
        """By backend: interpreter, versions, device, threads and the variables that matter."""
        metadata = RunMetadata.read_if_whole(self.folder / layout.RUN_METADATA)
        return {} if metadata is None else metadata.backends

    @cached_property
    def session_environment(self) -> EnvironmentRecord:
        """What its session ran on."""
        return EnvironmentRecord.read_if_whole(self.folder.parent / layout.ENVIRONMENT) or EnvironmentRecord()


def of_hub(root: Path) -> list[CaseFiles]:
    """The planned cases of a hub, by name."""
    return [CaseFiles(folder) for folder in hub.case_folders(root)]
