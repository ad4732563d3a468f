"""Runs the tests of each framework in a process of their own: none may import both."""

from pathlib import Path

import pytest

from tests.unit.own_process import assert_pass

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_framework(framework: str) -> None:
    folders = [HERE / "contract", HERE / framework]
    assert_pass(folders, framework, "-p", "no:cacheprovider", "--import-mode=importlib", f"--confcutdir={HERE}")
