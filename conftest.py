"""Registers the parity plugin for this repository, unless its entry point has done so."""

import pytest

pytest_plugins = ["pytester"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.has_plugin("parity"):
        from harness.plugin import entry

        pluginmanager.register(entry, "parity")
