"""How likely a fault is to be seen, over its size: the fault at sizes around the smallest seen, over many seeds.

The smallest size that is seen is found by bisection on the first seed (`harness faults sensitivity`). Then the fault is
injected at a quarter of it to four times it, on data and initial weights of each seed. Prints, for each fault and size,
how many of the seeds are red, with the 95 % interval of Clopper and Pearson. In float64, as all trials of faults.

python benchmarks/power.py [ID...] [--seeds 10] [--side torch] [--store DIR]
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scipy.stats import binomtest

from harness.faults.catalogue import Injected
from harness.session import sensitivity, trials
from harness.session.request import Request

FAULTS = (
    "data.both-normalised", "model.feature-divisor", "loss.excess", "loss.regulariser-twice", "training.rate",
    "training.epsilon", "artifacts.bundle-scale-off", "geometry.canvas-centre",
)  # fmt: skip
"""One or two of each rung that a fault with a size shows first."""
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0)
SEEDED = ("dataset.object.seed", "dataset.scan.seed", "dataset.photon_seed", "grouping.seed", "training.seed")
FIRST_SEED = 101


def trials_of(seed: int, folder: str, store: str) -> trials.Trials:
    """Trials whose data and initial weights are drawn with one seed."""
    seeds = [f"{name}={seed}" for name in SEEDED]
    override = [*trials.OVERRIDES, *seeds]
    request = Request.from_texts(Path.cwd(), profile="smoke", override=override, device="cpu", store=store)
    return trials.Trials(Path(folder), request)


def around(brackets: Iterable[sensitivity.Bracket]) -> Iterator[Injected]:
    """Each fault at the sizes that are tried."""
    for bracket in brackets:
        if bracket.caught is not None:
            yield from (replace(bracket.natural, size=factor * bracket.caught) for factor in SIZES)


def red(seed: int, wanted: Sequence[Injected], store: str) -> list[Injected]:
    """Those of the faults that are seen on the data of a seed."""
    with tempfile.TemporaryDirectory(prefix="parity-power-") as folder:
        outcomes = trials_of(seed, folder, store).run(wanted)
        return [outcome.injected for outcome in outcomes if outcome.lowest_red_rung is not None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID", default=FAULTS)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--side", default="torch")
    parser.add_argument("--store", default="")
    given = parser.parse_args()
    every = trials.select_faults(("tensorflow", "torch"), given.ids)
    with tempfile.TemporaryDirectory(prefix="parity-power-") as folder:
        first = trials_of(FIRST_SEED, folder, given.store)
        brackets = sensitivity.bisect(first, [one for one in every if one.backend == given.side])
    wanted = list(around(brackets))
    seen: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + given.seeds):
        seen.update(map(str, red(seed, wanted, given.store)))
        print(f"seed {seed}: {sum(seen.values())} red so far", flush=True)
    for injected in wanted:
        count = seen[str(injected)]
        low, high = binomtest(count, given.seeds).proportion_ci(method="exact")
        print(f"{injected!s:52} {count:3} of {given.seeds}, {low:.2f} to {high:.2f}")


if __name__ == "__main__":
    main()
