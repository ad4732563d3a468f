"""Registers the parity plugin for this repository, unless its entry point has done so."""

import pytest

pytest_plugins = ["pytester"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.has_plugin("parity"):
        from harness.plugin import entry

        pluginmanager.register(entry, "parity")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    from tests import alone

    alone.decide(config)
