"""`import`: a measured data set becomes one that keeps the contract."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.dataset import npz
from harness.errors import HarnessError

Verb = Callable[..., Result]


@pytest.fixture
def tike(tmp_path: Path) -> Path:
    """Five patterns of counts, the zero frequency at the corner."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(2.0, (5, 64, 64)).astype(np.float32)
    counts[:, 0, 0] = 4000
    probe = np.exp(-np.hypot(*np.meshgrid(np.arange(-32, 32), np.arange(-32, 32))) / 8).astype(np.complex64)
    scan = rng.uniform(-40, 40, (1, 5, 2))
    np.savez(tmp_path / "tike.npz", data=counts, probe=probe[None, None, None, None], scan=scan)
    return tmp_path / "tike.npz"


def test_what_was_converted_is_said_and_the_file_keeps_the_contract(verb: Verb, tike: Path) -> None:
    target = tike.with_name("ours.npz")
    result = verb("import", str(tike), "--to", str(target))
    assert result.exit_code == 0
    assert "scan was read as (row, column)" in result.stdout
    assert result.stdout.endswith("ours.npz: 5 patterns of 64 x 64\n")
    raw = npz.validated(npz.read_arrays(target), target.name)
    assert raw.diffraction[:, 32, 32] ** 2 == pytest.approx(np.full(5, 4000.0))


def test_the_figures_stand_above_the_name_of_the_file(verb: Verb, tike: Path) -> None:
    np.savez(tike, **{**dict(np.load(tike)), "mask": np.array([None], dtype=object)})
    target = tike.with_name("ours.npz")
    *_, figures, last = verb("import", str(tike), "--to", str(target)).stdout.splitlines()
    assert last == f"{target}: 5 patterns of 64 x 64"
    assert re.fullmatch(
        r"\S+ photons a pattern, 4000 in the brightest pixel; scan of \S+ x \S+ pixels \(x, y\), "
        r"median step \S+ pixels; 0 % of the frames empty; keys left out: mask",
        figures,
    )


def test_what_is_odd_is_said_beside_the_figures(verb: Verb, tike: Path) -> None:
    arrays = dict(np.load(tike))
    np.savez(tike, **{**arrays, "scan": np.full_like(arrays["scan"], 8.0)})
    result = verb("import", str(tike), "--to", str(tike.with_name("ours.npz")))
    assert "All 5 positions are equal, (8, 8) pixels" in result.stdout


def test_nothing_is_overwritten_and_what_is_no_data_set_is_named(verb: Verb, tike: Path) -> None:
    for source, target, words in (
        (tike, tike, "is there already"),
        (tike.with_name("absent.npz"), tike.with_name("new.npz"), "absent.npz"),
    ):
        result = verb("import", str(source), "--to", str(target))
        assert isinstance(result.exception, HarnessError)
        assert words in str(result.exception)


@pytest.mark.parametrize("name", ["out", "out.npz.bz2", "out.NPZ", "out.npy", ".npz", "npz"])
def test_another_name_than_npz_is_refused_before_anything_is_read(verb: Verb, tike: Path, name: str) -> None:
    result = verb("import", str(tike.with_name("absent.npz")), "--to", str(tike.with_name(name)))
    assert isinstance(result.exception, HarnessError)
    assert f"--to: the new file is named '{name}'; a name that ends in .npz is needed" in str(result.exception)
    assert [path.name for path in tike.parent.iterdir()] == ["tike.npz"]


@pytest.mark.parametrize("detector", [0, -5, 32, 63, 512])
def test_a_detector_that_the_contract_does_not_know_is_refused(verb: Verb, tike: Path, detector: int) -> None:
    result = verb("import", str(tike), "--to", str(tike.with_name("new.npz")), "--detector", str(detector))
    assert isinstance(result.exception, HarnessError)
    assert f"--detector: {detector} was asked for; allowed are 64, 128, 256" in str(result.exception)
    assert [path.name for path in tike.parent.iterdir()] == ["tike.npz"]


def test_what_would_break_the_contract_once_it_is_written_is_refused_by_the_users_own_key(
    verb: Verb, tike: Path
) -> None:
    arrays = dict(np.load(tike))
    np.savez(tike, **{**arrays, "probe": arrays["probe"].astype(np.complex128) * 1e100})
    result = verb("import", str(tike), "--to", str(tike.with_name("new.npz")))
    assert isinstance(result.exception, HarnessError)
    assert "tike.npz: 'probe' holds 1e+100, which is infinite as complex64" in str(result.exception)
    assert [path.name for path in tike.parent.iterdir()] == ["tike.npz"]
