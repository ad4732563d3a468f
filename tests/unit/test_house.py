"""The plan of the house: imports run one way, frameworks stay in their rooms, files stay small."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.scenario import networks

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "harness"
FLOORS = [
    {"scenario"},
    {"records"},
    {"dataset", "physics"},
    {"ports"},
    {"toolkits"},
    {"networks"},
    {"run"},
    {"faults"},
    {"judge"},
    {"session"},
    {"report"},
    {"plugin", "cli"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
HOME_OF_FRAMEWORK = {
    "tensorflow": (
        "harness/networks/pinn/tensorflow/",
        "harness/toolkits/keras/",
        "harness/faults/tensors_tensorflow.py",
    ),
    "keras": (
        "harness/networks/pinn/tensorflow/",
        "harness/networks/supervised/keras_side.py",
        "harness/networks/replayed/keras_side.py",
        "harness/toolkits/keras/",
        "harness/faults/tensors_tensorflow.py",
        "harness/faults/layers_keras.py",
    ),
    "torch": (
        "harness/networks/pinn/torch/",
        "harness/networks/supervised/torch_side.py",
        "harness/networks/replayed/torch_side.py",
        "harness/toolkits/torch/",
        "harness/toolkits/keras/",
        "harness/faults/tensors_torch.py",
        "harness/faults/layers_torch.py",
        "harness/run/legs/reference",
    ),
    "cdtools": ("harness/run/legs/reference",),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    return [*module.split("."), "harness"][1]


def beside(room: str, other: str) -> bool:
    """The data and the formulas stand on one floor and share its arithmetic; no other floor has two rooms that do."""
    return {room, other} == {"dataset", "physics"}


def path_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=path_name)
def test_imports_run_downwards(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    if room not in FLOOR_OF:
        return
    for module in imported(path):
        if module.startswith("harness.") and (other := room_of(module)) in FLOOR_OF:
            below = FLOOR_OF[other] < FLOOR_OF[room]
            assert below or other == room or beside(room, other), f"{path_name(path)} imports {module}, from above"


@pytest.mark.parametrize("path", sorted((PACKAGE / "judge").rglob("*.py")), ids=path_name)
def test_the_judge_knows_no_network(path: Path) -> None:
    assert not [module for module in imported(path) if module.startswith("harness.networks")]


def test_what_the_judge_imports_leads_to_no_network() -> None:
    code = "import sys, harness.judge.ladder, harness.judge.results, harness.judge.localisation\n" + (
        "sys.exit(str({'harness.networks.pinn', 'harness.networks.stated'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr.strip() == ""


def test_no_room_but_its_own_names_a_network() -> None:
    """The network of a scenario is looked up by its name, and a fault names stages, rules and weights as text."""
    own, outside = "harness/networks/", tuple(f"harness.networks.{name}" for name in networks.names())
    named = [(path_name(path), module) for path in FILES for module in imported(path) if module.startswith(outside)]
    assert [(path, module) for path, module in named if not path.startswith(own)] == []


PORTS = sorted((PACKAGE / "networks").glob("*/*/*.py"))


@pytest.mark.parametrize("path", PORTS, ids=path_name)
def test_a_port_shares_no_formula_with_the_oracle(path: Path) -> None:
    """What the oracle checks must be written again: a fault in shared code is invisible to it."""
    shared = [module for module in imported(path) if module.startswith("harness.physics") or "oracle" in module]
    assert not shared, f"{path_name(path)} imports {shared}, which the oracle is made of"


def test_the_ports_that_are_held_apart_are_there() -> None:
    assert {path.parent.name for path in PORTS} == {"tensorflow", "torch"}


@pytest.mark.parametrize("path", FILES, ids=path_name)
def test_frameworks_stay_in_their_rooms(path: Path) -> None:
    for module in imported(path):
        home = HOME_OF_FRAMEWORK.get(module.split(".")[0])
        if home is not None:
            assert path_name(path).startswith(home), f"{path_name(path)} imports {module}, which belongs to {home}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "physics").glob("*.py")), ids=path_name)
def test_physics_stands_on_numpy_and_scipy_alone(path: Path) -> None:
    allowed = {"numpy", "scipy", "harness", "collections", "dataclasses", "typing", "math", "functools"}
    assert {module.split(".")[0] for module in imported(path)} <= allowed


def test_pages_and_pictures_wait_for_no_plotting_library() -> None:
    code = "import sys, harness.report.figures, harness.report.pages\nsys.exit('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", [*FILES, *sorted((ROOT / "tests").rglob("*.py"))], ids=path_name)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 400


def test_the_main_process_imports_no_framework() -> None:
    code = (
        "import sys, harness.plugin.entry, harness.cli.app\n"
        "found = {'tensorflow', 'keras', 'torch', 'cdtools', 'harness.faults'} & set(sys.modules)\n"
        "sys.exit(f'imported {found}' if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_collecting_waits_for_no_judge_and_no_page() -> None:
    code = (
        "import sys, harness.plugin.entry\n"
        "found = {'scipy', 'skimage', 'matplotlib', 'jinja2', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'imported {found}' if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
