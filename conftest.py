"""Registers the parity plugin for this repository, unless its entry point has done so."""

import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ALONE = Path(__file__).parent / "tests" / "alone.py"
"""What a session without any selection runs; a copy of parts of the repository has none."""


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.has_plugin("parity"):
        from harness.plugin import entry

        pluginmanager.register(entry, "parity")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    if ALONE.is_file():
        from tests import alone

        alone.decide(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if not ALONE.is_file():
        return None
    from tests import alone

    return True if alone.holds_no_rung(collection_path, config.option.markexpr) else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let Hypothesis print no summary of tests that make no use of it: it would be imported for that alone."""
    plugins = session.config.pluginmanager
    if "hypothesis" not in sys.modules and (plugin := plugins.get_plugin("hypothesispytest")) is not None:
        plugins.unregister(plugin)
