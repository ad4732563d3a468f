"""Keys: whatever a result depends on changes its key, and nothing else does."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.files import read_json, write_json
from harness.networks.pinn.sections import PinnScenario
from harness.records.setup import DatasetSetup
from harness.run import keys
from harness.run.checksums import write_checksums
from harness.run.devices import CPU, Device
from harness.run.interpreters import Interpreter
from harness.run.keys import Runtime
from harness.scenario.pair import PairScenario

INTERPRETER = Interpreter(Path("/python"), "3.11.7", "CPython", {"numpy": "2.4.6", "torch": "2.13.0"})
HERE = Runtime(INTERPRETER, CPU, {"TF_ENABLE_ONEDNN_OPTS": "1"})
WEIGHTS = {"weights": "the key of the training", "patch_stats": 0}
PLAIN: dict[str, Any] = {"model": {"decoder_filters": (32, 16)}}

TOLD: dict[str, Any] = {"origin": "simulated", "conversions": []}

SHARED = [
    {"optimiser": {"learning_rate": 1e-3}},
    {"training": {"seed": 1}},
    {"model": {"decoder_filters": (16, 16)}},
    {"loss": {"amplitude_mae": 0.5}},
    {"dataset": {"probe": {"mask": True}}},
    {"grouping": {"gridsize": 2}},
]
NOBODYS = [{"description": "new"}, {"markers": ("slow",)}, {"limits": {"agreement.amplitude": 0.1}}]
INFERENCE = [{"inference": {"reassemble_m": 10}}, {"inference": {"weighting": "probe"}}]


def scenario(changes: dict[str, Any]) -> PinnScenario:
    return PinnScenario.model_validate({**PLAIN, **changes})


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A folder with the files and facts that keys are made from."""
    folder = tmp_path / "dataset"
    folder.mkdir()
    for name in ("train.npz", "test.npz", "probe.npy", "data.npz"):
        (folder / name).write_text(name)
    write_json(
        folder / "setup.json",
        {**dict.fromkeys(DatasetSetup.model_fields, 1), "canvas_size": 200, "test_patterns": 9, **TOLD},
    )
    write_checksums(folder, kind="dataset", key="k", made_from={})
    return folder


PORTS = {"reference": "keras", "candidate": "torch"}
TRUTH = ("truth.json", "ground_truth_amp.npy", "ground_truth_phase.npy")
Key = Callable[..., str]


@pytest.fixture
def pair_key(dataset: Path) -> Callable[[str], str]:
    """The key of a leg of a pair that a user states."""
    sides = {role: {"port": port, "factory": "side.py:build"} for role, port in PORTS.items()}
    stated = PairScenario.model_validate({"pair": sides})
    return lambda leg: keys.key(keys.leg_parts(leg, "keras", stated, dataset, HERE, WEIGHTS))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the harness's package, of whose files the keys are made."""
    copied = tmp_path / "harness"
    shutil.copytree(keys.PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(keys, "PACKAGE", copied)
    return copied


@pytest.fixture
def key(dataset: Path) -> Key:
    def make(leg: str, changes: dict[str, Any] | None = None, here: Runtime = HERE, more=WEIGHTS) -> str:
        return keys.key(keys.leg_parts(leg, "torch", scenario(changes or {}), dataset, here, more))

    return make


@pytest.mark.parametrize("changes", SHARED, ids=str)
@pytest.mark.parametrize("leg", ["lockstep", "train", "infer", "exchange"])
def test_the_network_and_its_training_matter_to_every_leg(key: Key, leg: str, changes: dict[str, Any]) -> None:
    assert key(leg, changes) != key(leg)


@pytest.mark.parametrize("changes", NOBODYS, ids=str)
@pytest.mark.parametrize("leg", ["lockstep", "train", "infer", "exchange"])
def test_words_marks_and_limits_matter_to_none(key: Key, leg: str, changes: dict[str, Any]) -> None:
    assert key(leg, changes) == key(leg)


@pytest.mark.parametrize("changes", INFERENCE, ids=str)
def test_inference_settings_infer_again_and_never_train_again(key: Key, changes: dict[str, Any]) -> None:
    assert key("train", changes) == key("train")
    assert key("lockstep", changes) == key("lockstep")
    assert key("infer", changes) != key("infer")
    assert key("exchange", changes) != key("exchange")


@pytest.mark.parametrize(
    "here",
    [
        replace(HERE, device=Device("gpu", 0, "A100")),
        replace(HERE, variables={"TF_ENABLE_ONEDNN_OPTS": "0"}),
        replace(HERE, interpreter=replace(INTERPRETER, python="3.12.1")),
        replace(HERE, interpreter=replace(INTERPRETER, distributions={"numpy": "2.4.6", "torch": "2.13.1"})),
        replace(HERE, interpreter=replace(INTERPRETER, plugin_code="another")),
    ],
    ids=["device", "variable", "python", "framework", "plug-in"],
)
def test_what_it_runs_in_matters(key: Key, here: Runtime) -> None:
    assert key("train", here=here) != key("train")


@pytest.mark.parametrize(
    "here",
    [
        replace(HERE, variables={**HERE.variables, "TF_CPP_MIN_LOG_LEVEL": "0", "HOME": "/home/other"}),
        replace(HERE, interpreter=replace(INTERPRETER, path=Path("/elsewhere/python"))),
    ],
    ids=["how loud", "where the interpreter lies"],
)
def test_what_cannot_change_a_result_does_not_matter(key: Key, here: Runtime) -> None:
    assert key("train", here=here) == key("train")


def test_how_the_truth_was_found_does_not_train_again(key: Key) -> None:
    measured = {"source": "file", "file": "star.npz"}
    assert key("train", {"dataset": {**measured, "reference_iterations": 9}}) == key("train", {"dataset": measured})


def test_one_gpu_is_as_good_as_its_twin(key: Key) -> None:
    twins = [replace(HERE, device=Device("gpu", k, "A100"), variables={"CUDA_VISIBLE_DEVICES": str(k)}) for k in (0, 1)]
    assert key("train", here=twins[0]) == key("train", here=twins[1])


def test_weights_and_patch_statistics_matter(key: Key) -> None:
    assert key("infer", more={**WEIGHTS, "weights": "other"}) != key("infer")
    assert key("infer", more={**WEIGHTS, "patch_stats": 2}) != key("infer")


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("train.npz", {"lockstep", "train"}),
        ("test.npz", {"infer", "exchange"}),
        ("probe.npy", {"lockstep", "train", "infer", "exchange"}),
        ("data.npz", set()),
    ],
)
def test_input_files_matter_to_who_reads_them(dataset: Path, key: Key, name: str, changed: set[str]) -> None:
    legs = ("lockstep", "train", "infer", "exchange")
    before = {leg: key(leg) for leg in legs}
    (dataset / name).write_text("other")
    write_checksums(dataset, kind="dataset", key="k", made_from={})
    assert {leg for leg in legs if key(leg) != before[leg]} == changed


def test_the_mask_matters_to_every_leg(dataset: Path, key: Key, pair_key: Callable[[str], str]) -> None:
    before = {leg: (key(leg), pair_key(leg)) for leg in keys.LEG_CODE}
    write(dataset, "mask.npy", text="some pixels")
    masked = {leg: (key(leg), pair_key(leg)) for leg in keys.LEG_CODE}
    write(dataset, "mask.npy", text="others")
    for leg, (own, pair) in masked.items():
        assert own not in (before[leg][0], key(leg))
        assert pair not in (before[leg][1], pair_key(leg))


def write(dataset: Path, *names: str, text: str) -> None:
    """Write files of a dataset, which is finished again."""
    for name in names:
        (dataset / name).write_text(text)
    write_checksums(dataset, kind="dataset", key="k", made_from={})


@pytest.mark.parametrize("name", TRUTH)
def test_the_truth_matters_to_what_a_pair_is_trained_on(
    dataset: Path, key: Key, pair_key: Callable[[str], str], name: str
) -> None:
    write(dataset, *TRUTH, text="simulated")
    before = {leg: (pair_key(leg), key(leg)) for leg in keys.LEG_CODE}
    write(dataset, name, text="another")
    fed = {leg for leg in before if pair_key(leg) != before[leg][0]}
    assert fed == {"check", "lockstep", "trajectory", "replay", "resume", "train", "repeat"}
    assert {leg for leg in before if key(leg) != before[leg][1]} == set()


def test_a_pair_may_be_trained_on_data_without_a_truth(dataset: Path, pair_key: Callable[[str], str]) -> None:
    before = pair_key("train")
    write(dataset, *TRUTH, text="simulated")
    assert pair_key("train") != before


@pytest.mark.parametrize(
    ("fact", "changed"),
    [("intensity_scale", {"train", "infer"}), ("canvas_size", {"infer"}), ("test_patterns", set())],
)
def test_facts_of_the_data_matter_to_who_uses_them(dataset: Path, key: Key, fact: str, changed: set[str]) -> None:
    before = {leg: key(leg) for leg in ("train", "infer")}
    write_json(dataset / "setup.json", {**read_json(dataset / "setup.json"), fact: 77})
    assert {leg for leg in before if key(leg) != before[leg]} == changed


@pytest.mark.parametrize(
    ("changes", "matters"),
    [
        ({"dataset": {"photon_seed": 1}}, True),
        ({"dataset": {"nphotons": 1e5}}, True),
        ({"grouping": {"groups": 16}}, True),
        ({"training": {"epochs": 3}}, True),
        ({"training": {"seed": 3}}, True),
        ({"inference": {"group_limit": 3}}, True),
        ({"optimiser": {"learning_rate": 1e-3}}, False),
        ({"model": {"decoder_filters": (16, 16)}}, False),
        ({"loss": {"total_variation": 1.0}}, False),
        ({"inference": {"reassemble_m": 10}}, False),
        *((changes, False) for changes in NOBODYS),
    ],
    ids=str,
)
def test_what_a_dataset_depends_on(changes: dict[str, Any], matters: bool) -> None:
    parts = [keys.dataset_parts(scenario(those), None) for those in ({}, changes)]
    assert (keys.key(parts[0]) != keys.key(parts[1])) is matters


def test_a_measured_file_counts_by_what_it_holds(tmp_path: Path) -> None:
    file, plain = tmp_path / "data.npz", scenario({"dataset": {"source": "file", "file": "data.npz"}})
    np.savez(file, a=1)
    first = keys.dataset_parts(plain, file)
    assert keys.dataset_parts(plain, file.rename(tmp_path / "moved.npz")) == first
    np.savez(file, a=2)
    assert keys.dataset_parts(plain, file) != first
    assert "cdtools-py" in first["distributions"]


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        ("networks/pinn/torch/model.py", {"train", "infer"}),
        ("networks/pinn/torch/deeper/part.py", {"train", "infer"}),
        ("networks/pinn/rules.py", {"train", "infer"}),
        ("networks/registry.py", {"train", "infer"}),
        ("networks/stated/network.py", set()),
        ("ports/contract.py", {"train", "infer"}),
        ("physics/synchronise.py", {"infer"}),
        ("dataset/grouped.py", {"train", "infer"}),
        ("run/worker.py", {"train", "infer"}),
        ("run/legs/train.py", {"train"}),
        ("run/legs/infer.py", {"infer"}),
        ("networks/pinn/tensorflow/model.py", set()),
        ("layout.py", {"train", "infer"}),
        ("dataset/simulate.py", set()),
        ("dataset/truth.py", set()),
        ("run/run_case.py", set()),
        ("judge/metrics.py", set()),
        ("networks/pinn/torch/notes.txt", set()),
    ],
)
def test_code_matters_to_the_legs_that_run_it(package: Path, key: Key, file: str, matters: set[str]) -> None:
    before = {leg: key(leg) for leg in ("train", "infer")}
    (package / file).parent.mkdir(parents=True, exist_ok=True)
    (package / file).write_text("# changed")
    assert {leg for leg in before if key(leg) != before[leg]} == matters


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        ("dataset/truth.py", {"train"}),
        ("physics/translation.py", {"train", "infer"}),
        ("physics/synchronise.py", {"infer"}),
        ("toolkits/port.py", {"train", "infer"}),
    ],
)
def test_code_matters_to_the_legs_of_a_pair(
    package: Path, pair_key: Callable[[str], str], file: str, matters: set[str]
) -> None:
    before = {leg: pair_key(leg) for leg in ("train", "infer")}
    (package / file).write_text("# changed")
    assert {leg for leg in before if pair_key(leg) != before[leg]} == matters


def test_the_code_of_every_leg_is_in_a_key() -> None:
    patterns = {pattern for leg in keys.LEG_CODE.values() for pattern in (*keys.SHARED_CODE, *leg)}
    covered = {path for pattern in patterns for path in keys.PACKAGE.glob(pattern)}
    legs = {
        path for path in (keys.PACKAGE / "run" / "legs").glob("*.py") if not path.stem.startswith(("reference", "__"))
    }
    assert legs <= covered


def test_all_code_that_reads_and_makes_data_is_in_the_key_of_a_dataset() -> None:
    """Layouts of measured files stand in a folder of their own."""
    covered = {path for pattern in keys._DATASET_CODE for path in keys.PACKAGE.glob(pattern)}
    assert {*keys.PACKAGE.joinpath("dataset").rglob("*.py")} <= covered
    assert keys.PACKAGE / "dataset" / "measured" / "layouts" / "cxi.py" in covered
