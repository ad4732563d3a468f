"""The options of a session, from pytest or from a verb of the command line, checked and in one place."""

import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError
from harness.networks import registry
from harness.records.session import SessionRecord
from harness.run import cores, devices, interpreters, pair
from harness.run.executors import executor
from harness.run.executors.executor import LOCAL
from harness.run.sides import Side
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases
from harness.scenario.pair import UPSTREAM_VARIABLE, PairScenario
from harness.scenario.resolution import PROFILES
from harness.session import options, sides

if TYPE_CHECKING:
    from harness.faults.catalogue import Injected

_MOST_THREADS = 8
"""Threads of a worker that nobody asked for: a choice, for nobody has measured more."""
SCENARIOS = "scenarios"
REPORTS = "reports"


@dataclass(frozen=True)
class Request:
    """The options of one session; `from_texts` checks what a person typed."""

    root: Path
    """Folder that holds `scenarios/` and `reports/`."""
    profile: str
    scenario_folders: tuple[Path, ...]
    hub: Path | None
    sides: Mapping[str, Side]
    """The pair by the names of the sides, reference first."""
    interpreters: Mapping[str, Path]
    upstreams: Mapping[str, Path]
    """Checkouts of repositories that pairs import, by name, besides `PARITY_UPSTREAM_<NAME>`."""
    overrides: Mapping[str, str]
    """Dotted key of the scenario to its value as YAML text."""
    device: str
    store: str | None
    """A folder, `off`, or None for the user's cache folder."""
    data_folders: tuple[Path, ...]
    """Folders of measured data sets, besides `PARITY_DATA`."""
    timeout: float | None
    """Seconds for one worker; None leaves it to the profile."""
    log_patch_stats: bool
    patch_stats_limit: int
    strict: bool
    fault: "Injected | None" = None
    """The fault that is injected into one of the sides; None for no fault."""
    measured: Path | None = None
    """A file whose patterns take the place of the data of every case; None for the data that the scenarios name."""
    budget: float | None = None
    """Seconds after which no further case is begun; None for no such limit."""
    executor: str = LOCAL
    """Name of what runs the workers."""
    threads: int = cores.THREADS
    """Number of threads of a worker."""

    @classmethod
    def from_texts(cls, root: Path, **given: Any) -> "Request":
        """Check options as a person typed them, by their keywords in `options.OPTIONS`; an empty one means its default.

        Raises HarnessError for a value that is not allowed.
        """
        values = options.complete(given)
        both = sides.parse(values["backends"])
        pythons = _interpreters(values["python"], [side.backend for side in both.values()])
        folders = _scenario_folders(root, values["scenarios"])
        _require_known(both, pythons, folders)
        return cls(
            root=root,
            profile=_one_of("--parity-profile", values["profile"], PROFILES),
            scenario_folders=folders,
            hub=values["hub"],
            sides=both,
            interpreters=pythons,
            upstreams=_upstreams(values["upstream"]),
            overrides=dict(_assignment("--parity-override", text) for text in values["override"]),
            device=_known_device(values["device"]),
            store=values["store"] or None,
            data_folders=tuple(values["data"]),
            timeout=_seconds("--parity-timeout", values["timeout"]),
            log_patch_stats=values["log_patch_stats"],
            patch_stats_limit=_count("--parity-patch-stats-limit", values["patch_stats_limit"]),
            strict=values["strict"],
            fault=_injected(values["fault"], both) if values["fault"] else None,
            budget=_seconds("--parity-budget", values["budget"]),
            executor=_usable_executor(values["executor"], values["device"], both),
            threads=_threads(values["threads"], values["profile"], values["executor"]),
        )

    @property
    def backends(self) -> tuple[str, str]:
        """Names of the two sides, reference first."""
        reference, candidate = self.sides
        return reference, candidate

    def cases(self) -> list[Case]:
        """Every case of the scenario folders; raises HarnessError for a broken scenario."""
        cases = load_cases(self.scenario_folders, self.profile, self.overrides)
        return [self._asked(case) for case in cases]

    def _asked(self, case: Case) -> Case:
        """The case with the checkout and the measured data of this session and, of a pair, the sides it asks for."""
        asked = replace(case, upstream=self._upstream_of(case), measured=self.measured)
        ports, own = {name: side.backend for name, side in self.sides.items()}, {*(case.scenario.sides or ())}
        if not isinstance(case.scenario, PairScenario) or not {*ports.values()} <= own or {*ports} == own:
            return asked
        if asked.upstream is None:  # else a case of a pair that nobody selects would refuse the session
            for side in self.sides.values():
                sides.require_revision(side, pair.folder_of_code(asked))
        return replace(asked, scenario=case.scenario.between(ports))

    def _upstream_of(self, case: Case) -> Path | None:
        """The checkout that a case imports; None where it needs none, or there is none."""
        name = case.scenario.upstream
        return None if name is None else self.upstreams.get(name) or _upstream_in_environment(name)

    def backends_of(self, case: Case) -> tuple[str, str]:
        """The pair of a case: the one that its scenario names, else the one that was asked for."""
        return case.scenario.sides or self.backends

    def interpreter(self, backend: str) -> Path:
        """The interpreter of a backend: the one of `--parity-python`, else this one."""
        return self.interpreters.get(backend, Path(sys.executable))

    def record(self, command: str, started: str) -> SessionRecord:
        """Contents of `session.json`; of the paths on this machine it keeps the file names alone."""
        return SessionRecord(
            command=command,
            profile=self.profile,
            backends=self.backends,
            interpreters={name: path.name for name, path in self.interpreters.items()},
            overrides=dict(self.overrides),
            device=self.device,
            store="off" if self.store == "off" else "on",
            timeout=self.timeout,
            budget=self.budget,
            strict=self.strict,
            executor=self.executor,
            fault=None if self.fault is None else str(self.fault),
            started=started,
            finished=None,
            exit_status=None,
        )


def _injected(text: str, backends: Iterable[str]) -> "Injected":
    """The fault that an option names; the catalogue of faults is imported only when there is one."""
    from harness.faults import catalogue

    return catalogue.parse(text, tuple(backends))


def _one_of(option: str, found: str, allowed: Iterable[str]) -> str:
    if found not in allowed:
        raise HarnessError(f"{option}: found {found!r}; allowed: {', '.join(allowed)}.")
    return found


def _scenario_folders(root: Path, more: Sequence[Path]) -> tuple[Path, ...]:
    """The project's own scenario folder, where there is one, and those of the option."""
    for folder in more:
        if not folder.is_dir():
            raise HarnessError(f"--parity-scenarios: {folder} is not a folder; name one that holds scenario files.")
    own = root / SCENARIOS
    folders = ([own] if own.is_dir() else []) + [folder for folder in more if folder.resolve() != own.resolve()]
    return tuple(dict.fromkeys(folders))


def _require_known(both: Mapping[str, Side], found: Mapping[str, Path], folders: Sequence[Path]) -> None:
    """Refuse a backend that its interpreter does not know, before anything is run with the other one.

    A backend that is no framework may be a side of a user's pair.
    """
    for side in both.values():
        if side.backend in registry.FRAMEWORKS:
            sides.require_revision(side)
            continue
        try:
            interpreters.require_known(side.backend, side.interpreter or found.get(side.backend, Path(sys.executable)))
        except HarnessError:
            if side.backend not in _sides_of_pairs(folders):
                raise


def _sides_of_pairs(folders: Sequence[Path]) -> set[str]:
    """Names of the sides of all pairs; none where a scenario is broken, which is said when its cases are wanted."""
    try:
        return {name for case in load_cases(folders, PROFILES[0], {}) for name in case.scenario.sides or ()}
    except HarnessError:
        return set()


def _assignment(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise HarnessError(f"{option}: found {text!r}; expected NAME=VALUE.")
    return name.strip(), value.strip()


def _interpreters(texts: Sequence[str], backends: Sequence[str]) -> dict[str, Path]:
    option = "--parity-python"
    named = dict(_assignment(option, text) for text in texts)
    for name in named:
        _one_of(option, name, backends)
    return {name: sides.interpreter(option, f"{name}={path}", path) for name, path in named.items()}


def _upstreams(texts: Sequence[str]) -> dict[str, Path]:
    named = dict(_assignment("--parity-upstream", text) for text in texts)
    return {name: _checkout(f"--parity-upstream: {name}", folder) for name, folder in named.items()}


def _upstream_in_environment(name: str) -> Path | None:
    variable = f"{UPSTREAM_VARIABLE}{name.upper()}"
    return _checkout(variable, os.environ[variable]) if os.environ.get(variable) else None


def _checkout(where: str, text: str) -> Path:
    folder = Path(text).expanduser().resolve()
    if not folder.is_dir():
        raise HarnessError(f"{where}={text} is not a folder; name the checkout of the repository.")
    return folder


def _known_device(text: str) -> str:
    devices.choose(text)  # says what is wrong with a device before anything runs
    return text


def _threads(text: str, profile: str, engine: str) -> int:
    """Threads of a worker: as asked for; in `full` half of the cores, for both sides run at once; otherwise one."""
    here = engine == LOCAL
    if not text:
        return max(1, min(cores.available() // 2, _MOST_THREADS)) if here and profile == "full" else cores.THREADS
    threads, most = _count("--parity-threads", text), cores.available()
    if threads < 1 or (here and threads > most):
        allowed = f"1 to {most}, the cores of this machine" if here else "a whole number from 1"
        raise HarnessError(f"--parity-threads: found {text}; allowed: {allowed}.")
    return threads


def _usable_executor(name: str, device: str, both: Mapping[str, Side]) -> str:
    """The name of an executor; HarnessError for one that cannot be used here, or not with these devices."""
    executor.named(name).require()
    devices_asked = {device, *(side.device for side in both.values() if side.device is not None)}
    if name != LOCAL and any(devices.choose(asked).kind == "gpu" for asked in devices_asked):
        raise HarnessError(
            f"--parity-executor {name}: runs workers on the CPU alone, for which GPU another machine has is not known "
            "here; give --parity-device cpu."
        )
    return name


def _seconds(option: str, text: str) -> float | None:
    """The seconds of an option; None for an empty text."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise HarnessError(f"{option}: found {text!r}; expected a number of seconds above 0.")
    return value


def _count(option: str, text: str) -> int:
    if not text.isdecimal():
        raise HarnessError(f"{option}: found {text!r}; expected a whole number from 0.")
    return int(text)
