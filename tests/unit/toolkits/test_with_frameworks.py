"""Runs the tests of both toolkits in a process of their own, which may import both frameworks."""

from pathlib import Path

import pytest

from tests.unit.own_process import assert_pass


@pytest.mark.slow
def test_both_toolkits() -> None:
    assert_pass([Path(__file__).with_name("both")], "both")
