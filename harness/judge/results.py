"""All metrics of a case, computed once for every reader, and the pictures that they were computed from.

`write` leaves in `<case>/comparison/`:

- `comparison_metrics.json`: for each side the metrics that summary.json repeats (`final_loss`, `first_nonfinite`,
  `intensity_scale`, `patches`, `canvas`, `reconstruction`) with `baselines`, `skill`, `contrast`, `twin`, `level`
  and `gauges` beside them; `agreement`; `ensemble`, null without members, else their `seeds` and each quantity of
  each side, a value for each seed; `parts`, those that hold structure, the leading one first; and `reasons`, why a
  value is null;
- `lockstep.json`: distance (steps,) of all weights between the sides in both precisions, and the envelope of noise
  that the distance in float32 is compared with;
- `pictures.npz`, float32: `truth` and one complex picture a side after gauge fixing (`side_0` the reference), their
  boolean masks (`mask_0`, `mask_1`), and the baselines of the reference side (`baseline_<name>`);
- `frc.npz`: the Fourier ring correlations behind `frc50`, of each side with the truth and of the two sides:
  `<side_0, side_1 or sides>.<amplitude or phase>.<frequency, correlation or half_bit>`, (R,), cycles a pixel;
- `amplitude_diff.npy` and `phase_diff.npy`: float32 candidate minus reference after gauge fixing, NaN where not
  compared.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from harness import layout
from harness.arrays import Array, in_precision
from harness.errors import HarnessError
from harness.files import plain, write_json, write_npy, write_npz
from harness.judge.evidence import Evidence
from harness.judge.lockstep import distance_curves
from harness.judge.metrics import wrap
from harness.judge.patches import collapse_ratio, patch_statistics
from harness.judge.pictures import COVERED, Aligned
from harness.judge.reconstructions import Reconstruction, agreement, reconstruction, ring_correlations
from harness.judge.rungs.canvas import recomputed
from harness.judge.rungs.ensemble import ensemble_metrics
from harness.judge.rungs.scale import scale_values
from harness.judge.telemetry import final_loss, first_nonfinite
from harness.judge.truth import parts_with_a_picture
from harness.records.metrics import ComparisonMetrics
from harness.records.pictures import AgreementMetrics

T = TypeVar("T")


@dataclass
class Results:
    """Metrics of one case, computed on first access; what cannot be computed is None, with its reason in `reasons`."""

    evidence: Evidence
    reasons: dict[str, str] = field(default_factory=dict)

    @cached_property
    def sides(self) -> dict[str, dict[str, object]]:
        """Metrics of each backend, by name."""
        return {backend: self._side(backend) for backend in self.evidence.backends}

    @cached_property
    def reconstructions(self) -> dict[str, Reconstruction | None]:
        """The picture of each side against the truth."""
        return {
            backend: self._try(f"{backend}.reconstruction", partial(reconstruction, self.evidence, backend))
            for backend in self.evidence.backends
        }

    @cached_property
    def agreement(self) -> tuple[Aligned, AgreementMetrics] | None:
        """The pictures of the two sides against each other."""
        return self._try("agreement", partial(agreement, self.evidence))

    @cached_property
    def lockstep(self) -> dict[str, dict[str, list[float]]] | None:
        """Contents of `lockstep.json`; None where the case has no trajectory leg."""
        if not any(leg == "trajectory" for _, leg in self.evidence.jobs):
            return None
        return self._try("lockstep", partial(distance_curves, self.evidence))

    def as_json(self) -> dict[str, object]:
        """Contents of `comparison_metrics.json`."""
        sides, agreed = self.sides, self.agreement
        return {
            "backends": sides,
            "agreement": None if agreed is None else agreed[1],
            "ensemble": self._try("ensemble", partial(ensemble_metrics, self.evidence)),
            "parts": self._try("parts", partial(parts_with_a_picture, self.evidence)),
            "covered_share": COVERED,
            "reasons": self.reasons,
        }

    @property
    def record(self) -> ComparisonMetrics:
        """Contents of `comparison_metrics.json` as the record that readers of the file get."""
        return ComparisonMetrics.parse(plain(self.as_json()), layout.METRICS)

    def _side(self, backend: str) -> dict[str, object]:
        functions: dict[str, Callable[[Evidence, str], object]] = {
            "final_loss": final_loss,
            "first_nonfinite": first_nonfinite,
            "intensity_scale": scale_values,
            "patches": patch_statistics,
            "collapse_ratio": collapse_ratio,
            "canvas": _canvas_metrics,
        }
        found = {
            name: self._try(f"{backend}.{name}", partial(function, self.evidence, backend))
            for name, function in functions.items()
        }
        own = self.reconstructions[backend]
        return found | (dict(own.metrics) if own else {"reconstruction": None})

    def _try(self, name: str, compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except HarnessError as reason:
            self.reasons[name] = str(reason).replace(f"{self.evidence.case_dir}/", "")
            return None


def write(evidence: Evidence) -> None:
    """Compute all results of a case and write the files of `<case>/comparison/` that the module's docstring lists."""
    results, folder = Results(evidence), evidence.case_dir / layout.COMPARISON
    metrics = results.as_json()
    write_npz(folder / layout.ALIGNED, **{name: _for_eyes(picture) for name, picture in _pictures(results).items()})
    write_npz(folder / layout.FRC, **_curves(results))
    if (distances := results.lockstep) is not None:
        write_json(folder / layout.LOCKSTEP_DISTANCES, distances)
    if results.agreement is not None:
        for part, difference in _differences(results.agreement[0]).items():
            write_npy(folder / layout.difference(part), difference.astype(np.float32))
    write_json(folder / layout.METRICS, metrics)


def _canvas_metrics(evidence: Evidence, backend: str) -> dict[str, float]:
    canvas = evidence.canvas(backend)
    found = recomputed(evidence, canvas, evidence.predictions(backend))
    return {"size": len(canvas.field), "fits_canvas": len(canvas.field) >= found["required"], **found}


def _for_eyes(picture: Array) -> Array:
    """A picture in float32, of which a page shows 16 bits; what is judged is computed from the files of the sides."""
    return picture if picture.dtype == bool else in_precision(picture, "float32")


def _pictures(results: Results) -> dict[str, Array]:
    pictures: dict[str, Array] = {}
    for number, own in enumerate(results.reconstructions.values()):
        if own is None:
            continue
        baselines = {f"baseline_{name}": picture for name, picture in own.baselines.items()}
        first = {"truth": own.aligned.reference} | baselines
        pictures = first | pictures | {f"side_{number}": own.aligned.field, f"mask_{number}": own.aligned.mask}
    return pictures


def _curves(results: Results) -> dict[str, Array]:
    aligned = {f"side_{number}": own.aligned for number, own in enumerate(results.reconstructions.values()) if own}
    if results.agreement is not None:
        aligned["sides"] = results.agreement[0]
    return {
        f"{name}.{part}.{curve}": values
        for name, pair in aligned.items()
        for part, rings in ring_correlations(pair).items()
        if rings is not None
        for curve, values in vars(rings).items()
    }


def _differences(aligned: Aligned) -> dict[str, Array]:
    own, other = aligned.field, aligned.reference
    differences = {"amplitude": np.abs(own) - np.abs(other), "phase": wrap(np.angle(own) - np.angle(other))}
    return {part: np.where(aligned.mask, difference, np.nan) for part, difference in differences.items()}
