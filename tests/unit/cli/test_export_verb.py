"""`export`: a data set of the contract goes to another program and comes back as it was."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.dataset import npz
from harness.errors import HarnessError
from tests.unit.dataset.measured import layout_files as files

Verb = Callable[..., Result]


@pytest.mark.parametrize(("layout", "name"), [("ptychopinn", "b.npz"), ("ptypy", "b.ptyd"), ("cxi", "b.cxi")])
def test_there_and_back(verb: Verb, tmp_path: Path, layout: str, name: str) -> None:
    source, there, back = files.contract(tmp_path), tmp_path / name, tmp_path / "back.npz"
    done = verb("export", str(source), "--to", str(there), "--layout", layout, "--energy", "8000")
    assert done.exit_code == 0, done.exception
    assert done.stdout.endswith(f"{there}: 12 patterns of 64 x 64\n")
    assert ("Nothing was said of the distance and the detector pixel" in done.stdout) == (layout != "ptychopinn")
    assert verb("import", str(there), "--to", str(back)).exit_code == 0
    raw = npz.validated(npz.read_arrays(back), back.name)
    np.testing.assert_array_equal(raw.diffraction, np.sqrt(files.COUNTS).astype(np.float32))
    np.testing.assert_allclose(raw.x, files.X)


def test_what_cannot_be_exported_is_said(verb: Verb, tmp_path: Path) -> None:
    source = files.contract(tmp_path)
    for arguments, sentence in (
        ((str(source), "--to", str(source), "--layout", "cxi"), "is there already, and nothing is overwritten"),
        (
            (str(source), "--to", str(tmp_path / "b.npz"), "--layout", "cxi"),
            "a name that ends in .cxi or .h5 is needed",
        ),
        ((str(tmp_path / "no.npz"), "--to", str(tmp_path / "b.cxi"), "--layout", "cxi"), "there is no such file"),
    ):
        result = verb("export", *arguments)
        assert isinstance(result.exception, HarnessError)
        assert sentence in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
