"""The files of one case, as the report reads them: each is read at its first use and then kept in memory."""

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
    """The files of one case of a hub. A file that changes after its first use is not read again.

    A file that is missing, or broken because the session was killed, reads as None or empty.
    Only `plan` raises HarnessError.
    """

    folder: Path

    @cached_property
    def plan(self) -> CaseRecord:
        """Contents of `case.json`: the options that the case was planned with; raises HarnessError if it is broken."""
        return hub.read_case(self.folder)

    @cached_property
    def prepared(self) -> PreparedRecord | None:
        """Contents of `prepared.json`: how the training and inference of the case ended; None before that."""
        return case_runner.prepared(self.folder)

    @property
    def is_prepared(self) -> bool:
        """Whether the legs of the case were run, so that there are files to judge and to draw."""
        return self.prepared is not None and self.prepared.has_evidence

    @property
    def evidence(self) -> Evidence:
        """The files that the legs left, with their arrays; only those of the last few cases stay in memory."""
        return case_runner.cached_evidence(self.folder, self.plan.backends)

    @cached_property
    def verdicts(self) -> tuple[RungVerdict, ...]:
        """Contents of `checks/`: the verdict of every planned rung, `not judged` where its file is missing."""
        return tuple(case_runner.recorded_verdict(self.folder, rung) for rung in self.plan.rungs)

    @cached_property
    def metrics(self) -> ComparisonMetrics:
        """Contents of `comparison_metrics.json`: the metrics of both sides and of their agreement."""
        path = self.folder / layout.COMPARISON / layout.METRICS
        return ComparisonMetrics.read_if_whole(path) or ComparisonMetrics()

    @property
    def is_recorded(self) -> bool:
        """Whether every planned rung has a verdict file."""
        return all((self.folder / layout.CHECKS / f"{rung}.json").exists() for rung in self.plan.rungs)

    @cached_property
    def localisation(self) -> LocalisationRecord | None:
        """Contents of `localisation.json`: the first tensor in which the two sides differ; None if no such file."""
        return LocalisationRecord.read_if_whole(self.folder / layout.COMPARISON / layout.LOCALISATION)

    @cached_property
    def jobs(self) -> list[JobRecord]:
        """Contents of `jobs.json`: how each job of the case ended."""
        return jobs.read_if_whole(self.folder / layout.JOBS)

    @cached_property
    def all_jobs(self) -> list[JobRecord]:
        """The jobs of the case and of the members of its ensemble: how each of them ended."""
        members = sorted((self.folder / layout.ENSEMBLE).glob(f"*/{layout.JOBS}"))
        return [*self.jobs, *(job for path in members for job in jobs.read_if_whole(path))]

    @cached_property
    def environments(self) -> dict[str, SideRecord]:
        """Per backend its interpreter, package versions, device, threads and environment variables."""
        metadata = RunMetadata.read_if_whole(self.folder / layout.RUN_METADATA)
        return {} if metadata is None else metadata.backends

    @cached_property
    def session_environment(self) -> EnvironmentRecord:
        """Contents of `environment.json` of the hub: machine, Python, packages and commit of the session."""
        return EnvironmentRecord.read_if_whole(self.folder.parent / layout.ENVIRONMENT) or EnvironmentRecord()


def of_hub(root: Path) -> list[CaseFiles]:
    """The planned cases of a hub, sorted by name."""
    return [CaseFiles(folder) for folder in hub.case_folders(root)]
