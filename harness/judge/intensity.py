"""Intensity of the data of a run at each stage, from the detector's counts to the predicted patterns.

Every stage is an array of diffraction amplitudes; C patterns a group, `s` the intensity scale:

- `raw_diffraction` (M, N, N), root of counts: every measured pattern; `dataset/data.npz`;
- `grouped_diffraction` (G, N, N, C), root of counts: the patterns of the training groups; rows of
  `dataset/data.npz` that the groups of `dataset/train.npz` name;
- `grouped_X_full` (G, N, N, C), units of X: the same patterns, normalised; X of `dataset/train.npz`;
- `container_X` (B, N, N, C), units of X: the first training batch as the network's input, labels / exp(log_scale);
  the stage `input` of `<backend>/lockstep/stages_<precision>.npz`;
- `training_labels_Y_amp` (B, N, N, C), root of counts: the same batch as it is fed, s X, which the loss compares the
  prediction with; `<backend>/lockstep/batch.npz`;
- `inference_prediction` (P, N, N, C), root of counts: patterns that a side predicts for groups of the test half. The
  exit waves of its patches under the model's probe (normalised, masked if the scenario masks it), merged as in the
  model, diffracted by the oracle, times the scale that its inference used;
  `<backend>/inference_outputs/diffraction.npz` and `stats.json`.

Levels are root mean squares: the normalisation and the likelihood fix the energy of a pattern, and counting preserves
it. The mean of a root of counts is not preserved: that of 1e3 photons on 64 x 64 pixels is 1.4 times below that of the
intensities that they were drawn from under the zone plate's probe, and 2.0 times under the disk.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.dataset import npz
from harness.dataset.grouped import GroupedData
from harness.dataset.halves import split
from harness.dataset.npz import RawData
from harness.judge.evidence import Evidence, NoEvidence
from harness.judge.rungs.dataset import grouped
from harness.physics.scale import pattern_energies
from harness.records.stages import StageStatistics
from harness.run.legs.statistics import diffracted_groups

STAGES = (
    "raw_diffraction",
    "grouped_diffraction",
    "grouped_X_full",
    "container_X",
    "training_labels_Y_amp",
    "inference_prediction",
)


@dataclass(frozen=True, eq=False)
class Intensity:
    """Statistics of every stage of one case; the stages that both sides share are computed once."""

    evidence: Evidence

    def of_stage(self, backend: str, stage: str) -> StageStatistics:
        """Statistics of one of STAGES for a side; raises HarnessError, with the reason, where evidence is missing."""
        precision = self.evidence.scenario.training.precision
        match stage:
            case "raw_diffraction":
                return self._raw_statistics
            case "grouped_diffraction":
                return self._drawn_statistics
            case "grouped_X_full":
                return self._normalised_statistics
            case "container_X":
                return stage_statistics(self.evidence.stage(backend, self.evidence.stages(backend, precision), "input"))
            case "training_labels_Y_amp":
                return stage_statistics(self.evidence.batch(backend)["amplitude"])
            case _:
                return stage_statistics(self._predicted(backend))

    @cached_property
    def levels(self) -> dict[str, float]:
        """Expected root mean square of every stage, from `data.npz`, the rows of the groups, and nphotons alone.

        A detector that counts nphotons a pattern has sqrt(nphotons) / N; X has 1/2, since sum(X^2) = (N/2)^2; labels
        and predictions are sqrt(nphotons) / (N/2) times X. Patterns differ in energy, and X is normalised over the
        training groups: the level of a stage that holds other patterns scales with the root of their mean energy.
        """
        counts = float(np.sqrt(self.evidence.setup.nphotons)) / self._raw.diffraction.shape[-1]
        drawn = self._root_energy(self._drawn)
        batch = self._root_energy(self._rows(0)[self._train.groups[self._train.rows(0)]]) / drawn
        test = self._root_energy(self._rows(1)[self._test.groups[self._chosen]]) / drawn
        known = (counts, counts * drawn / self._root_energy(np.arange(len(self._energies))), 0.5, 0.5 * batch)
        return dict(zip(STAGES, (*known, counts * batch, counts * test), strict=True))

    @cached_property
    def _raw_statistics(self) -> StageStatistics:
        return stage_statistics(self._raw.diffraction)

    @cached_property
    def _drawn_statistics(self) -> StageStatistics:
        times = np.bincount(self._drawn.ravel(), minlength=len(self._energies))
        return stage_statistics(self._raw.diffraction, times).model_copy(update={"shape": self._drawn_shape})

    @cached_property
    def _normalised_statistics(self) -> StageStatistics:
        times = np.bincount(self._train.groups.ravel(), minlength=len(self._train.X))
        return stage_statistics(self._train.X, times).model_copy(update={"shape": self._drawn_shape})

    @property
    def _drawn_shape(self) -> tuple[int, ...]:
        """(G, N, N, C) of the training groups."""
        (groups, members), (_, *pixels) = self._train.groups.shape, self._train.X.shape
        return (groups, *pixels, members)

    def _predicted(self, backend: str) -> Array:
        """(P, N, N, C) predicted amplitude of the chosen test groups, in the units of the labels, 0 where masked."""
        predicted, mask = self._scale_used(backend) * self._diffracted(backend)["amplitude"], self.evidence.mask
        return predicted if mask is None else predicted * mask[:, :, None]

    def _diffracted(self, backend: str) -> dict[str, Array]:
        """Contents of `diffraction.npz`: indices `groups` (P,) of test groups, and their unscaled `amplitude`."""
        found = self.evidence.arrays(
            Path(backend, layout.INFERENCE_OUTPUTS, layout.DIFFRACTION), ("groups", "amplitude")
        )
        if not np.array_equal(found["groups"], self._chosen):
            raise NoEvidence(f"{backend}: other groups were diffracted than those that its figures are held against.")
        return found

    def _scale_used(self, backend: str) -> float:
        scale = self.evidence.inference(backend).intensity_scale_restored
        if scale is None:
            raise NoEvidence(f"{backend}: the intensity scale that its inference used is not finite, or not said.")
        return scale

    @cached_property
    def _raw(self) -> RawData:
        return npz.validated(self.evidence.arrays(Path(layout.DATASET, layout.DATA), npz.REQUIRED), layout.DATA)

    @cached_property
    def _energies(self) -> Array:
        return pattern_energies(self._raw.diffraction)

    def _root_energy(self, rows: Array) -> float:
        """Root of the mean energy of the patterns in `rows` of `data.npz`; repeated rows count repeatedly."""
        return float(np.sqrt(self._energies[rows].mean()))

    @cached_property
    def _train(self) -> GroupedData:
        return grouped(self.evidence, "train")

    @cached_property
    def _test(self) -> GroupedData:
        return grouped(self.evidence, "test")

    @cached_property
    def _drawn(self) -> Array:
        """(G, C): the rows of `data.npz` that the training groups name."""
        return self._rows(0)[self._train.groups]

    def _rows(self, half: int) -> Array:
        """The rows of `data.npz` that are in the training (0) or the test half (1)."""
        rows = split(self.evidence.scenario, self._raw)[half]
        count = len((self._train, self._test)[half].X)
        if len(rows) != count:
            raise NoEvidence(f"dataset: half of {layout.DATA} has {len(rows)} patterns; the grouped data hold {count}.")
        return rows

    @cached_property
    def _chosen(self) -> Array:
        """Indices of the test groups whose prediction is diffracted."""
        return diffracted_groups(*self._test.groups.shape)


def stage_statistics(values: Array, times: Array | None = None) -> StageStatistics:
    """Statistics of amplitudes (K, ...) in float64; `times` (K,) is how often each of the K counts, by default once."""
    times = np.ones(len(values), dtype=int) if times is None else times
    flat, times = values.reshape(len(values), -1)[times > 0].astype(np.float64), times[times > 0]
    finite = np.isfinite(flat)
    count = int(times @ finite.sum(axis=1))
    return StageStatistics(
        shape=values.shape,
        dtype=str(values.dtype),
        **(_moments(flat, finite, times, count) if count else dict.fromkeys(_MOMENTS)),
        nan=int(times @ np.isnan(flat).sum(axis=1)),
        finite=count,
        total=int(times.sum() * flat.shape[1]),
    )


_MOMENTS = ("min", "max", "mean", "std", "rms")


def _moments(flat: Array, finite: Array, times: Array, count: int) -> dict[str, float]:
    known = np.where(finite, flat, 0.0)
    mean, energy = (float(times @ part.sum(axis=1)) / count for part in (known, np.square(known)))
    spread = np.square(np.where(finite, flat - mean, 0.0)).sum(axis=1)
    found = (flat[finite].min(), flat[finite].max(), mean, np.sqrt(times @ spread / count), np.sqrt(energy))
    return {name: float(value) for name, value in zip(_MOMENTS, found, strict=True)}
