"""How many injected faults are named by their cause: what the diagnosis says of every fault that the lock-step shows.

`python benchmarks/diagnoses.py [ID...] [--side torch]` injects each fault, judges it, and prints what the first wrong
tensor is said to be. A cause is named by a hypothesis (`harness/judge/hypotheses`), or by the check itself: a shape, a
type, a value that is missing. No threshold: whether a sentence is the cause, a person reads.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from harness.faults.catalogue import Injected
from harness.judge.evidence import Evidence
from harness.judge.localisation import LOCKSTEP_RUNGS, localise
from harness.judge.verdict import RED, RungVerdict
from harness.session import trials
from harness.session.request import Request


class Diagnoses:
    """What was said of each fault."""

    def __init__(self) -> None:
        self.named = self.seen = 0

    def look(self, injected: Injected, evidence: Evidence, verdicts: Sequence[RungVerdict]) -> None:
        red = next((verdict for verdict in verdicts if verdict.status in RED), None)
        if red is None:
            return
        began = time.perf_counter()
        found = localise(evidence, verdicts)
        seconds = time.perf_counter() - began
        said = "" if found is None else found.transformation
        self.seen, self.named = self.seen + 1, self.named + bool(said)
        tensor = "" if found is None else found.first.tensor
        print(
            f"{injected!s:38} {red.rung:10} {seconds:4.1f} s  {tensor}: {said or 'NOT NAMED; ' + red.message}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--side", default="torch")
    parser.add_argument("--store", default="")
    given = parser.parse_args()
    request = Request.from_texts(
        Path.cwd(), profile="smoke", override=trials.OVERRIDES, device="cpu", store=given.store
    )
    wanted = [
        one
        for one in trials.select_faults(request.backends, given.ids)
        if one.backend == given.side and one.fault.rung in LOCKSTEP_RUNGS
    ]
    found = Diagnoses()
    with tempfile.TemporaryDirectory(prefix="parity-diagnoses-") as folder:
        for _ in trials.Trials(Path(folder), request, found.look).run(wanted):
            pass
    print(f"{found.named} of {found.seen} named by a hypothesis")


if __name__ == "__main__":
    main()
