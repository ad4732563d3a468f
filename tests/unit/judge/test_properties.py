"""What must hold for every array and number that a rung reads: walked over systematically, file by file."""

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.files import write_npy, write_npz
from harness.judge import ladder
from harness.judge.evidence import LEG_OF, Evidence
from harness.judge.tolerances import resolve
from harness.scenario.schema import LockstepSpec

BACKENDS = ("tensorflow", "torch")
READERS = {
    "dataset": ("dataset", "patches", "reconstruction", "telemetry", "canvas", "scale"),
    "lockstep": ("stages", "physics", "loss", "gradient", "dataset"),
    "oracle": ("physics", "loss"),
    "trajectory": ("step", "trajectory", "telemetry"),
    "graft": ("stages", "gradient"),
    "repeat": ("stages", "gradient", "step"),
    "replay": ("trajectory", "telemetry"),
    "train_outputs": ("telemetry", "scale"),
    "bundle": ("scale", "agreement"),
    "inference_outputs": ("canvas", "patches", "scale"),
    "exchange": ("exchange",),
    "resume": ("exchange",),
    "golden": ("golden",),
}
"""Rungs that read a folder; one of them must see what is wrong in it."""
FACTS = "a fact for the reader of the hub; what is judged is computed again"
TRAINER = "judged of the side that trained the weights"
UNREAD = {
    "lockstep/weights.npz/log_scale": "what the oracle made of it is judged",
    "inference_outputs/diffraction.npz/groups": FACTS,
    "inference_outputs/diffraction.npz/amplitude": FACTS,
    "dataset/data.npz/objectGuess": "the judge's truth stands in ground_truth_*",
    "dataset/test.npz/batches": "nothing is trained on the test groups",
    "dataset/setup.json/N": FACTS,
    "dataset/setup.json/gridsize": FACTS,
    "dataset/setup.json/counted_photons": FACTS,
    "dataset/setup.json/object_amplitude": FACTS,
    "dataset/setup.json/canvas_size": "each side states the size of its own canvas, which is judged",
    "dataset/setup.json/patterns": FACTS,
    "dataset/setup.json/train_patterns": FACTS,
    "dataset/setup.json/test_patterns": FACTS,
    "bundle/params.json/N": FACTS,
    "bundle/params.json/gridsize": FACTS,
    "bundle/params.json/padded_size": FACTS,
    "bundle/params.json/object_amplitude": FACTS,
    "bundle/params.json/nphotons": FACTS,
    "bundle/params.json/intensity_scale/closed_form": FACTS,
    "inference_outputs/canvas.json/max_abs_offset": FACTS,
    "inference_outputs/canvas.json/loss_fraction": FACTS,
    "exchange/canvas.json/required": TRAINER,
    "exchange/canvas.json/max_abs_offset": FACTS,
    "exchange/canvas.json/loss_fraction": FACTS,
    "exchange/canvas.json/centre_x": TRAINER,
    "exchange/canvas.json/centre_y": TRAINER,
    "exchange/canvas.json/reassemble_m": TRAINER,
    "inference_outputs/stats.json/infer_seconds": FACTS,
    "inference_outputs/stats.json/twins/turned": FACTS,
    "inference_outputs/stats.json/peak_rss_mb": FACTS,
    "exchange/stats.json/infer_seconds": FACTS,
    "exchange/stats.json/intensity_scale_restored": TRAINER,
    "exchange/stats.json/twins/turned": FACTS,
    "exchange/stats.json/peak_rss_mb": FACTS,
    "train_outputs/history.json/epochs/0/epoch": "the epochs are counted",
    "train_outputs/history.json/epochs/1/epoch": "the epochs are counted",
    "train_outputs/history.json/epochs/0/step": "the last one is judged",
}
"""What no rung reads, and why. Of weights that is all but the scale: what they do shows in stages and patches."""

CLAIMS = ("lockstep/contract.json", "train_outputs/contract.json")
"""What a side claims to be: nothing was measured there; what it claims is held against what it shows."""


@dataclass(frozen=True)
class Place:
    """One array or one number of a case."""

    file: str
    key: tuple[Any, ...] = ()
    """Name of the array in its file, or the path to the number in its JSON."""

    def __str__(self) -> str:
        return "/".join([self.file, *map(str, self.key)])


def arrays(case: Path, folder: str) -> Iterator[tuple[Place, np.ndarray]]:
    """Every array of a folder of a case that some rung reads."""
    for path in sorted(path for path in case.rglob("*") if path.is_file()):
        whole = Place(path.relative_to(case).as_posix())
        for key, array in _held(path).items() if folder_of(whole) == folder else ():
            if is_read(place := Place(whole.file, key)):
                yield place, array


def numbers(case: Path) -> Iterator[Place]:
    """Every number of the JSON files of a case."""
    for path in sorted(case.rglob("*.json")):
        for key, value in _leaves(json.loads(path.read_text())):
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield Place(path.relative_to(case).as_posix(), key)


def change_array(case: Path, place: Place, change: Any) -> None:
    """Replace one array."""
    path = case / place.file
    held = _held(path)
    held[place.key] = change(held[place.key].copy())
    if path.suffix == ".npy":
        write_npy(path, held[()])
    elif path.suffix == ".npz":
        write_npz(path, **{key[0]: array for key, array in held.items()})
    else:
        save_file({key[0]: array.copy() for key, array in held.items()}, path)


def change_number(case: Path, place: Place, value: float | None) -> None:
    """Replace one number; NaN and infinity as Python's own JSON writes them."""
    record = json.loads((case / place.file).read_text())
    holder = record
    for key in place.key[:-1]:
        holder = holder[key]
    holder[place.key[-1]] = value
    (case / place.file).write_text(json.dumps(record))


def spoilt(value: float) -> Any:
    """A change of the one value in the middle of an array."""

    def change(array: np.ndarray) -> np.ndarray:
        array[tuple(side // 2 for side in array.shape)] = value
        return array

    return change


def _held(path: Path) -> dict[tuple[Any, ...], np.ndarray]:
    if path.suffix == ".npy":
        return {(): np.load(path)}
    if path.suffix == ".npz":
        return {(name,): array for name, array in np.load(path).items()}
    if path.suffix == ".safetensors":
        return {(name,): array for name, array in load_file(path).items()}
    return {}


def _leaves(value: Any, key: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield key, value
        return
    for name, item in inner:
        yield from _leaves(item, (*key, name))


def folder_of(place: Place) -> str:
    parts = place.file.split("/")
    return parts[1] if parts[0] in BACKENDS else parts[0]


WALK = (0, LockstepSpec().steps - 1)
"""The first and the last step of a walk."""


def stands_for_others(place: Place) -> bool:
    """Of the tensors that belong to weights, and of the steps of a walk, all judged alike, these are spoilt."""
    if place.key[:1] == ("steps",):
        return place.key[-1] in WALK
    weight = next((str(part) for part in place.key if ".kernel" in str(part) or ".bias" in str(part)), None)
    return weight is None or weight.startswith("encoder.0.conv1.kernel")


def is_read(place: Place) -> bool:
    # The reference is not grafted, and its outputs are those of the slope; the fixture writes both on both sides.
    if place.file.startswith(("tensorflow/graft", "torch/lockstep/slope")):
        return False
    weights = ("weights." in place.file and place.key[0] != "log_scale") or not stands_for_others(place)
    name = str(place)
    for backend in BACKENDS:
        name = name.removeprefix(f"{backend}/")
    if name.startswith(CLAIMS):
        return False
    return folder_of(place) in READERS and not weights and name not in UNREAD


@pytest.fixture(scope="module", params=["gs2", "gs1_phase"])
def case(sound_cases, tmp_path_factory, request):
    """A copy whose files each test spoils, one after another, and restores."""
    sound = sound_cases[request.param]
    folder = shutil.copytree(sound.path, tmp_path_factory.mktemp("spoilt") / "case")
    return type(sound)(Path(folder), sound.scenario)


def judged(evidence, rung):
    return ladder.judge_rung(rung, evidence, resolve("stable", {}, {}))


def unseen(case, places, spoil):
    """The places that could be spoilt without any rung that reads them turning from green; a broken judge raises.

    The rung that saw the last one is asked first. A whole file is put aside and back, so that the judge, who knows a
    file by its inode and its time, need not read it again.
    """
    found, readers, aside = [], [], case.path.with_name("aside")
    for place in places:
        readers = readers or list(READERS[folder_of(place)])
        shutil.copy2((case.path / place.file).rename(aside), case.path / place.file)
        spoil(place)
        try:
            evidence = case.evidence
            seen = next((rung for rung in readers if judged(evidence, rung).status != "pass"), None)
        except Exception as fault:
            raise AssertionError(f"{place} broke the judge") from fault
        finally:
            aside.replace(case.path / place.file)
        if seen is None:
            found.append(str(place))
        else:
            readers.sort(key=lambda rung: rung != seen)
    return found


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("folder", READERS)
def test_one_value_of_an_array_that_is_not_finite_never_passes(case, folder, value):
    places = [place for place, array in arrays(case.path, folder) if array.dtype.kind in "fc"]
    assert places or folder in ("train_outputs", "resume")
    assert unseen(case, places, lambda place: change_array(case.path, place, spoilt(value))) == []


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [math.nan, math.inf, None, "../../etc/passwd"])
@pytest.mark.parametrize("folder", READERS)
def test_a_number_that_is_not_finite_or_no_number_never_passes_and_breaks_no_judge(case, folder, value):
    """Not finite as Python's own JSON writes it, and as the harness does: null."""
    places = [place for place in numbers(case.path) if is_read(place) and folder_of(place) == folder]
    assert places or folder in ("graft", "repeat")
    assert unseen(case, places, lambda place: change_number(case.path, place, value)) == []


@pytest.mark.parametrize("folder", READERS)
def test_an_array_of_another_shape_never_passes_and_breaks_no_judge(case, folder):
    places = [place for place, array in arrays(case.path, folder) if array.ndim]
    assert unseen(case, places, lambda place: change_array(case.path, place, lambda array: array[None])) == []
    assert unseen(case, places, lambda place: change_array(case.path, place, lambda array: array[:-1])) == []


ONE_SIDED = {"agreement.scale": "the least squares of one side on the other: smaller both ways for unlike pictures"}


def statuses(evidence, rung):
    checks = judged(evidence, rung).checks
    return {check.name: check.status for check in checks if f"{rung}.{check.name}" not in ONE_SIDED}


def reading(folder):
    """The rungs that read a folder of a side; to the others, what is damaged there is a case without damage."""
    return tuple(rung for rung in ladder.JUDGES if LEG_OF[folder] in ladder.needs(rung))


DAMAGE = {
    "none": None,
    "a stage": ("torch/lockstep/stages_float32.npz", ("encoder.0",), lambda a: a * np.float32(1.001)),
    "patches": ("torch/inference_outputs/patches.npz", ("patches",), lambda a: 1.5 * a),
    "a picture": ("torch/inference_outputs/amplitude.npy", (), lambda a: a[::-1]),
    "an exchange": ("tensorflow/exchange/amplitude.npy", (), lambda a: 1.01 * a),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_verdict_is_the_same_whichever_side_is_the_reference(gs2, damage):
    if DAMAGE[damage] is not None:
        file, key, change = DAMAGE[damage]
        change_array(gs2.path, Place(file, key), change)
    both, rungs = [], reading(DAMAGE[damage][0].split("/")[1]) if DAMAGE[damage] else tuple(ladder.JUDGES)
    for order in (BACKENDS, BACKENDS[::-1]):
        evidence = Evidence(gs2.path, order)
        both.append({rung: statuses(evidence, rung) for rung in rungs})
    assert both[0] == both[1]
    found = {status for checks in both[0].values() for status in checks.values()}
    assert (found <= {"pass", "skipped"}) == (damage == "none")
