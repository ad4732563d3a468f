"""A plain step with momentum, or an accumulated gradient."""

from collections.abc import Iterator

from harness.judge.hypotheses.known import OTHERS, Candidate, Known


def momentum(known: Known) -> Iterator[Candidate]:
    """Nesterov's momentum in place of the plain one, and the other way round, in the first step of SGD."""
    optimiser = known.optimiser
    if known.kind != "weight" or optimiser is None or optimiser.gradient is None or optimiser.step != 1:
        return
    share = known.options.get("momentum")
    if not isinstance(share, int | float) or not share or optimiser.start.shape != known.own.shape:
        return
    taken = known.other - optimiser.start
    yield Candidate(
        f"{OTHERS} with Nesterov's momentum in place of the plain one", optimiser.start + (1 + share) * taken
    )
    yield Candidate(f"{OTHERS} with plain momentum in place of Nesterov's", optimiser.start + taken / (1 + share))
    yield Candidate(f"{OTHERS} with the gradient dampened by 1 - momentum", optimiser.start + (1 - share) * taken)
