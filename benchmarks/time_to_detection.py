"""How long a real bug stays unseen: seconds from the start of a cold session to its first red rung.

Each replayed bug of `python -m harness faults run --real` is put into the candidate, and `pytest -x` is run on its case
with an empty store, as after an edit. Prints for each the rung that was red first, and the seconds; last the median and
the quartiles. Other work on the machine makes it slower: the figures are of idle cores.

python benchmarks/time_to_detection.py [ID...]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import layout
from harness.faults.catalogue import Injected
from harness.judge.verdict import RED
from harness.records.verdict import VerdictRecord
from harness.session import trials

ROOT = Path(__file__).parents[1]
SIDES = ("tensorflow", "torch")


def command(injected: Injected, folder: Path) -> list[str]:
    """The session of a bug, with the settings with which it has an effect, and a store and a hub of its own."""
    subject = trials.subject_of(injected.fault)
    case, pair = subject.scenario, [side for side in SIDES if side != injected.backend] + [injected.backend]
    others = " and ".join(f"not {name}" for name in _longer_names(case))
    return [
        *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "parity"),
        *("-k", f"{case} and {others}" if others else case),
        f"--parity-scenarios={ROOT / 'scenarios'}",
        f"--parity-scenarios={trials.REPLAYS}",
        *([] if subject.sides else [f"--parity-backends={','.join(pair)}"]),
        f"--parity-fault={injected}",
        f"--parity-store={folder / 'store'}",
        f"--parity-hub={folder / 'hub'}",
        "--parity-profile=smoke",
        *(f"--parity-override={text}" for text in trials.OVERRIDES),
    ]


def _longer_names(case: str) -> list[str]:
    """Names of scenarios that hold the name of this one, which pytest's -k would select with it."""
    paths = [*(ROOT / "scenarios").glob("*.yaml"), *trials.REPLAYS.glob("*.yaml")]
    return [path.stem for path in paths if case in path.stem and path.stem != case]


def detected(injected: Injected) -> tuple[str, float] | None:
    """The rung that was red first, and the seconds from the start until its verdict was written."""
    with tempfile.TemporaryDirectory() as name:
        folder, started = Path(name), time.time()
        done = subprocess.run(command(injected, folder), cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(done.stdout + done.stderr)
        reds = [
            (path.stat().st_mtime - started, path.stem)
            for path in folder.glob(f"hub/*/{layout.CHECKS}/*.json")
            if VerdictRecord.read(path).status in RED
        ]
    return (min(reds)[1], min(reds)[0]) if reds else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID")
    bugs = trials.select_faults(SIDES, parser.parse_args().ids, real=True)
    last = {injected.fault.id: injected for injected in bugs}  # of each bug the trial in the candidate
    seconds = []
    for injected in last.values():
        found = detected(injected)
        print(f"{injected!s:42} {'not red' if found is None else f'{found[0]:12} {found[1]:5.1f} s'}", flush=True)
        seconds += [] if found is None else [found[1]]
    low, middle, high = statistics.quantiles(seconds, n=4) if len(seconds) > 1 else seconds * 3
    print(f"{len(seconds)} of {len(last)} red; median {middle:.1f} s, quartiles {low:.1f} and {high:.1f}")


if __name__ == "__main__":
    main()
