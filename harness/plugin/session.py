"""One pytest session of the ladder: finds its cases, owns its hub, and has the report made at its end.

Under pytest-xdist the controller makes the hub and the workers fill it; the controller itself collects nothing.
Judge and report are imported when they are needed: collecting tests stays fast.
"""

import contextlib
import shlex
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, system_errors_said
from harness.formatting import printable
from harness.judge.golden import registry
from harness.plugin import command_line, expansion
from harness.plugin.progress import ProgressLines
from harness.run.interrupts import interruptible, say_in_one_line
from harness.run.store import location
from harness.scenario.case import Case
from harness.scenario.studies import Study
from harness.session import hub
from harness.session.request import Request

if TYPE_CHECKING:
    from harness.judge.verdict import RungVerdict
    from harness.records.summary import Summary
    from harness.session.preparation import Preparation

_REFRESH_SECONDS = 2.0
WORKER_HUB = "parity_hub"
"""Key of the hub's folder in what the controller hands to each worker."""
PROBLEM = "parity_problem"
"""Key of a problem with the scenarios in what a worker hands to the controller."""


class ParitySession:
    """State of one pytest session and its hooks; registered as a plugin of its own."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.problem: HarnessError | None = None
        """Why there are no cases; reported once the collection is over."""
        self.hub: Path | None = None
        self.summary: Summary | None = None
        self.report_problem: HarnessError | None = None
        self.late: list[str] = []
        """Cases that were not begun because the session's budget was spent."""
        self.progress: ProgressLines | None = None
        self._refreshed = 0.0
        self._lowest_red: dict[str, str] = {}
        self._preparations: dict[str, Preparation] = {}
        self._signals = contextlib.ExitStack()

    @cached_property
    def request(self) -> Request:
        """The options of this session."""
        return command_line.request_of(self.config)

    @cached_property
    def cases(self) -> list[Case]:
        """The cases of this session; none, with `problem` set, when a scenario or an option is wrong."""
        try:
            with system_errors_said():
                return expansion.checked_cases(self.request)
        except HarnessError as problem:
            self.problem = problem
            return []

    @property
    def is_worker(self) -> bool:
        """Whether this process is a worker of pytest-xdist."""
        return hasattr(self.config, "workerinput")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Report what is wrong with the scenarios; let `-k` select by the name of a backend, and `-m` by the cost."""
        if self.problem is None:
            items[:] = [item for item in items if not expansion.is_empty_study_test(item)]
            for item in items:
                if expansion.is_rung_test(item) or expansion.is_study_test(item):
                    item.extra_keyword_matches.update(self.request.backends)
                if expansion.is_rung_test(item):
                    rung = expansion.rung_of(item.originalname)  # type: ignore[attr-defined]
                    for marker in expansion.costs_of(rung, self.config.option.markexpr):
                        item.add_marker(marker)
        else:
            self._refuse(self.problem, items)

    def _refuse(self, problem: HarnessError, items: list[pytest.Item]) -> None:
        """End the session with a usage error; a worker of pytest-xdist hands it to the controller and runs no tests."""
        if not self.is_worker:
            raise pytest.UsageError(*printable(str(problem)).splitlines())
        self.config.workeroutput[PROBLEM] = str(problem)  # type: ignore[attr-defined]
        items.clear()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Controller: take over what a worker found wrong with the scenarios."""
        if problem := getattr(node, "workeroutput", {}).get(PROBLEM):
            self.problem = HarnessError(problem)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Controller: hand every worker the one hub, which stays only when a worker plans a case in it."""
        if self.hub is None:
            self._open_hub()
        node.workerinput[WORKER_HUB] = str(self.hub)

    @pytest.hookimpl(tryfirst=True)  # before a worker of pytest-xdist says what it has collected
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write the plan of every selected case into the hub; when no rung is selected, there is no hub."""
        if self.problem is not None or self.config.option.collectonly:
            return
        plan = expansion.planned(session.items)
        if not plan:
            return
        try:
            if (injected := self.request.fault) is not None:
                for case, _ in plan.values():
                    injected.require_fits(case)
        except HarnessError as problem:
            self._refuse(problem, session.items)
            return
        from harness.session import case_runner

        if self.is_worker:
            self.hub = Path(self.config.workerinput[WORKER_HUB])  # type: ignore[attr-defined]
        elif self.hub is None:
            self._open_hub()
        assert self.hub is not None
        for case, rungs in plan.values():
            case_runner.plan(self.hub, case, rungs, self.request)
        hub.record_plan(self.hub)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the summary up to date, so that the hub of a session that is killed shows how far it came."""
        if self.hub is not None and not self.is_worker and report.when == "teardown":
            from harness.report import assembly

            if time.monotonic() - self._refreshed > _REFRESH_SECONDS and hub.case_folders(self.hub):
                assembly.refresh(self.hub)
                self._refreshed = time.monotonic()

    def _open_hub(self) -> None:
        from harness.report import assembly

        command = shlex.join(["pytest", *self.config.invocation_params.args])
        try:
            with system_errors_said():
                self.hub = assembly.begin(self.request, command)
        except HarnessError as problem:
            raise pytest.UsageError(printable(str(problem))) from problem
        self._signals.enter_context(interruptible())
        say_in_one_line()
        if self.config.option.verbose >= 0:
            self.progress = ProgressLines(self.config, self.hub, location(self.request.store, self.hub))
            self.progress.start()

    def verdict(self, case: Case, rung: str) -> "RungVerdict":
        """Judge one rung as soon as its evidence is there, and write the verdict into the hub."""
        from harness.session import case_runner

        with self._progress_writing_allowed():
            self._preparation(case).wait(rung)
        folder = self.case_folder(case)
        if rung == "golden":
            self._approve(case, folder)
        return case_runner.judge_and_record(folder, rung)

    def lowest_red(self, case: Case, judged: "RungVerdict") -> str:
        """The lowest rung of a case that was red before the one that was judged now; empty where there was none."""
        from harness.judge.verdict import RED

        before = self._lowest_red.get(case.id, "")
        if not before and judged.status in RED:
            self._lowest_red[case.id] = judged.rung
        return before

    def _approve(self, case: Case, folder: Path) -> None:
        """Approve the result of a case in this session, where `--golden-update` names the case."""
        root, update = self.request.root / registry.FOLDER, command_line.update_of(self.config)
        exists = any(registry.trained(root, case.profile, case.id).glob("*"))
        if not registry.is_wanted(update, case.id, exists):
            return
        from harness.session.golden import approve, copy_approved

        assert self.hub is not None
        try:
            approve.approve(root, self.hub, folder)
        except HarnessError as problem:
            pytest.fail(printable(str(problem)), pytrace=False)
        copy_approved.copy_approved(root, case, self.request.backends_of(case), folder)

    def dose_verdict(self, study: Study) -> "RungVerdict | None":
        """Prepare the cases of a study and judge it; None unless the reconstruction of every dose is selected."""
        from harness.report import case_files
        from harness.report.study import points
        from harness.session import case_runner

        if self.hub is None or not case_runner.is_planned(self.hub, study.cases, "reconstruction"):
            return None
        with self._progress_writing_allowed():
            for case in self.cases:
                if case.id in study.cases:
                    self._preparation(case).wait()
        return points.judge(points.gather(case_files.of_hub(self.hub), study))

    def _preparation(self, case: Case) -> "Preparation":
        """The preparation of a case, which begins when it is first asked for."""
        from harness.session.preparation import Preparation

        assert self.hub is not None
        if case.id not in self._preparations:
            self._preparations[case.id] = Preparation(self.hub, case, self.request)
        return self._preparations[case.id]

    def case_folder(self, case: Case) -> Path:
        """Folder of a case in the hub."""
        assert self.hub is not None
        return hub.case_folder(self.hub, case.id)

    def _progress_writing_allowed(self) -> contextlib.AbstractContextManager[None]:
        return self.progress.writing_allowed() if self.progress else contextlib.nullcontext()

    @pytest.hookimpl(wrapper=True, trylast=True)  # inside the terminal's own wrapper, which prints the summary
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Iterator[None]:
        """Make the report, when all tests and the workers of pytest-xdist have ended."""
        result = yield
        for preparation in self._preparations.values():
            preparation.end()
        if self.progress is not None:
            self.progress.stop()
        if self.hub is None or self.is_worker:
            return result
        if self.problem is not None:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if hub.discard_if_unused(self.hub):
            self.hub = None
        else:
            self._make_report(session, int(exitstatus))
        self._signals.close()
        return result

    def _make_report(self, session: pytest.Session, exit_status: int) -> None:
        """Make the report; when that fails, or the budget left a case out, a session that is green otherwise fails."""
        from harness.report import assembly
        from harness.session import case_runner

        assert self.hub is not None
        self.late = case_runner.cases_over_budget(self.hub)
        if self.late:
            session.exitstatus = exit_status = exit_status or pytest.ExitCode.TESTS_FAILED
        try:
            with system_errors_said():
                self.summary = assembly.finish(self.hub, exit_status)
        except HarnessError as problem:
            self.report_problem = problem
            session.exitstatus = exit_status or pytest.ExitCode.TESTS_FAILED
        except KeyboardInterrupt:  # pytest hears interrupts while tests run, and not here
            self.report_problem = HarnessError(f"interrupted; python -m harness report {self.hub} makes it.")
            session.exitstatus = pytest.ExitCode.INTERRUPTED
