"""The options of the parity suite: the command line first, then the ini file, then the defaults."""

import os
from typing import Any, Literal, NamedTuple

import pytest

from harness.judge.golden import registry
from harness.session.request import Request


class Option(NamedTuple):
    """One option, `--parity-<name>`; `kind` is the type of the ini option `parity_<name>`."""

    name: str
    kind: Literal["string", "bool", "paths", "linelist"]
    metavar: str
    help: str

    @property
    def ini(self) -> str:
        """Name in the ini file."""
        return f"parity_{self.name.replace('-', '_')}"


OPTIONS = (
    Option("profile", "string", "smoke|stable|full", "load of every case (default: stable)"),
    Option("scenarios", "paths", "DIR", "one more scenario folder, besides scenarios/ (repeatable)"),
    Option("hub", "string", "DIR", "where the hub goes: a new or empty folder (default: reports/<UTC time>)"),
    Option("backends", "string", "A,B", "the pair, reference first (default: tensorflow,torch)"),
    Option("python", "linelist", "BACKEND=PATH", "interpreter of a backend (repeatable; default: this one)"),
    Option("override", "linelist", "KEY=VALUE", "dotted key of the scenario and its value as YAML (repeatable)"),
    Option("device", "string", "auto|cpu|gpu[:K]", "device of both backends (default: auto)"),
    Option("store", "string", "DIR|off", "folder of the digest store (default: a user cache folder)"),
    Option("data", "paths", "DIR", "folder of measured data sets (repeatable; besides PARITY_DATA)"),
    Option("timeout", "string", "SECONDS", "time limit of one worker (default: by profile)"),
    Option("budget", "string", "SECONDS", "begin no further case once they are spent (default: no limit)"),
    Option("log-patch-stats", "bool", "", "keep per-patch statistics of training batches and inference groups"),
    Option("patch-stats-limit", "string", "K", "batches and groups that --parity-log-patch-stats keeps (default: 2)"),
    Option("fault", "string", "ID[=SIZE][@BACKEND]", "inject a fault (default: none; candidate, own size)"),
    Option("strict", "bool", "", "an INCONCLUSIVE rung fails (for nightly and CI)"),
)
LISTS = ("paths", "linelist")
UPDATE = "golden_update"
"""Where the value of `--golden-update` is kept."""


def add_options(parser: pytest.Parser) -> None:
    """Add every option, on the command line and for the ini file."""
    group = parser.getgroup("parity", "parity of two backends")
    for option in OPTIONS:
        flag = f"--parity-{option.name}"
        parser.addini(option.ini, option.help, type=option.kind)
        if option.kind == "bool":
            group.addoption(flag, dest=option.ini, action="store_true", default=None, help=option.help)
        else:
            action = "append" if option.kind in LISTS else "store"
            group.addoption(
                flag, dest=option.ini, action=action, default=None, metavar=option.metavar, help=option.help
            )
    group.addoption(  # of the command line alone: an ini file would approve results in every session
        registry.UPDATE,
        dest=UPDATE,
        metavar="all|new|CASE",
        help="make golden files anew: all, those that there are not yet, or those of a case (never in CI)",
    )


def update_of(config: pytest.Config) -> str | None:
    """Which golden files are to be made anew; raises UsageError in CI, where nobody looks at them."""
    update: str | None = config.getoption(UPDATE)
    if update and os.environ.get("CI"):
        raise pytest.UsageError(f"{registry.UPDATE}: golden files are not approved in CI, where nobody looks at them.")
    return update


def request_of(config: pytest.Config) -> Request:
    """The request of a pytest session; raises HarnessError for a value that is not allowed."""
    here = config.invocation_params.dir
    value = {option.name: _value(config, option) for option in OPTIONS}
    return Request.from_texts(
        config.rootpath,
        profile=value["profile"],
        scenarios=[here / path for path in value["scenarios"]],
        hub=here / value["hub"] if value["hub"] else None,
        backends=value["backends"],
        python=value["python"],
        override=value["override"],
        device=value["device"],
        store=value["store"],
        data=[here / path for path in value["data"]],
        timeout=value["timeout"],
        log_patch_stats=value["log-patch-stats"],
        patch_stats_limit=value["patch-stats-limit"],
        strict=value["strict"],
        fault=value["fault"],
        budget=value["budget"],
    )


def _value(config: pytest.Config, option: Option) -> Any:
    """The command line wins; lists are joined, the ini file's part first."""
    given = config.getoption(option.ini)
    if option.kind in LISTS:
        return [*config.getini(option.ini), *(given or [])]
    return config.getini(option.ini) if given is None else given
