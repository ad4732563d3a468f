"""Options of a pytest session: from the command line first, then from the ini file, then the defaults."""

import os
from typing import Any, Literal

import pytest

from harness.judge.golden import registry
from harness.session.options import OPTIONS, Option
from harness.session.request import SCENARIOS, Request

INI_TYPES: dict[str, Literal["string", "bool", "paths", "linelist"]] = {
    "text": "string", "folder": "string", "flag": "bool", "texts": "linelist", "folders": "paths",
}  # fmt: skip
"""Kind of an option to its type in pytest's ini file."""
UPDATE = "golden_update"
"""Name under which pytest keeps the value of `--golden-update`."""


def add_options(parser: pytest.Parser) -> None:
    """Add every option, on the command line and for the ini file."""
    group = parser.getgroup("parity", "parity of two backends")
    for option in OPTIONS:
        text = option.full_help()
        parser.addini(option.ini, text, type=INI_TYPES[option.kind])
        more: dict[str, Any] = {"action": "append" if option.is_list else "store", "metavar": option.metavar}
        if option.kind == "flag":
            more = {"action": "store_true"}
        group.addoption(option.flag, dest=option.ini, default=None, help=text, **more)
    group.addoption(  # of the command line alone: an ini file would approve results in every session
        registry.UPDATE,
        dest=UPDATE,
        metavar="all|new|CASE",
        help="make golden files anew: all, those that there are not yet, or those of a case (never in CI)",
    )


def update_of(config: pytest.Config) -> str | None:
    """Value of `--golden-update`, None without it; raises UsageError in CI, where nobody looks at golden files."""
    update: str | None = config.getoption(UPDATE)
    if update and os.environ.get("CI"):
        raise pytest.UsageError(f"{registry.UPDATE}: golden files are not approved in CI, where nobody looks at them.")
    return update


def concerns(config: pytest.Config) -> bool:
    """Whether a session is of a project with scenarios, or any option of the ladder stands on its command line."""
    asked = any(config.getoption(option.ini) is not None for option in OPTIONS)
    return asked or (config.rootpath / SCENARIOS).is_dir()


def request_of(config: pytest.Config) -> Request:
    """The options of a pytest session, checked; raises HarnessError for a value that is not allowed."""
    return Request.from_texts(config.rootpath, **{option.keyword: _value(config, option) for option in OPTIONS})


def _value(config: pytest.Config, option: Option) -> Any:
    """Value of one option: the command line replaces the ini file, but adds to its lists.

    Folders are relative to where pytest was started.
    """
    here = config.invocation_params.dir
    given = config.getoption(option.ini)
    if option.is_list:
        given = [*config.getini(option.ini), *(given or [])]
        return [here / path for path in given] if option.kind == "folders" else given
    given = config.getini(option.ini) if given is None else given
    return here / given if option.kind == "folder" and given else given
