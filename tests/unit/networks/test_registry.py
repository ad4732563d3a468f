import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.networks import registry
from harness.networks.pinn.sections import PinnScenario
from harness.ports.protocol import Setup

ROOT = Path(__file__).parents[3]


@pytest.fixture
def setup():
    return Setup(PinnScenario(), np.ones((64, 64), complex), 64, 1e9, 1e3, 1.0, "float32")


@pytest.fixture
def announce(tmp_path, monkeypatch):
    """Put a distribution on the path that announces a backend, as an installed one would."""

    def write(entry, source="def create(setup):\n    return ('made', setup)\n"):
        (tmp_path / "someones_backend.py").write_text(source)
        info = tmp_path / "someones_port-1.2.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: someones-port\nVersion: 1.2\n")
        info.joinpath("entry_points.txt").write_text(f"[{registry.GROUP}]\n{entry}\n")
        monkeypatch.syspath_prepend(tmp_path)

    yield write
    sys.modules.pop("someones_backend", None)


def test_the_harness_brings_two():
    assert {"tensorflow", "torch"} <= set(registry.names())


def test_an_announced_backend_is_found_and_made(announce, setup):
    announce("port = someones_backend:create")
    assert registry.names() == ("port", "tensorflow", "torch")
    assert registry.create("port", setup) == ("made", setup)


@pytest.mark.parametrize("source", ["import package_that_is_not_there\n", "other = 1\n"])
def test_an_announced_backend_that_cannot_be_imported(announce, setup, source):
    announce("port = someones_backend:create", source)
    with pytest.raises(
        HarnessError, match=r"backend 'port' \(entry point someones_backend:create\) cannot be imported"
    ):
        registry.create("port", setup)


def test_an_unknown_backend(setup):
    with pytest.raises(HarnessError, match="'jax' is unknown; known are tensorflow, torch"):
        registry.create("jax", setup)


@pytest.fixture
def without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # Python's own way to say that a module is absent
    monkeypatch.delitem(sys.modules, "harness.networks.pinn.torch.port", raising=False)


@pytest.mark.usefixtures("without_torch")
def test_a_missing_framework_names_what_to_install(setup):
    with pytest.raises(HarnessError, match=r"needs the package 'torch'.*ptycho-parity\[cpu\].*pip install torch"):
        registry.create("torch", setup)


@pytest.mark.usefixtures("without_torch")
def test_a_builtin_name_cannot_be_taken_over(announce, setup):
    announce("torch = someones_backend:create")
    assert registry.names().count("torch") == 1
    with pytest.raises(HarnessError, match="needs the package 'torch'"):
        registry.create("torch", setup)


def test_listing_imports_no_framework():
    code = (
        "import sys; import harness.ports.feed, harness.networks.network; from harness.networks import registry\n"
        "registry.names()\n"
        "sys.exit(str({'torch', 'tensorflow', 'keras'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr.strip() == "", done.stderr
