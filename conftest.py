"""Registers the parity plugin for this repository, unless its entry point has done so."""

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
