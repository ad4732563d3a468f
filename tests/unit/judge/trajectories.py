"""The trajectory leg of a synthetic case."""

from pathlib import Path

import numpy as np

from harness.files import read_json, write_json, write_npz
from harness.networks.pinn.sections import PinnScenario
from harness.networks.pinn.start import initial_weights
from harness.records.noise import TrajectoryNoise
from harness.run.legs.distances import sample


def wobbled(arrays: dict[str, np.ndarray], wobble: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {name: array * (1 + wobble * rng.choice([-1, 1], array.shape)) for name, array in arrays.items()}


def write_trajectory(folder: Path, scenario: PinnScenario, backend: str, rng: np.random.Generator) -> None:
    """A random walk of the initial weights, the same for both sides but for rounding, which grows in float32."""
    here, count = folder / backend / "trajectory", scenario.lockstep.steps
    start = initial_weights(scenario, read_json(folder / "dataset" / "setup.json")["intensity_scale"])
    names = [f"{name}.{moment}" for name in start for moment in ("first_moment", "second_moment")]
    for precision, wobble in (("float32", 1e-7), ("float64", 1e-15)):
        common, walk, weights = np.random.default_rng(12), [], dict(start)
        for step in range(count):
            weights = {name: value + 0.01 * common.normal(size=value.shape) for name, value in weights.items()}
            walk.append(wobbled(weights, (step + 1) * wobble, rng))
        moments = {name: common.normal(size=start[name.rpartition(".")[0]].shape) for name in names}
        write_npz(here / f"start_{precision}.npz", **start)
        write_npz(here / f"first_{precision}.npz", **walk[0], **wobbled(moments, wobble, rng))
        kept = {name: np.stack([sample(seen)[name] for seen in walk]) for name in start}
        loss = read_json(folder / backend / "lockstep" / f"losses_{precision}.json")["loss"]
        write_npz(here / f"steps_{precision}.npz", **kept, loss=loss - 0.01 * np.arange(count))
        write_npz(here / f"last_{precision}.npz", **walk[-1])
        mean = float((loss - 0.01 * np.arange(count)).mean())
        write_json(here / "one_epoch.json", {"loss": mean, "unwatched": dict.fromkeys(start, 0.0)})
    steps = [[(1 + draw) * (step + 1) * 1e-7 for step in range(count)] for draw in range(2)]
    for precision, size in (("float32", 1e-7), ("float64", 1e-16)):
        first = {name: [2 * size, size] for name in (*start, *names)}
        noise = TrajectoryNoise(first=first, weights={name: first[name] for name in start}, steps=steps)
        noise.write(here / f"noise_{precision}.json")
