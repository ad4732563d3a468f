"""A night of small programs: what it writes down, what it repeats, and what a stop leaves."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from harness import layout
from harness.files import read_json
from harness.report.nightly import page
from harness.session import hub
from harness.session.nightly.night import UNENDED, Night, require_project
from harness.session.nightly.steps import FOLDER, Step

MARK = "import os, pathlib, sys, time; pathlib.Path('ran').open('a').write(sys.argv[1] + ' ')\n"
HANG = """
if not pathlib.Path('go').exists():
    pathlib.Path('pid').write_text(str(os.getpid()))
    try:
        time.sleep(60)
    finally:
        time.sleep(0.5)
        pathlib.Path('wound up').touch()
"""
DRIVER = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import test_night
from harness.run.interrupts import interruptible
with interruptible():
    test_night.hanging(pathlib.Path.cwd()).run(None, print)
"""


def step(name: str, code: str = "", status: int = 0) -> Step:
    """A program that marks that it ran, and ends with a status."""
    return Step(
        name, f"what {name} asks", (sys.executable, "-c", f"{MARK}{code}\nsys.exit({status})", name), has_result=True
    )


def begun(root: Path, *steps: Step) -> Night:
    (root / "harness").mkdir(exist_ok=True)
    (root / "harness" / "code.py").write_text("one")
    return Night.begin(root / "reports", root, steps, page.write)


def hanging(root: Path) -> Night:
    """A night whose second program hangs until there is a file `go`."""
    first, second = step("first"), Step("second", "hangs", (sys.executable, "-c", MARK + HANG, "second"))
    return Night.unfinished(root / "reports", root, [first, second], page.write) or begun(root, first, second)


def ran(root: Path) -> list[str]:
    return (root / "ran").read_text().split()


def statuses(night: Night) -> list[str]:
    """As they were written down."""
    return [record["status"] for record in read_json(night.folder / layout.NIGHT)["steps"].values()]


def test_every_step_runs_whatever_became_of_the_others(tmp_path: Path) -> None:
    said: list[str] = []
    night = begun(tmp_path, step("a", "print('found <3>')"), step("b", status=1), step("c", status=3), step("d"))
    night.run(None, said.append)
    assert ran(tmp_path) == ["a", "b", "c", "d"]
    assert statuses(night) == ["pass", "fail", "error", "pass"]
    assert not night.is_green
    assert "c: error ended with exit status 3" in said
    page = (night.folder / "index.html").read_text()
    assert "found &lt;3&gt;" in page
    assert 'href="logs/b.txt"' in page
    assert "2 pass, 1 fail, 1 error" in page
    assert "command: " in (night.folder / "logs" / "a.txt").read_text()


def test_what_came_to_its_end_is_not_repeated(tmp_path: Path) -> None:
    steps = [step("a"), step("b", status=1), step("c", "sys.exit(0 if pathlib.Path('go').exists() else 9)")]
    begun(tmp_path, *steps).run(None, print)
    (tmp_path / "go").touch()
    again, said = Night.unfinished(tmp_path / "reports", tmp_path, steps, page.write), []
    assert again is not None
    again.run(None, said.append)
    assert ran(tmp_path) == ["a", "b", "c", "c"]
    assert statuses(again) == ["pass", "fail", "pass"]
    assert [line.split(", not ")[-1] for line in said[:2]] == ["repeated"] * 2
    assert Night.unfinished(tmp_path / "reports", tmp_path, steps, page.write) is None


def test_a_green_night_is_green(tmp_path: Path) -> None:
    night = begun(tmp_path, step("a"), step("b"))
    night.run(60, print)
    assert night.is_green
    assert "Every step ran and is green." in (night.folder / "index.html").read_text()


def test_other_code_or_other_steps_are_another_night(tmp_path: Path) -> None:
    steps = [step("a", status=9)]
    night = begun(tmp_path, *steps)
    reports = tmp_path / "reports"
    assert Night.unfinished(reports, tmp_path, [step("a", status=8)], page.write) is None
    found = Night.unfinished(reports, tmp_path, steps, page.write)
    assert found is not None
    assert found.folder == night.folder
    (tmp_path / "harness" / "code.py").write_text("two")
    assert Night.unfinished(reports, tmp_path, steps, page.write) is None


def test_nothing_begins_once_the_budget_is_spent(tmp_path: Path) -> None:
    night = begun(tmp_path, step("a", "time.sleep(1.6)"), step("b"))
    night.run(1.5, print)
    assert ran(tmp_path) == ["a"]
    assert statuses(night) == ["pass", "skipped"]
    assert not night.is_green
    assert "not begun: the budget of the night was spent" in (night.folder / "index.html").read_text()


def test_what_a_step_found_stays_when_there_is_no_time_to_repeat_it(tmp_path: Path) -> None:
    night = begun(tmp_path, step("a", status=9))
    night.run(None, print)
    night.run(0, print)
    assert (night.records["a"].status, night.records["a"].reason) == ("error", "ended with exit status 9")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_night_leaves_no_program_behind_and_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", DRIVER, str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": str(Path(hub.__file__).parents[2])}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, **quiet)
    wait_until((tmp_path / "pid").exists, process)
    process.send_signal(number)
    assert process.wait(30) != 0
    assert number == signal.SIGKILL or (tmp_path / "wound up").exists(), "the night did not wait for its program"
    wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())))
    assert (tmp_path / "wound up").exists(), "the program was not ended gently"
    (tmp_path / "go").touch()
    night = hanging(tmp_path)
    assert statuses(night) == ["pass", "error"]
    assert night.records["second"].reason == UNENDED
    night.run(None, print)
    assert night.is_green
    assert ran(tmp_path) == ["first", "second", "second"]


def test_what_a_step_leaves_running_is_ended_with_it(tmp_path: Path) -> None:
    code = "import subprocess; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    begun(tmp_path, step("a", f"{code}pathlib.Path('pid').write_text(str(child.pid))")).run(None, print)
    wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_it_is_run_in_the_folder_of_the_project(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="has no folder benchmarks; a night is run in the folder of the project"):
        require_project(tmp_path)


def wait_until(holds, process=None) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert process is None or process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")


def test_faults_and_real_bugs_have_a_page_each(tmp_path: Path) -> None:
    code = "pathlib.Path(sys.argv[-1]).mkdir(exist_ok=True); (pathlib.Path(sys.argv[-1]) / page).touch()"
    steps = []
    for name, page_of, words in (("faults", "index.html", []), ("real-bugs", "real.html", ["--real"])):
        made = step(name, f"page = {page_of!r}\nos.chdir(sys.argv[-1])\nsys.argv[-1] = 'faults'\n{code}")
        steps.append(replace(made, command=(*made.command, *words, "--hub", FOLDER)))
    night = begun(tmp_path, *steps)
    night.run(None, lambda _: None)
    text = (night.folder / "index.html").read_text()
    assert re.findall(r'href="(faults/[^"]*)"[^>]*>([^<]*)<', text) == [
        ("faults/index.html", "injected faults"),
        ("faults/real.html", "real bugs"),
    ]
