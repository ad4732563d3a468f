"""The plugin's hooks and fixtures: the entry point `parity` of pytest, and what `conftest.py` registers."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from harness.errors import HarnessError, system_errors_said
from harness.formatting import printable
from harness.judge.verdict import RungVerdict
from harness.plugin import expansion, header, outcome, pictures, terminal
from harness.plugin.command_line import add_options, concerns, update_of
from harness.plugin.session import ParitySession
from harness.scenario.case import Case
from harness.scenario.studies import Study

_SESSION: pytest.StashKey[ParitySession] = pytest.StashKey()
_SWALLOWED = "(?s).*KeyboardInterrupt"
"""Message of the warning on an interrupt in a callback of the garbage collector, from which nothing is raised."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--parity-*` options."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and the `ParitySession` of this run."""
    for name, meaning in expansion.MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.addinivalue_line("filterwarnings", f"ignore:{_SWALLOWED}:pytest.PytestUnraisableExceptionWarning")
    _check_root(config)
    update_of(config)
    config.stash[_SESSION] = ParitySession(config)
    if concerns(config) and not config.stash[_SESSION].is_worker:
        _refuse_wrong_options(config.stash[_SESSION])
    config.pluginmanager.register(config.stash[_SESSION], "parity-session")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is compared with what, and where store and hub are; nothing in a project without scenarios."""
    if not concerns(config):
        return []
    return header.header(config.stash[_SESSION].request, config.invocation_params.dir)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let xdist run tests that share their work on one worker, unless `--dist` names another distribution."""
    if config.getoption("dist") != "load":
        return None
    from harness.plugin.scheduling import SharedWorkScheduling

    return SharedWorkScheduling(config, log)


def _refuse_wrong_options(session: ParitySession) -> None:
    """Raise UsageError for an option that is wrong, before anything is collected."""
    try:
        with system_errors_said():
            _ = session.request
    except HarnessError as problem:
        raise pytest.UsageError(*printable(str(problem)).splitlines()) from problem


def _check_root(config: pytest.Config) -> None:
    """Raise UsageError when pytest took the value of an option for a test path, and so chose another root.

    It looks for its root before it knows the options of the plugin.
    """
    here = config.invocation_params.dir
    if config.inipath is None and (here / "pyproject.toml").exists():
        raise pytest.UsageError(
            f"pytest took {config.rootpath} for the root of the project instead of {here}; "
            "write options that name a folder with an equals sign, such as --parity-store=DIR."
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test a case of every rung of the ladder, and one test a dose study.

    A ladder in a project of its own below this one is skipped: the scenarios of this project are not meant by it.
    """
    used = [name for name in (expansion.CASE, expansion.STUDY) if name in metafunc.fixturenames]
    own = expansion.project_below(metafunc.definition.path, metafunc.config.rootpath) if used else None
    if own is not None:
        for name in used:
            metafunc.parametrize(name, [expansion.elsewhere(own)], indirect=name == expansion.CASE, scope="session")
        return
    if expansion.CASE in metafunc.fixturenames:
        parameters = expansion.parameters(metafunc.config.stash[_SESSION].cases)
        metafunc.parametrize(expansion.CASE, parameters, indirect=True, scope="session")
    if expansion.STUDY in metafunc.fixturenames:
        metafunc.parametrize(expansion.STUDY, expansion.study_parameters(metafunc.config.stash[_SESSION].cases))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give pytest-html, where it is installed, the pictures of the rung."""
    report = yield
    pictures.attach(item, report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """Print warnings, and where the hub is, below everything but pytest's own counts."""
    result = yield
    session = config.stash[_SESSION]
    if session.summary is not None and session.hub is not None:
        terminal.summarise(terminalreporter, session.summary, session.hub)
    if session.late:
        terminalreporter.write_line(f"ERROR: the budget was spent before {', '.join(session.late)} began", red=True)
    if session.problem is not None:
        terminalreporter.write_line(printable(f"ERROR: {session.problem}"), red=True)
    if session.report_problem is not None:
        terminalreporter.write_line(printable(f"ERROR: no report was made: {session.report_problem}"), red=True)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the terminal's own, so that pytest's counts stand above
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Print one line a case below everything else, so that the last line is a diagnosis."""
    result = yield
    found = session.config.stash[_SESSION].summary
    reporter: pytest.TerminalReporter | None = session.config.pluginmanager.getplugin("terminalreporter")
    if found is not None and reporter is not None:
        terminal.conclude(reporter, found)
    return result


@pytest.fixture(scope="session")
def parity_case(request: pytest.FixtureRequest) -> Case:
    """The case of a test; being session-scoped it keeps the tests of a case together."""
    case: Case = request.param
    return case


@pytest.fixture
def verdict(request: pytest.FixtureRequest, parity_case: Case) -> "outcome.Verdict":
    """The verdict of the rung that the test is named after; without evidence the test ends here, in its setup."""
    session = request.config.stash[_SESSION]
    rung = expansion.rung_of(request.function.__name__)
    judged: RungVerdict = session.verdict(parity_case, rung)
    if pictures.is_wanted(request.config):
        request.node.stash[pictures.PICTURES] = pictures.draw(session.case_folder(parity_case), rung)
    request.node.user_properties.extend(outcome.properties(judged))
    below = session.lowest_red(parity_case, judged)
    outcome.stop_without_evidence(judged, below)
    return outcome.Verdict(judged, session.request.strict, below)


@pytest.fixture
def dose_verdict(request: pytest.FixtureRequest, parity_study: Study) -> "outcome.Verdict":
    """The verdict on a dose study; skipped where its doses are not all asked in this session."""
    session = request.config.stash[_SESSION]
    judged = session.dose_verdict(parity_study)
    if judged is None:
        pytest.skip(f"not every dose is asked for a reconstruction; pytest -m parity -k {parity_study.name} does")
    request.node.user_properties.extend(outcome.properties(judged))
    outcome.stop_without_evidence(judged)
    return outcome.Verdict(judged, session.request.strict)
