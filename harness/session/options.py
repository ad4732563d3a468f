"""The options of a session, in one table: pytest's `--parity-*` and those of the verbs are made from it."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from harness.run.executors.executor import LOCAL, NAMES
from harness.scenario.resolution import PROFILES


class Option(NamedTuple):
    """One option: `--parity-<name>` for pytest, and `--<name>` as well for the verbs that take it."""

    name: str
    kind: Literal["text", "folder", "flag", "texts", "folders"]
    """Type of its value; an option of `texts` or `folders` may be repeated."""
    help: str
    metavar: str = ""
    default: str = ""
    """Its default, as a person would type it."""
    otherwise: str = ""
    """Its default in words, for the help, where there is no text to type."""
    environment: str = ""
    """Environment variable that names further folders."""
    verb_help: str = ""
    """Its help for the verbs, where that differs from pytest's."""

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return f"--parity-{self.name}"

    @property
    def keyword(self) -> str:
        """Its name as a keyword in Python."""
        return self.name.replace("-", "_")

    @property
    def ini(self) -> str:
        """Name in pytest's ini file."""
        return f"parity_{self.keyword}"

    @property
    def is_list(self) -> bool:
        """Whether it may be repeated."""
        return self.kind in ("texts", "folders")

    def full_help(self) -> str:
        """Its help, followed by its default."""
        default = self.default or self.otherwise
        notes = ["repeatable"] if self.is_list else []
        notes += [f"default: {default}"] if default else []
        notes += [f"besides {self.environment}"] if self.environment else []
        return f"{self.help} ({'; '.join(notes)})" if notes else self.help


OPTIONS = (
    Option(
        "profile", "text", "load of every case", "|".join(PROFILES), "stable",
        verb_help=f"{', '.join(PROFILES[:-1])} or {PROFILES[-1]}.",
    ),
    Option("scenarios", "folders", "one more scenario folder, besides scenarios/", "DIR"),
    Option(
        "hub", "folder", "where the hub goes: a new or empty folder", "DIR", otherwise="reports/<UTC time>",
        verb_help="Where the hub goes.",
    ),
    Option(
        "backends", "text", "the pair, reference first", "A,B", "tensorflow,torch",
        verb_help="A,B: the pair, reference first.",
    ),
    Option(
        "python", "texts", "interpreter of a backend", "BACKEND=PATH", otherwise="this one",
        verb_help="BACKEND=PATH: interpreter of a backend (repeatable).",
    ),
    Option(
        "upstream", "texts", "checkout of a repository that a pair imports", "NAME=DIR",
        otherwise="PARITY_UPSTREAM_<NAME>", verb_help="NAME=DIR: checkout that a pair imports (repeatable).",
    ),
    Option(
        "override", "texts", "dotted key of the scenario and its value as YAML", "KEY=VALUE",
        verb_help="KEY=VALUE: dotted key of the scenario (repeatable).",
    ),
    Option("device", "text", "device of both backends", "auto|cpu|gpu[:K]", "auto", verb_help="auto, cpu or gpu[:K]."),
    Option(
        "store", "text", "folder of the digest store", "DIR|off", otherwise="a user cache folder",
        verb_help="DIR or off.",
    ),
    Option(
        "data", "folders", "folder of measured data sets", "DIR", environment="PARITY_DATA",
        verb_help="Folder of measured data.",
    ),
    Option(
        "timeout", "text", "time limit of one worker", "SECONDS", otherwise="by profile",
        verb_help="Seconds for one worker.",
    ),
    Option(
        "threads", "text", "threads of a worker; their number is part of every key", "N",
        otherwise="1; in full half of the cores, at most 8", verb_help="Threads of a worker.",
    ),
    Option(
        "executor", "text", "what runs the workers: this machine, or an engine that has others", "|".join(NAMES), LOCAL,
        verb_help="local or dask: what runs the workers.",
    ),
    Option("budget", "text", "begin no further case once they are spent", "SECONDS", otherwise="no limit"),
    Option(
        "log-patch-stats", "flag", "keep per-patch statistics of training batches and inference groups",
        verb_help="List patches one by one.",
    ),
    Option(
        "patch-stats-limit", "text", "batches and groups that --parity-log-patch-stats keeps", "K", "2",
        verb_help="Batches and groups to list.",
    ),
    Option("fault", "text", "inject a fault", "ID[=SIZE][@BACKEND]", otherwise="none; candidate, own size"),
    Option(
        "strict", "flag", "an INCONCLUSIVE rung fails (for nightly and CI)", verb_help="INCONCLUSIVE is a no."
    ),
)  # fmt: skip
_EMPTY: Mapping[str, Any] = {"text": "", "folder": None, "flag": False, "texts": (), "folders": ()}


def named(name: str) -> Option:
    """The option of this name in `OPTIONS`."""
    return next(option for option in OPTIONS if option.name == name)


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every option by its keyword: what was given, or its default where that is missing or empty."""
    if unknown := given.keys() - {option.keyword for option in OPTIONS}:
        raise TypeError(f"no option of a session: {', '.join(sorted(unknown))}")
    return {option.keyword: given.get(option.keyword) or option.default or _EMPTY[option.kind] for option in OPTIONS}
