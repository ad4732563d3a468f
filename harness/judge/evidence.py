"""Evidence: the files of one case folder, which the judge reads when a check needs them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError
from safetensors.numpy import load_file

from harness import layout
from harness.arrays import Array, Precision, Weights
from harness.errors import HarnessError
from harness.files import read_json
from harness.judge import cached
from harness.physics.probe import model_probe
from harness.physics.twins import twin
from harness.ports.contract import Contract
from harness.ports.protocol import FIT
from harness.records import jobs
from harness.records.declared import DeclaredDifference, DeclaredRecord
from harness.records.history import Epoch, History
from harness.records.inference import CanvasFacts, InferenceStats
from harness.records.jobs import JobRecord
from harness.records.params import BundleParams
from harness.records.record import Record, first_problem
from harness.records.run import RunMetadata
from harness.records.setup import DatasetSetup
from harness.records.truth import TruthFacts
from harness.scenario.schema import Scenario
from harness.scenario.source import read

R = TypeVar("R", bound=Record)
T = TypeVar("T")
BY_NAME: TypeAdapter[dict[str, float | None]] = TypeAdapter(dict[str, float | None])
"""What a JSON file of figures by their names holds; null for one that is not finite."""
TEXT_BY_NAME: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
"""What a JSON file of sentences by what they are about holds."""
_CONTRACT_FOLDERS = (layout.LOCKSTEP, layout.TRAIN_OUTPUTS)
"""Folders of a side that may hold its `contract.json`."""

LEG_OF = {folder: leg for leg, folders in layout.LEG_FOLDERS.items() for folder in folders}
"""The leg that writes each folder of a side."""


class NoEvidence(HarnessError):  # noqa: N818
    """The evidence for a check is not available: a job failed, or a file is missing or broken."""


class Incapable(HarnessError):  # noqa: N818
    """A backend has declared that it lacks a capability that a rung needs."""


class LeftOut(HarnessError):  # noqa: N818
    """The scenario of the case leaves out what a check needs; the message says how to include it."""


NO_TRUTH = (
    "there is no truth to compare with: the data are measured, and no reference reconstruction was asked for; "
    "dataset.reference_iterations, 40 say, makes one"
)
"""Why nothing is held against the truth in a case that has none."""


@dataclass(frozen=True)
class Predictions:
    """Predicted object patches of an inference or exchange leg, `patches.npz`."""

    patches: Array
    """(K, N, N) complex, K = groups * channels, as they were stitched: after the choice of twins and phases."""
    positions: Array
    """(K, 2) float64 pixels [x, y] from the canvas centre."""
    flips: Array
    """(K,) bool: patches that were replaced by their twins before stitching; all False where the file has no flips."""

    def as_predicted(self) -> Array:
        """(K, N, N) complex: the patches that the network predicted, before the choice of twins, up to a free phase."""
        return np.where(self.flips[:, None, None], twin(self.patches), self.patches)


@dataclass(frozen=True)
class Canvas:
    """The stitched picture of an inference or exchange leg."""

    field: Array
    """(size, size) complex128: amplitude * exp(i phase)."""
    coverage: Array
    """(size, size) float64: sum of the weights of all patches on a pixel; 0 where there is none."""
    facts: CanvasFacts
    """Contents of `canvas.json`."""

    @property
    def centre(self) -> tuple[float, float]:
        """Position (x, y), in pixels of the object's grid, of the canvas pixel with index size/2 on both axes."""
        return self.facts.centre_x, self.facts.centre_y


@dataclass(frozen=True, eq=False)
class Evidence:
    """The files of one case folder for a pair of backends, the reference first.

    Results that are read or fitted are cached in the object: make a new one after the files have changed.
    """

    case_dir: Path
    backends: tuple[str, str]
    folders: Mapping[str, Path] = field(default_factory=dict)
    """Folder of a side whose files are not in `<case>/<side>/`: a member of an ensemble, or a repeated training. The
    folder has the backend's name, and its `jobs.json` lies beside it. Scenario and dataset are always the case's."""

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario of the case, `scenario.yaml`, without the sections that its network adds."""
        path = self.existing(Path(layout.SCENARIO))
        return _scenario(path, *cached.state(path))

    @cached_property
    def contract(self) -> Contract:
        """The contract that both sides must satisfy: the reference's, or the candidate's where that states nothing."""
        found = [contract for side in self.backends if (contract := self.contract_of(side)) is not None]
        if not found:
            raise NoEvidence(
                f"{self.case_dir}: neither side left a {layout.CONTRACT}, which says what is to be compared."
            )
        return min(found, key=lambda contract: contract.states_nothing)

    @cached_property
    def declared(self) -> dict[str, DeclaredDifference]:
        """The differences that the scenario of a user's pair declares, `declared.json`; none of another case."""
        path = self.case_dir / layout.DECLARED
        return dict(DeclaredRecord.read(path).differences) if path.is_file() else {}

    def own_contract(self, backend: str) -> Contract:
        """What a side claims to be, which may hold more or less than the other's; the pair's where it left none."""
        return self.contract_of(backend) or self.contract

    def contract_of(self, backend: str) -> Contract | None:
        """Contract of a side, from its own folder or from that of the case; None where no leg has written one."""
        if backend not in self._contracts:
            here = (self.folder(backend), self.case_dir / backend)
            paths = (folder / name / layout.CONTRACT for folder in here for name in _CONTRACT_FOLDERS)
            path = next((path for path in paths if path.is_file()), None)
            self._contracts[backend] = None if path is None else _contract(path, *cached.state(path))
        return self._contracts[backend]

    def trained_by(self, backend: str) -> Scenario:
        """The scenario that a side was trained by: the case's, but for the seed of a member of an ensemble."""
        path = self.folder(backend).parent / layout.SCENARIO
        return _scenario(path, *cached.state(path)) if path.is_file() else self.scenario

    def trains_by_itself(self, backend: str) -> bool:
        """Whether the training loop of a side is its own, of which the harness learns what its history tells."""
        path = self.case_dir / backend / layout.CONTRACT_FOLDER / layout.FACTS
        return path.is_file() and FIT in cached.contents(path)["capabilities"]

    @cached_property
    def _contracts(self) -> dict[str, Contract | None]:
        """What was found so far: every stage asks for it."""
        return {}

    @cached_property
    def jobs(self) -> dict[tuple[str, str], JobRecord]:
        """Outcome of each job, `jobs.json`, by (side, leg)."""
        return {(side, job.leg): job for side in self.backends for job in self._jobs_of(self.folder(side))}

    @cached_property
    def devices(self) -> frozenset[str]:
        """Classes of device (`cpu`, `gpu`) that the sides ran on, from `run_metadata.json`."""
        return frozenset(side.device.kind for side in self.metadata.backends.values())

    @cached_property
    def setup(self) -> DatasetSetup:
        """Sizes and scales of the dataset, `dataset/setup.json`."""
        return self.parsed(Path(layout.DATASET, layout.SETUP), DatasetSetup)

    @cached_property
    def mask(self) -> Array | None:
        """(N, N) bool: the detector's pixels that count, `dataset/mask.npy`; None where all do."""
        relative = Path(layout.DATASET, layout.MASK)
        return self.array(relative) if (self.case_dir / relative).is_file() else None

    @property
    def has_truth(self) -> bool:
        """Whether the scenario asks for a truth: it simulates its data, or has a reference reconstruction made."""
        return self.scenario.dataset.source == "simulated" or self.scenario.dataset.reference_iterations > 0

    @cached_property
    def truth(self) -> TruthFacts:
        """Position and scale of the true object, `dataset/truth.json`; LeftOut where the scenario asks for none."""
        if not self.has_truth:
            raise LeftOut(NO_TRUTH)
        return self.parsed(Path(layout.DATASET, layout.TRUTH), TruthFacts)

    @cached_property
    def metadata(self) -> RunMetadata:
        """Settings and environment of the case's run, `run_metadata.json`."""
        return self.parsed(Path(layout.RUN_METADATA), RunMetadata)

    @cached_property
    def probe(self) -> Array:
        """(N, N) complex128: the normalised probe as the model uses it, mask included."""
        probe, N = self.array(Path(layout.DATASET, layout.PROBE)), self.scenario.dataset.N
        if probe.shape != (N, N):
            raise NoEvidence(f"{layout.DATASET}/{layout.PROBE}: its shape is {probe.shape}; ({N}, {N}) is needed.")
        return model_probe(probe, self.scenario.dataset.probe.mask)

    def parsed(self, relative: Path, kind: type[R]) -> R:
        """Read a JSON file of the case into a record of that kind; NoEvidence when it is missing or broken."""
        path = self.existing(relative)
        try:
            return kind.parse(cached.contents(path), path)
        except HarnessError as reason:
            raise NoEvidence(str(reason)) from reason

    def record(self, relative: Path, kind: TypeAdapter[T], required: tuple[str, ...] = ()) -> T:
        """Read a JSON file of the case that has no record class.

        Raises NoEvidence when it is missing or of another kind, or lacks one of the `required` keys.
        """
        path = self.existing(relative)
        try:
            record = kind.validate_python(cached.contents(path), strict=True)
        except ValidationError as error:
            raise NoEvidence(f"{path}: {first_problem(error)}.") from error
        if required and (missing := [key for key in required if not isinstance(record, dict) or key not in record]):
            raise NoEvidence(f"{path}: lacks {', '.join(missing)}.")
        return record

    def arrays(self, relative: Path, required: tuple[str, ...] = ()) -> dict[str, Array]:
        """Read all arrays of an NPZ file of the case; NoEvidence when it lacks one of the `required` ones."""
        path = self.existing(relative)
        arrays = dict(cached.arrays(path))
        if missing := [key for key in required if key not in arrays]:
            raise NoEvidence(f"{path}: lacks the arrays {', '.join(missing)}; it holds {sorted(arrays)}.")
        return arrays

    def array(self, relative: Path) -> Array:
        """Read an NPY file of the case; NoEvidence when it is missing or broken."""
        path = self.existing(relative)
        try:
            return cached.array(path)
        except HarnessError as error:
            raise NoEvidence(str(error)) from error

    def stages(self, backend: str, precision: Precision) -> dict[str, Array]:
        """Every named stage of the forward pass of the lock-step batch, in the axis order of the contract."""
        return self.arrays(Path(backend, layout.LOCKSTEP, layout.stages(precision)))

    def stage(self, backend: str, stages: dict[str, Array], name: str) -> Array:
        """Pick one of a side's `stages`.

        Raises Incapable for a stage that the side does not have or expose, NoEvidence for one that the file lacks.
        """
        contract = self.own_contract(backend)
        offered = [stage.name for stage in contract.stages if stage.exposed]
        if name not in [stage.name for stage in contract.stages]:
            raise Incapable(f"{backend} has no partner for the stage {name!r}.")
        if name not in offered:
            raise Incapable(f"{backend} does not expose the stage {name!r}; it offers {', '.join(offered)}.")
        if name not in stages:
            raise NoEvidence(f"{backend}: stage {name!r} is missing; the job left {', '.join(stages)}.")
        return stages[name]

    def losses(self, backend: str, precision: Precision) -> dict[str, float | None]:
        """The value of `loss` and of each of its terms for the lock-step batch; None for one that is not finite."""
        return self.record(Path(backend, layout.LOCKSTEP, layout.losses(precision)), BY_NAME, ("loss",))

    def batch(self, backend: str) -> dict[str, Array]:
        """The lock-step batch that the side was fed: `amplitude` (B, N, N, C), `relative` (B, 1, 2, C)."""
        return self.arrays(Path(backend, layout.LOCKSTEP, layout.BATCH), ("amplitude", "relative"))

    def history(self, backend: str) -> tuple[Epoch, ...]:
        """The epochs of the training in order, `history.json`."""
        return self.parsed(Path(backend, layout.TRAIN_OUTPUTS, layout.HISTORY), History).epochs

    def bundle(self, backend: str) -> BundleParams:
        """Settings that belong to the trained weights, `params.json`."""
        return self.parsed(Path(backend, layout.BUNDLE, layout.PARAMS), BundleParams)

    def inference(self, backend: str) -> InferenceStats:
        """Settings, duration and memory of a side's inference, `stats.json`."""
        return self.parsed(Path(backend, layout.INFERENCE_OUTPUTS, layout.STATS), InferenceStats)

    def trained_weights(self, backend: str) -> Weights:
        """Trained weights by their names in the contract."""
        path = self.existing(Path(backend, layout.BUNDLE, layout.WEIGHTS))
        try:
            weights: Weights = load_file(path)
        except Exception as error:  # the library raises its own class for a broken file
            raise NoEvidence(f"{path}: is not a safetensors file ({error}).") from error
        return weights

    def trained_scale(self, backend: str) -> float | None:
        """Intensity scale among the trained weights; None where the network has none."""
        scale, weights = self.contract.scale, self.trained_weights(backend)
        return math.exp(float(weights[scale.weight])) if scale is not None and scale.weight in weights else None

    def predictions(self, backend: str, folder: str = layout.INFERENCE_OUTPUTS) -> Predictions:
        """Predicted patches of an inference or exchange leg, which wrote them to `<backend>/<folder>/`."""
        arrays = self.arrays(Path(backend, folder, layout.PATCHES), ("patches", "positions"))
        patches, positions = arrays["patches"], arrays["positions"]
        square = patches.ndim == 4 and patches.shape[1] == patches.shape[2]
        if not square or positions.shape != (len(patches), patches.shape[-1], 2):
            shapes = f"patches {patches.shape}, positions {positions.shape}"
            raise NoEvidence(
                f"{backend}/{folder}/{layout.PATCHES}: {shapes} do not fit; (G, N, N, C) and (G, C, 2) are needed."
            )
        if not np.isfinite(positions).all():
            raise NoEvidence(f"{backend}/{folder}/{layout.PATCHES}: positions that are not finite place no patch.")
        N, count = patches.shape[1], len(patches) * patches.shape[-1]
        flips = arrays.get("flips", np.zeros(count, dtype=bool))
        if flips.shape != (count,):
            raise NoEvidence(f"{backend}/{folder}/{layout.PATCHES}: flips {flips.shape} do not fit; (G*C,) is needed.")
        flat = np.moveaxis(patches, -1, 1).reshape(-1, N, N)
        return Predictions(flat, positions.reshape(-1, 2), flips.astype(bool))

    def canvas(self, backend: str, folder: str = layout.INFERENCE_OUTPUTS) -> Canvas:
        """Stitched picture of an inference or exchange leg, which wrote it to `<backend>/<folder>/`."""
        here = Path(backend, folder)
        facts = self.parsed(here / layout.CANVAS, CanvasFacts)
        amplitude, phase = self.array(here / layout.AMPLITUDE), self.array(here / layout.PHASE)
        coverage = self.array(here / layout.COVERAGE)
        if not amplitude.shape == phase.shape == coverage.shape == (facts.size, facts.size):
            shapes = f"amplitude {amplitude.shape}, phase {phase.shape}, coverage {coverage.shape}"
            place = self.folder(backend) / folder
            raise NoEvidence(f"{place}: {shapes} do not fit the canvas of side {facts.size}.")
        if not np.isfinite(coverage).all():
            place = self.folder(backend) / folder
            raise NoEvidence(f"{place}: a coverage that is not finite says of no pixel what lies on it.")
        with np.errstate(invalid="ignore", over="ignore"):  # values that are not finite are kept: rungs judge them
            field = amplitude * np.exp(1j * phase.astype(np.float64))
        return Canvas(field, coverage.astype(np.float64), facts)

    def folder(self, name: str) -> Path:
        """Folder of a side, or of another part of the case such as `dataset`."""
        return self.folders.get(name, self.case_dir / name)

    def existing(self, relative: Path) -> Path:
        """Path of a file of the case that exists and whose job succeeded.

        Raises Incapable, with the backend's reasons, where `missing.json` states them, and NoEvidence otherwise.
        """
        backend, folder = relative.parts[0], relative.parts[1] if len(relative.parts) > 2 else ""
        leg = LEG_OF.get(folder) if backend in self.backends else None
        if leg is not None:
            self._job_succeeded(backend, leg)
        path = self.folder(backend).joinpath(*relative.parts[1:])
        if path.is_file():
            return path
        if (
            leg is not None
            and (reasons := self.folder(backend) / layout.LEG_FOLDERS[leg][0] / layout.MISSING).is_file()
        ):
            raise Incapable(f"{backend}, {leg}: {'; '.join(_reasons(reasons))}.")
        raise NoEvidence(f"{path}: is missing.")

    def _jobs_of(self, folder: Path) -> list[JobRecord]:
        path = folder.parent / layout.JOBS
        if not path.is_file():
            raise NoEvidence(f"{path}: is missing.")
        return [job for job in jobs.read(path) if job.backend == folder.name]

    def _job_succeeded(self, backend: str, leg: str) -> None:
        job = self.jobs.get((backend, leg))
        if job is None:
            raise NoEvidence(f"{backend}: no job of the leg {leg!r} was run.")
        if job.status != "done":
            raise NoEvidence(f"{backend}, {leg}: {job.error}")


def _reasons(path: Path) -> list[str]:
    """Why a side cannot do something, from `missing.json`; NoEvidence for a file of another shape."""
    try:
        return list(TEXT_BY_NAME.validate_python(read_json(path), strict=True).values())
    except ValidationError as error:
        raise NoEvidence(f"{path}: {first_problem(error)}.") from error


@lru_cache(maxsize=64)
def _scenario(path: Path, *_state: int) -> Scenario:
    try:
        values = read(path).value
        return Scenario.model_validate({key: value for key, value in values.items() if key in Scenario.model_fields})
    except AttributeError as error:
        raise NoEvidence(f"{path}: is not a resolved scenario.") from error
    except ValidationError as error:
        raise NoEvidence(f"{path}: is not a resolved scenario ({first_problem(error)}).") from error


@lru_cache(maxsize=64)
def _contract(path: Path, *_state: int) -> Contract:
    try:
        return Contract.model_validate(read_json(path))
    except ValidationError as error:
        raise NoEvidence(f"{path}: is not a contract ({first_problem(error)}).") from error
