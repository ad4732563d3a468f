"""`simulate`, `train` and `infer`: what the suite does, one step at a time, on a scenario or on a user's own file."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.errors import HarnessError
from harness.files import read_npz, sha256

Verb = Callable[..., Result]


def test_the_steps_leave_what_a_session_leaves(verb: Verb, home: Path, tmp_path: Path) -> None:
    assert verb("simulate", "small", "--to", str(tmp_path)).stdout == f"{tmp_path}/small/dataset\n"
    assert not (tmp_path / "small" / "toy").exists()
    assert verb("train", "small", "--backend", "toy", "--to", str(tmp_path)).stdout == f"{tmp_path}/small/toy/bundle\n"
    assert not (tmp_path / "small" / "toy" / "inference_outputs").exists()
    verb("infer", "small", "--backend", "toy", "--to", str(tmp_path))
    for name in ("dataset/data.npz", "toy/bundle/weights.safetensors", "toy/inference_outputs/amplitude.npy"):
        assert sha256(tmp_path / "small" / name) == sha256(home / "hub" / "small" / name), name
    ours, theirs = (read_npz(folder / "small/dataset/train.npz") for folder in (tmp_path, home / "hub"))  # packed there
    assert all(np.array_equal(array, theirs[name]) for name, array in ours.items())
    jobs = json.loads((tmp_path / "small" / "jobs.json").read_text())
    assert [(job["backend"], job["leg"], job["cached"]) for job in jobs] == [
        ("toy", "train", True),
        ("toy", "infer", True),
    ]


def test_a_users_own_file_takes_the_place_of_the_data(verb: Verb, home: Path, tmp_path: Path) -> None:
    own = Path(shutil.copy(home / "hub" / "small" / "dataset" / "data.npz", tmp_path / "mine.npz"))
    result = verb("infer", "small", "--backend", "toy", "--npz", str(own), "--to", str(tmp_path / "work"))
    assert result.exit_code == 0, result.exception
    folder = tmp_path / "work" / "small"
    assert np.isfinite(np.load(folder / "toy" / "inference_outputs" / "amplitude.npy")).all()
    assert re.search(r"file: .?mine\.npz.? # override", (folder / "scenario.yaml").read_text())


def patterns_read(verb: Verb, own: Path, work: Path) -> int:
    """How many patterns `simulate` found in the file that `--npz` names."""
    result = verb("simulate", "small", "--npz", str(own), "--to", str(work))
    assert result.exit_code == 0, result.exception
    return int(json.loads((work / "small" / "dataset" / "setup.json").read_text())["patterns"])


@pytest.fixture
def files(home: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of so many of the patterns."""

    def write(path: Path, patterns: int) -> Path:
        with np.load(home / "hub" / "small" / "dataset" / "data.npz") as data:
            kept = {key: data[key] for key in data if key != "objectGuess"}
        whole = ("probeGuess",)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            np.savez(stream, **{key: array if key in whole else array[:patterns] for key, array in kept.items()})
        return path

    return write


NAMES = [
    "scan #1.npz", "a: b.npz", "[x].npz", "&x.npz", "{y}.npz", "*z.npz", "!t.npz", "1e5", "true", "~", "null", "- a",
    'quote"d.npz', "it's.npz", "back\\slash.npz", " space .npz", "tab\t.npz", "line\nbreak.npz", "ü😀.npz", "\x7f.npz",
    "k=v.npz", "%x.npz", "@x.npz", "#.npz", os.fsdecode(b"latin\xe9.npz"),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_of_any_name_is_the_one_that_is_read(
    verb: Verb, files: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    assert patterns_read(verb, files(tmp_path / name, 20), tmp_path / "work") == 20


def test_a_link_is_read_and_no_namesake_of_it(verb: Verb, files: Callable[..., Path], tmp_path: Path) -> None:
    files(tmp_path / "archive" / "current.npz", 24)
    files(tmp_path / "archive" / "run5.npz", 20)
    (tmp_path / "current.npz").symlink_to("archive/run5.npz")
    assert patterns_read(verb, tmp_path / "current.npz", tmp_path / "work") == 20


def test_a_namesake_beside_the_scenario_is_not_read(
    verb: Verb, home: Path, files: Callable[..., Path], tmp_path: Path
) -> None:
    namesake = files(home / "scenarios" / "mine.npz", 24)
    try:
        assert patterns_read(verb, files(tmp_path / "mine.npz", 20), tmp_path / "work") == 20
    finally:
        namesake.unlink()


def test_a_users_file_may_bear_the_name_of_a_published_one(
    verb: Verb, files: Callable[..., Path], tmp_path: Path
) -> None:
    own = files(tmp_path / "siemens-star-small.npz.bz2", 20)
    assert patterns_read(verb, own, tmp_path / "work") == 20


def test_a_side_that_the_pair_of_a_scenario_does_not_have_is_refused(verb: Verb, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "scenarios"
    more = ("--profile", "smoke", "--scenarios", str(shipped), "--to", str(tmp_path / "steps"))
    result = verb("train", "supervised", "--backend", "tensorflow", *more)
    assert isinstance(result.exception, HarnessError)
    assert str(result.exception) == "--backend: found 'tensorflow'; allowed for supervised: keras, torch."
    assert not (tmp_path / "steps").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("train", "absent"), "absent: is no scenario"),
        (("train", "small", "--npz", "absent.npz"), "--npz: absent.npz is not a file"),
        (("infer", "small", "--backend", "nonsense"), "nonsense"),
    ],
)
def test_what_cannot_be_done_is_said(verb: Verb, tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    result = verb(*arguments, "--to", str(tmp_path))
    assert isinstance(result.exception, HarnessError)
    assert sentence in str(result.exception)
