"""The environments of tox, as tox itself reads them; that of the GPU can be looked at where there is none."""

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def configured() -> ConfigParser:
    command = [sys.executable, "-m", "tox", "config", "-e", "ALL", "-k", "commands", "extras"]
    parser = ConfigParser(interpolation=None)
    parser.read_string(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return parser


def test_every_environment_is_there(configured: ConfigParser) -> None:
    names = {name.removeprefix("testenv:") for name in configured.sections() if name.startswith("testenv:")}
    versions = {"py311", "py312", "py313"}
    assert names >= versions | {"lint", "docs", "smoke", "parity", "faults", "nightly", "weekly", "gpu"}


def test_the_one_of_the_gpu(configured: ConfigParser) -> None:
    section = configured["testenv:gpu"]
    assert section["extras"].split() == ["report", "test", "torch"]  # TensorFlow joins where it is installed
    assert section["commands"] == "python benchmarks/gpu.py"
