"""The ground truth that a reconstruction is compared with: the simulated object, or a reference reconstruction."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, read_npy, read_npz, write_npy
from harness.physics import forward, translation
from harness.physics.scale import pattern_energies
from harness.records.truth import TruthFacts

Array = np.ndarray


@dataclass(frozen=True)
class Truth:
    """A known object and the coordinates of its grid."""

    kind: Literal["simulation", "reference"]
    object: Array
    """(H, W) complex128."""
    origin_x: float = 0.0
    """Coordinate of the first column: position (x, y) lies at array index (y - origin_y, x - origin_x)."""
    origin_y: float = 0.0

    @classmethod
    def load(cls, folder: Path) -> "Truth | None":
        """The truth of a dataset folder; None where there is none."""
        if not (folder / layout.TRUTH).is_file():
            return None
        facts = read_json(folder / layout.TRUTH)
        amplitude, phase = (read_npy(folder / name) for name in (layout.TRUTH_AMPLITUDE, layout.TRUTH_PHASE))
        return cls(facts["kind"], complex_object(amplitude, phase), facts["origin_x"], facts["origin_y"])

    def patches(self, x: Array, y: Array, N: int) -> Array:
        """Patches (K, N, N) complex128 of the object, centred at the positions `x`, `y` (K,)."""
        return translation.cut(self.object, x - self.origin_x, y - self.origin_y, N)

    def energies(self, model_probe: Array, x: Array, y: Array, mask: Array | None = None) -> Array:
        """Energies (K,) float64 of the exit waves, `sum(|P O|^2)`, of a probe (N, N) at the positions `x`, `y` (K,).

        With a mask (N, N) of the detector, the energies of the patterns on the pixels that count.
        """
        waves = model_probe * self.patches(x, y, model_probe.shape[0])
        if mask is not None:
            waves = forward.diffract(waves[..., None])[..., 0] * mask
        return pattern_energies(np.abs(waves))

    def save(self, folder: Path, model_scale: float) -> None:
        """Write `ground_truth_amp.npy` and `ground_truth_phase.npy` (float32) and `truth.json`, see `TruthFacts`.

        The data hold the object in complex64, so float64 would take twice the room for digits that nobody has.
        """
        write_npy(folder / layout.TRUTH_AMPLITUDE, np.abs(self.object).astype(np.float32))
        write_npy(folder / layout.TRUTH_PHASE, np.angle(self.object).astype(np.float32))
        facts = TruthFacts(kind=self.kind, origin_x=self.origin_x, origin_y=self.origin_y, model_scale=model_scale)
        facts.write(folder / layout.TRUTH)


def complex_object(amplitude: Array, phase: Array) -> Array:
    """The object (H, W) complex128 of an amplitude and a phase in radians (H, W), of whatever precision these are."""
    return amplitude.astype(np.float64) * np.exp(1j * phase.astype(np.float64))


@dataclass(frozen=True)
class Reference:
    """Result of the reference reconstruction: its probe and its object."""

    probe: Array
    """(N, N) complex128, not normalised."""
    truth: Truth

    @classmethod
    def load(cls, path: Path) -> "Reference":
        """Read the `object.npz` of the reference leg; raises HarnessError for a missing array."""
        arrays = read_npz(path)
        missing = [name for name in ("object", "probe", "origin_x", "origin_y") if name not in arrays]
        if missing:
            raise HarnessError(f"{path}: lacks {', '.join(missing)}; run the reference reconstruction again.")
        images = arrays["object"].astype(np.complex128)
        truth = Truth("reference", images, float(arrays["origin_x"]), float(arrays["origin_y"]))
        return cls(arrays["probe"].astype(np.complex128), truth)
