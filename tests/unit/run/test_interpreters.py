"""Interpreters: what they have is found out inside them, and what they lack is said with the way to get it."""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.run import interpreters


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with nothing installed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin" / "python"


@pytest.fixture(autouse=True)
def _ask_anew() -> None:
    interpreters.inspect.cache_clear()


@pytest.mark.usefixtures("toys")
def test_a_backend_of_another_distribution_is_found_with_what_it_requires() -> None:
    found = interpreters.inspect("toy", Path(sys.executable))
    assert found.is_own
    assert found.distributions["toy-backend"] == "1.5"
    assert {"numpy", "scipy"} <= set(found.distributions)
    assert found.python == ".".join(map(str, sys.version_info[:3]))


def test_its_code_counts_wherever_it_is_installed(toys: Path) -> None:
    first = interpreters.inspect("toy", Path(sys.executable)).plugin_code
    assert first == interpreters.inspect("other", Path(sys.executable)).plugin_code
    interpreters.inspect.cache_clear()
    with (toys / "toy_backend.py").open("a") as stream:
        stream.write("# another version\n")
    assert interpreters.inspect("toy", Path(sys.executable)).plugin_code not in (None, first)


@pytest.mark.usefixtures("toys")
def test_an_unknown_backend_is_said_with_those_that_are_known() -> None:
    with pytest.raises(
        HarnessError, match=r"backend 'jax' is unknown to this interpreter; it knows .*tensorflow, torch, toy"
    ):
        interpreters.inspect("jax", Path(sys.executable))


def test_a_bare_interpreter_is_told_the_exact_command(bare: Path) -> None:
    with pytest.raises(HarnessError) as caught:
        interpreters.inspect("torch", bare)
    assert str(caught.value).endswith(f"install with: {bare} -m pip install numpy pydantic safetensors torch")
    with pytest.raises(HarnessError, match=f"{bare} -m pip install numpy pydantic safetensors tensorflow-cpu$"):
        interpreters.inspect("tensorflow", bare)


def test_a_framework_that_only_this_interpreter_lacks(tmp_path: Path) -> None:
    """An interpreter with all that a worker needs and no framework."""
    venv.create(tmp_path / "some", with_pip=False, symlinks=True)
    site = tmp_path / "some" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    for name in interpreters.REQUIREMENTS:
        (site / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    python = tmp_path / "some" / "bin" / "python"
    with pytest.raises(HarnessError, match=f"lacks torch; install with: {python} -m pip install torch$"):
        interpreters.inspect("torch", python)


@pytest.mark.parametrize("kind", ["absent", "no interpreter", "old"])
def test_what_cannot_be_run_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "python"
    if kind != "absent":
        path.write_text(
            "#!/bin/sh\n" + ("echo 'SyntaxError: invalid syntax' >&2; exit 1" if kind == "old" else "echo hello")
        )
        path.chmod(0o755)
    with pytest.raises(HarnessError, match=f"--parity-python torch={path}: is not a Python 3.11 or newer"):
        interpreters.inspect("torch", path)


def test_an_interpreter_is_asked_once(tmp_path: Path) -> None:
    marks, path = tmp_path / "marks", tmp_path / "python"
    path.write_text(f'#!/bin/sh\necho asked >> {marks}\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)
    assert interpreters.inspect("torch", path) == interpreters.inspect("torch", path)
    assert marks.read_text() == "asked\n"


@pytest.mark.usefixtures("toys")
def test_nothing_is_imported_to_find_out(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    path = tmp_path / "python"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -X importtime "$@" 2> {trace}\n')
    path.chmod(0o755)
    interpreters.inspect("toy", path)
    imported = {line.split("|")[-1].strip() for line in trace.read_text().splitlines()}
    assert "json" in imported
    assert not {"numpy", "pydantic", "toy_backend", "harness"} & imported


def test_the_import_folder_holds_the_harness_and_nothing_else(tmp_path: Path, bare: Path) -> None:
    folder = interpreters.import_folder(tmp_path)
    assert {path.name for path in folder.iterdir()} == {"harness", "ptycho_parity"}
    assert interpreters.import_folder(tmp_path) == folder
    assert interpreters.state_of(folder / "harness") == interpreters.state_of(interpreters.PACKAGE)
    assert interpreters.state_of(folder / "harness") != interpreters.state_of(tmp_path / "nothing")
    code = (
        "import json, harness, importlib.util as found; print(json.dumps([found.find_spec('numpy'), harness.__file__]))"
    )
    environment = interpreters.worker_environment(folder)
    done = subprocess.run([bare, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [None, str(folder / "harness" / "__init__.py")]


def test_without_links_the_harness_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    folder = interpreters.import_folder(tmp_path)
    assert not (folder / "harness").is_symlink()
    assert (folder / "harness" / "run" / "worker.py").is_file()
    assert interpreters.import_folder(tmp_path) == folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("distributions", "cpu"),
    [
        ({"torch": "2.13.0+cpu"}, True),
        ({"torch": "2.13.0"}, False),
        ({"tensorflow-cpu": "2.21.0"}, True),
        ({"tensorflow": "2.21.0"}, False),
    ],
)
def test_builds_for_the_cpu_alone_are_known(distributions: dict[str, str], cpu: bool) -> None:
    assert interpreters.Interpreter(Path("/python"), "3.11", "CPython", distributions).cpu_build is cpu
