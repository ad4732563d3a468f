"""A pipe, a socket or a device in the place of a file is refused in one sentence: nothing waits for it."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from harness.errors import HarnessError

Verb = Callable[..., Result]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Whoever opens a pipe waits for ever: after a minute the test fails."""
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.fixture
def pipe(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pipe.npz"
    os.mkfifo(path)
    return path


READ = [
    ("import", "PIPE", "--to", "new.npz"),
    ("import", "hub/small/dataset/data.npz", "--mask", "PIPE", "--to", "new.npz"),
    ("simulate", "small", "--npz", "PIPE"),
    ("verify", "PIPE"),
    ("verify", "PIPE", "--to", "unpacked"),
    ("compare-stats", "PIPE", "PIPE"),
    ("parity-log", "compare", "PIPE", "PIPE"),
    ("judge", "PIPE"),
    ("report", "PIPE"),
    ("list", "--scenarios", "PIPE"),
]
WRITTEN = [
    ("import", "hub/small/dataset/data.npz", "--to", "PIPE"),
    ("simulate", "small", "--to", "PIPE"),
    ("run", "small", "--hub", "PIPE"),
    ("run", "small", "--hub", "PIPE/hub"),
    ("bundle", "hub", "--to", "PIPE"),
    ("readme", "hub", "--to", "PIPE"),
    ("manifest", "hub", "--to", "PIPE"),
    ("parity-log", "write", "hub", "--to", "PIPE"),
    ("init", "PIPE"),
]


@pytest.mark.parametrize("words", [*READ, *WRITTEN], ids=" ".join)
def test_a_pipe_is_refused_and_stays(verb: Verb, pipe: Path, words: tuple[str, ...]) -> None:
    result = verb(*(word.replace("PIPE", str(pipe)) for word in words))
    assert isinstance(result.exception, HarnessError), (result.exit_code, repr(result.exception))
    assert str(pipe) in str(result.exception)
    assert pipe.is_fifo()


def test_a_pipe_in_the_place_of_the_store_is_the_error_of_the_case(verb: Verb, pipe: Path, tmp_path: Path) -> None:
    result = verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / "hub"), "--store", str(pipe))
    assert result.exit_code == 1
    assert f"{pipe}: the store cannot be written" in result.stdout


def test_a_device_is_neither_read_nor_replaced(verb: Verb) -> None:
    for words in (("import", "/dev/zero", "--to", "new.npz"), ("bundle", "hub", "--to", "/dev/null")):
        assert isinstance(verb(*words).exception, HarnessError)
    assert Path("/dev/null").is_char_device()


def test_a_scenario_that_is_a_pipe(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    os.mkfifo(tmp_path / "more" / "piped.yaml")
    result = verb("list", "--scenarios", str(tmp_path / "more"))
    assert "piped.yaml: is a pipe; name a file." in str(result.exception)


@pytest.mark.parametrize(
    "name",
    [
        "session.json", "summary.json", "environment.json", "small/case.json", "small/jobs.json", "small/scenario.yaml",
        "small/toy/bundle/params.json", "small/toy/lockstep/float32/stages.npz", "small/dataset/probe.npy",
        "small/dataset/setup.json", "small/toy/contract.json", "small/run_metadata.json", "small/progress.jsonl",
        "small/toy/inference_outputs/stats.json", "small/toy/train_outputs/history.json", "small/toy/cli/worker.log",
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", [("judge",), ("report",), ("manifest",), ("history",), ("reassembly",)], ids=" ".join)
def test_a_pipe_in_a_hub_stops_nobody(
    verb: Verb, home: Path, tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    hub = tmp_path / "hub"
    shutil.copytree(home / "hub", hub)
    (hub / name).unlink(missing_ok=True)
    (hub / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(hub / name)
    result = verb(*words, str(hub))
    assert result.exception is None or isinstance(result.exception, HarnessError | SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1, 2)
