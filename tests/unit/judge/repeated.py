"""The repeat and replay legs of a synthetic case: what a sound side leaves is what it left before."""

import shutil
from pathlib import Path

from harness import layout
from harness.files import read_json, read_npz, write_json, write_npz
from harness.run.legs.distances import sample

PRECISION = "float64"


def repeat_changed(case: Path, name: str) -> None:
    """A side that was changed repeats the change: it is wrong, and no other the second time."""
    side, _, rest = name.partition("/")
    if rest.startswith((layout.LOCKSTEP, layout.TRAJECTORY)):
        write_repeat(case / side)


def write_repeat(side: Path) -> None:
    """Repeat what the lock-step and the trajectory of a side hold."""
    lockstep, here = side / layout.LOCKSTEP, side / layout.REPEAT
    here.mkdir(exist_ok=True)
    if (lockstep / layout.stages(PRECISION)).is_file():
        write_npz(here / layout.stages(PRECISION), **sample(read_npz(lockstep / layout.stages(PRECISION))))
    first = side / layout.TRAJECTORY / layout.first(PRECISION)
    if first.is_file():
        shutil.copyfile(first, here / first.name)


def write_replay(side: Path) -> None:
    """Replay the first of the two epochs that a side trained, to the weights of its trajectory."""
    here = side / layout.REPLAY
    here.mkdir()
    epochs = read_json(side / layout.TRAIN_OUTPUTS / layout.HISTORY)["epochs"][:1]
    write_json(here / layout.HISTORY, {"epochs": epochs})
    last = side / layout.TRAJECTORY / layout.last(PRECISION)
    shutil.copyfile(last, here / layout.FIRST_WEIGHTS)
    for folder, far in ((here, 0.0), (side / layout.RESUME, 1e-14)):
        write_json(folder / layout.RESUMED, dict.fromkeys(read_npz(last), far))
