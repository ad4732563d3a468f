"""Lines about what workers do: whole ones only, and not too many."""

import json
from pathlib import Path
from typing import Any

from harness import layout
from harness.records.progress import ProgressRecord
from harness.session.progress import ProgressReader, line

EVENT: dict[str, Any] = {
    "case": "gs1",
    "backend": "torch",
    "leg": "train",
    "epoch": 3,
    "epochs": 45,
    "step": 96,
    "loss": 0.4321,
    "left": 125.4,
}


def tell(hub: Path, text: str, case: str = "gs1") -> None:
    (hub / case).mkdir(exist_ok=True)
    with (hub / case / layout.PROGRESS).open("a") as stream:
        stream.write(text)


def test_a_line_says_who_how_far_and_how_long_still() -> None:
    assert line(ProgressRecord(**EVENT)) == "  gs1  torch  train  epoch 3/45  loss 0.4321  2 min 05 s left"
    assert line(ProgressRecord(**EVENT | {"leg": "infer", "epochs": None, "left": None})) == "  gs1  torch  infer"


def test_the_newest_of_each_backend(tmp_path: Path) -> None:
    for backend, epoch in (("torch", 1), ("torch", 2), ("other", 1)):
        tell(tmp_path, json.dumps({**EVENT, "backend": backend, "epoch": epoch}) + "\n")
    lines = ProgressReader(tmp_path, pause=0).lines()
    assert [text.split()[1:5] for text in lines] == [
        ["torch", "train", "epoch", "2/45"],
        ["other", "train", "epoch", "1/45"],
    ]


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    text = json.dumps(EVENT) + "\n"
    reader = ProgressReader(tmp_path, pause=0)
    tell(tmp_path, text[:20])
    assert reader.lines() == []
    tell(tmp_path, text[20:])
    assert len(reader.lines()) == 1
    assert reader.lines() == []


def test_no_more_than_one_line_in_a_pause(tmp_path: Path) -> None:
    reader = ProgressReader(tmp_path, pause=60)
    for expected in (1, 0):
        tell(tmp_path, json.dumps(EVENT) + "\n")
        assert len(reader.lines()) == expected


def test_waiting_is_told_with_what_for(tmp_path: Path) -> None:
    waits = {
        "case": "gs1",
        "backend": "torch",
        "leg": "train",
        "waits": "waits for a core, held by process 7 for 2 min",
    }
    assert line(ProgressRecord(**waits)) == "  gs1  torch  train  waits for a core, held by process 7 for 2 min"
    assert line(ProgressRecord(**waits | {"backend": "", "leg": "dataset", "waits": "downloads star.npz: 1.0 MB"})) == (
        "  gs1  dataset  downloads star.npz: 1.0 MB"
    )


def test_steps_are_called_steps() -> None:
    steps = EVENT | {"leg": "trajectory", "unit": "step", "epoch": 16, "epochs": 56, "loss": None, "left": None}
    assert line(ProgressRecord(**steps)) == "  gs1  torch  trajectory  step 16/56"


def test_what_comes_from_the_store_is_not_told(tmp_path: Path) -> None:
    cached = {"case": "gs1", "backend": "torch", "leg": "train", "state": "cached"}
    tell(tmp_path, json.dumps(cached) + "\n")
    assert ProgressReader(tmp_path, pause=0, store=tmp_path / "store").lines() == []
