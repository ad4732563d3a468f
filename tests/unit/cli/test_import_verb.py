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


def test_a_close_call_is_refused_until_it_is_stated(verb: Verb, tike: Path) -> None:
    arrays = dict(np.load(tike))
    np.savez(tike, **{**arrays, "data": np.random.default_rng(0).poisson(9, (5, 64, 64)).astype(np.float32)})
    refused = verb("import", str(tike), "--to", str(tike.with_name("new.npz")))
    assert isinstance(refused.exception, HarnessError)
    assert "give --zero-frequency middle or --zero-frequency corner" in str(refused.exception)
    assert not tike.with_name("new.npz").exists()
    stated = verb("import", str(tike), "--to", str(tike.with_name("new.npz")), "--zero-frequency", "corner")
    assert stated.exit_code == 0
    assert "taken to lie at the corner, as --zero-frequency says" in stated.stdout


def test_what_is_stated_reaches_the_importer(verb: Verb, tike: Path) -> None:
    arrays = dict(np.load(tike))
    mask = np.zeros((64, 64), bool)
    mask[3] = True
    np.savez(tike, images=arrays["data"], probe=arrays["probe"], scan=arrays["scan"][0] * 1e-8, dead=mask)
    keys = ("diff3d=images", "probeGuess=probe", "xcoords=scan:1", "ycoords=scan:0")
    options = [word for key in keys for word in ("--key", key)]
    options += ["--mask", "dead", "--counts", "--axes", "MNN", "--photons", "500", "--energy", "8000"]
    options += ["--distance", "2", "--detector-pixel", "7.5e-5"]
    target = tike.with_name("new.npz")
    result = verb("import", str(tike), "--to", str(target), *options)
    assert result.exit_code == 0, result.exception
    assert "as --counts says" in result.stdout
    assert "wavelength 1.55e-10 m * distance 2 m / (64 pixels * 7.5e-05 m)" in result.stdout
    raw = npz.validated(npz.read_arrays(target), target.name)
    pixel = 1.2398419843320026e-6 / 8000 * 2 / (64 * 7.5e-5)
    np.testing.assert_allclose(raw.y, arrays["scan"][0, :, 0] * 1e-8 / pixel)
    assert (raw.diffraction.astype(float) ** 2).sum() == pytest.approx(2500, rel=1e-5)
    assert raw.mask is not None
    assert np.flatnonzero(~raw.mask.all(axis=1)).tolist() == [35]  # row 3, moved with the detector's corner


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--key", "diff3d"), "--key: 'diff3d' was given; NAME=KEY is needed, where NAME is diff3d, probeGuess"),
        (("--key", "frames=a"), "--key: 'frames=a' was given"),
        (("--pixel-size", "-1"), "--pixel-size: -1 was given; a positive number is needed"),
        (("--photons", "nan"), "--photons: nan was given"),
        (("--energy", "8000", "--wavelength", "1e-10"), "--energy and --wavelength say the same; give one of them"),
        (
            ("--distance", "2"),
            "nothing tells the wavelength and the detector pixel, for positions in metres",
        ),
        (("--mask", "absent.npy"), "--mask: absent.npy is no NPY file"),
    ],
)
def test_what_is_stated_wrongly_is_refused(verb: Verb, tike: Path, options: tuple[str, ...], sentence: str) -> None:
    result = verb("import", str(tike), "--to", str(tike.with_name("new.npz")), *options)
    assert isinstance(result.exception, HarnessError)
    assert sentence in str(result.exception)
    assert not tike.with_name("new.npz").exists()
