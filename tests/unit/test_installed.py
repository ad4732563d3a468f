"""Installed as a wheel in somebody else's repository, whose folders are called what they like."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAP = "raise ImportError('this is the harness of the user, and nothing of ours')\n"


def run(*command: object, cwd: Path, status: int = 0) -> str:
    """What a command prints; nothing of this checkout is on its import path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def users_repository(folder: Path) -> Path:
    """A repository with a package `harness`, a folder `scenarios` of something else, and tests of its own."""
    (folder / "harness").mkdir(parents=True)
    (folder / "harness" / "__init__.py").write_text(TRAP)
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "rain.yaml").write_text("weather: rain\n")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (folder / "test_own.py").write_text("def test_own():\n    pass\n")
    return folder


def test_a_folder_called_harness_is_not_taken_for_ours(tmp_path: Path) -> None:
    repository = users_repository(tmp_path / "repository")
    code = "import sys; sys.path.append({!r}); import ptycho_parity, harness; print(harness.__file__)"
    found = run(sys.executable, "-c", code.format(str(ROOT)), cwd=repository)
    assert found.strip() == str(ROOT / "harness" / "__init__.py")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of a new environment that holds the wheel, and for the rest takes what this one has."""
    folder = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder / "wheel", ROOT, cwd=folder)
    [wheel] = (folder / "wheel").glob("*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    [site] = (folder / "env").glob("lib/python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return python.parent


@pytest.mark.nightly
def test_the_example_is_green_in_somebody_elses_repository(installed: Path, tmp_path: Path) -> None:
    repository = users_repository(tmp_path / "repository")
    run(installed / "ptycho-parity", "init", "mine", cwd=repository)
    mine = repository / "mine"
    assert "✗" not in run(installed / "ptycho-parity", "port", "check", "my_pair", cwd=mine)
    folders = (f"--parity-store={tmp_path / 'store'}", f"--parity-hub={tmp_path / 'hub'}")
    run(installed / "python", "-m", "pytest", "-q", "-m", "parity", *folders, cwd=mine)
    assert (tmp_path / "hub" / "index.html").is_file()
    assert str(ROOT) not in (tmp_path / "hub" / "session.json").read_text()
    assert "1 passed" in run(installed / "python", "-m", "pytest", "-q", "test_own.py", cwd=repository)
    assert str(installed.parent) in run(
        installed / "python", "-c", "import ptycho_parity, harness; print(harness.__file__)", cwd=repository
    )
