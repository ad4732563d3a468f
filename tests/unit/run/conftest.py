"""A distribution with backends of its own, on the import path of the workers; a small case; a store."""

import shutil
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.files import read_json
from harness.networks.pinn.sections import PinnScenario
from harness.run.plan import LEGS
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case

TOYS = Path(__file__).parent / "toys"
CLASSES = (
    "Toy",
    "Other",
    "Rising",
    "Fading",
    "Half",
    "Untrained",
    "Unfinite",
    "Crashing",
    "Raising",
    "Passing",
    "Hanging",
    "Slow",
    "Seeing",
)
SMALL: dict[str, Any] = {
    "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 24}, "nphotons": 1e6},
    "grouping": {"groups": 4},
    "training": {"epochs": 2, "batch_size": 2},
    "inference": {"group_limit": 6},
}


def install_toys(folder: Path) -> Path:
    """Install the distribution `toy-backend` 1.5 in a folder, as a package manager would."""
    information = folder / "toy_backend-1.5.dist-info"
    information.mkdir(parents=True)
    shutil.copy(TOYS / "toy_backend.py", folder)
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: toy-backend\nVersion: 1.5\nRequires-Dist: scipy\n"
    )
    points = "\n".join(f"{name.lower()} = toy_backend:{name}" for name in CLASSES)
    (information / "entry_points.txt").write_text(f"[ptycho_parity.backends]\n{points}\n")
    return folder


def make_case(folder: Path, **sections: Any) -> Case:
    scenario = PinnScenario.model_validate({**SMALL, **sections})
    return Case("small", "small", folder / "small.yaml", "smoke", scenario, {"training.epochs": "profile smoke"}, {})


def make_options(store: Path, *backends: str, **changes: Any) -> RunOptions:
    first, second = backends or ("toy", "other")
    settings: dict[str, Any] = {"interpreters": {}, "device": "cpu", "store": store, "timeout": 60.0}
    return RunOptions(backends=(first, second), **{**settings, **changes})


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ignore(_: Mapping[str, Any]) -> None:
    """Who does not watch the progress."""


# Fixtures that give functions, because test modules of other rooms bear the same names and none is imported.


@pytest.fixture
def wait_until_gone() -> Callable[[int], bool]:
    def wait(pid: int) -> bool:
        deadline = time.monotonic() + 5
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        return not alive(pid)

    return wait


@pytest.fixture
def jobs_of() -> Callable[[Path], dict[tuple[str, str], dict[str, Any]]]:
    return lambda folder: {(job["backend"], job["leg"]): job for job in read_json(folder / "jobs.json")}


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Case]:
    """The small case with other sections."""
    return partial(make_case, tmp_path)


@pytest.fixture
def session() -> Path:
    """A script that runs the small case in a process of its own."""
    return TOYS / "session.py"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Core slots and the default store of the tests are not those of the user."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toy backends in a folder that is on PYTHONPATH."""
    folder = install_toys(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return make_case(tmp_path)


@pytest.fixture
def again(finished: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Conduct the finished case once more, for another hub, perhaps changed."""
    monkeypatch.setenv("PYTHONPATH", str(finished / "site"))

    def run(hub: Path, store: Path = finished / "store", **sections: Any) -> None:
        options = make_options(store, log_patch_stats=True, patch_stats_limit=1)
        run_case(make_case(finished, **sections), LEGS, options, hub / "small", ignore)

    return run


@pytest.fixture
def install() -> Callable[[Path], Path]:
    return install_toys


@pytest.fixture
def options(tmp_path: Path, toys: Path) -> Callable[..., RunOptions]:
    def make(*backends: str, **changes: Any) -> RunOptions:
        return make_options(tmp_path / "store", *backends, **changes)

    return make


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds `store` and `hub/small`: the small case with both toys and every leg, run once."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(install_toys(folder / "site")))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        options = make_options(folder / "store", log_patch_stats=True, patch_stats_limit=1)
        run_case(make_case(folder), LEGS, options, folder / "hub" / "small", ignore)
    return folder
