"""Keys of results in the store: all that a result depends on, as one mapping, and its digest.

A key changes when, and only when, something changes that the result depends on; `docs/running.md` lists the parts.
The scenario in a key is reduced to what the leg may depend on (`relevant`), and the leg is given that reduced
scenario and no other: what is not in the key cannot act.
"""

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.files import JsonObject, digest, sha256
from harness.records.setup import DatasetSetup
from harness.run.checksums import recorded_files
from harness.run.cores import THREADS
from harness.run.devices import Device
from harness.run.environment import changing_results, of_user
from harness.run.interpreters import Interpreter, this_interpreter
from harness.scenario.schema import EnsembleSpec, InferenceSpec, LockstepSpec, Scenario, TrainingSpec

PACKAGE = Path(__file__).parents[1]
WORKER, KEYS = "run/worker.py", "run/keys.py"
SHARED_CODE = (
    "arrays.py",
    "layout.py",
    "records/*.py",
    "ports/*.py",
    "networks/*.py",
    "dataset/grouped.py",
    "dataset/halves.py",
    "dataset/npz.py",
    "dataset/scan.py",
    WORKER,
    "run/legs/common.py",
    "run/legs/halves.py",
)
_INFER_CODE = (
    "run/legs/infer.py",
    "run/legs/own_picture.py",
    "run/legs/placement.py",
    "run/legs/statistics.py",
    "physics/*.py",
)
_STEP_CODE = ("run/legs/trajectory.py", "run/legs/lockstep.py", "run/legs/distances.py")
_REPLAY_CODE = ("run/legs/replay.py", "run/legs/resume.py", "run/legs/distances.py")
LEG_CODE = {
    "check": ("run/legs/check.py",),
    "contract": ("run/legs/contract.py",),
    "lockstep": ("run/legs/lockstep.py", "run/legs/batch_sizes.py", "run/legs/distances.py"),
    "trajectory": _STEP_CODE,
    "oracle": ("run/legs/oracle.py", "physics/*.py"),
    "graft": ("run/legs/graft.py",),
    "repeat": (*_STEP_CODE, "run/legs/repeat.py"),
    "replay": _REPLAY_CODE,
    "train": ("run/legs/train.py",),
    "infer": _INFER_CODE,
    "exchange": _INFER_CODE,
    "resume": _REPLAY_CODE,
}
_DATASET_CODE = ("layout.py", "records/*.py", "dataset/**/*.py", "physics/*.py")
_REFERENCE_CODE = ("layout.py", WORKER, "run/legs/reference*.py")
_FAULT_CODE = ("faults/**/*.py",)
_DATASET_LIBRARIES = ("numpy", "scipy")
REFERENCE_LIBRARIES = ("cdtools-py", "numpy", "torch")
"""Distributions whose versions can change a reference reconstruction."""
_SETUP = ("padded_size", "nphotons", "intensity_scale", "intensity_scale_closed_form", "object_amplitude")
_INPUTS = {
    "check": (layout.TRAIN, layout.PROBE),
    "contract": (layout.PROBE,),
    "lockstep": (layout.TRAIN, layout.PROBE),
    "trajectory": (layout.TRAIN, layout.PROBE),
    "oracle": (layout.PROBE,),
    "graft": (layout.PROBE,),
    "repeat": (layout.TRAIN, layout.PROBE),
    "replay": (layout.TRAIN, layout.PROBE),
    "train": (layout.TRAIN, layout.PROBE),
    "infer": (layout.TEST, layout.PROBE),
    "exchange": (layout.TEST, layout.PROBE),
    "resume": (layout.TRAIN, layout.PROBE),
}
_TRUTH = (layout.TRUTH, layout.TRUTH_AMPLITUDE, layout.TRUTH_PHASE)
_TRUTH_CODE = ("dataset/truth.py", "physics/translation.py")
"""What cuts the true patches out of the object."""


@dataclass(frozen=True)
class Runtime:
    """What a leg runs in: interpreter, device, environment variables, code and the injected fault, if there is one."""

    interpreter: Interpreter
    device: Device
    variables: Mapping[str, str]
    """Environment variables of the worker that may change its result."""
    fault: str | None = None
    """The injected fault, `ID` or `ID=SIZE`; None without one."""
    port: str = ""
    """The port that is run; empty where it has the name of the side."""
    package: Path | None = None
    """The folder `harness` whose code is run; None for the one that runs here."""
    revision: str | None = None
    """The commit that `package` is of; None for the code that runs here."""
    threads: int = THREADS
    """Number of threads of the worker."""
    preload: tuple[str, ...] = ()
    """Modules that the worker will import, and that hold its framework."""

    @property
    def worker(self) -> str:
        """Name of the module that is run as the worker; only the one for an injected fault imports the faults."""
        return "harness.run.worker" if self.fault is None else "harness.faults.worker"


def relevant(scenario: Scenario, leg: str, side: str | None = None) -> Scenario:
    """The scenario with everything on which a leg does not depend set back to its default.

    No leg depends on the description, the markers, the limits or the ensemble, whose members are cases of their
    own, nor on what only the other side of a pair is told; only inference and the lock-step depend on their settings;
    the dataset depends on neither the network nor the loss, nor on more of the training than the order of its batches.
    """
    changes: dict[str, object] = {"description": "", "markers": (), "limits": {}, "ensemble": EnsembleSpec()}
    if leg not in ("lockstep", "trajectory", "repeat"):
        changes["lockstep"] = LockstepSpec()
    if leg == "dataset":
        training, inference = scenario.training, scenario.inference
        changes |= {
            **_own_sections(scenario),
            "training": TrainingSpec(epochs=training.epochs, batch_size=training.batch_size, seed=training.seed),
            "inference": InferenceSpec(group_limit=inference.group_limit),
        }
    else:
        changes["dataset"] = scenario.dataset.model_copy(update={"reference_iterations": 0})
    if leg not in ("dataset", "infer", "exchange"):
        changes["inference"] = InferenceSpec()
    return scenario.for_side(side).model_copy(update=changes)


def _own_sections(scenario: Scenario) -> JsonObject:
    """The sections that the network of a scenario adds, each at its defaults."""
    fields = type(scenario).model_fields
    own = {name: field for name, field in fields.items() if name not in Scenario.model_fields}
    return {name: field.get_default() for name, field in own.items() if not field.is_required()}


def dataset_parts(scenario: Scenario, measured: Path | None) -> JsonObject:
    """Parts of the key of a dataset; `measured`: file of measured data that it is built from, None for a simulation."""
    return {
        "leg": "dataset",
        "scenario": relevant(scenario, "dataset").model_dump(mode="json"),
        "measured": None if measured is None else sha256(measured),
        "variables": of_user(os.environ),
        "code": code_digest(_DATASET_CODE if measured is None else (*_DATASET_CODE, *_REFERENCE_CODE)),
        **_interpreter_parts(
            this_interpreter(_DATASET_LIBRARIES if measured is None else (*_DATASET_LIBRARIES, *REFERENCE_LIBRARIES))
        ),
    }


def reference_parts(data: Path, iterations: int, runtime: Runtime) -> JsonObject:
    """Parts of the key of a reference reconstruction; `data`: NPZ of the patterns and the probe that it starts from."""
    return {
        "leg": "reference",
        "inputs": sha256(data),
        "iterations": iterations,
        "code": code_digest(_REFERENCE_CODE),
        **_runtime_parts(runtime),
    }


def leg_parts(
    leg: str,
    backend: str,
    scenario: Scenario,
    dataset: Path,
    runtime: Runtime,
    more: JsonObject,
) -> JsonObject:
    """Parts of the key of a leg's result.

    Args:
        leg: Name of the leg.
        backend: The side that runs it.
        scenario: The scenario of the case.
        dataset: The dataset folder.
        runtime: What the leg runs in.
        more: The key of the result that the leg starts from, and its other settings.
    """
    port = runtime.port or backend
    code = (*SHARED_CODE, *network_code(scenario.network, port), *LEG_CODE[leg])
    return {
        "leg": leg,
        "backend": port,
        "scenario": relevant(scenario, leg, backend).model_dump(mode="json"),
        "inputs": _input_digests(dataset, leg, scenario.network),
        "code": code_digest((*code, *_TRUTH_CODE) if _is_fed_truth(leg, scenario.network) else code, runtime.package),
        **_revision_parts(runtime),
        **_runtime_parts(runtime),
        **more,
    }


def network_code(network: str, port: str) -> tuple[str, ...]:
    """Glob patterns, relative to the package: a network, one of its ports, and the toolkits that they may use."""
    own = (f"networks/{network}/*.py", f"networks/{network}/{port}/**/*.py", "toolkits/*/*device.py")
    return (*own, "toolkits/**/*.py") if network == "pair" else own


def key(parts: JsonObject) -> str:
    """The key: SHA-256 of the canonical JSON of its parts."""
    return digest(parts)


def code_digest(patterns: Iterable[str], package: Path | None = None) -> str:
    """SHA-256 over the names and bytes of the harness's files that match the patterns."""
    package = package or PACKAGE
    files = {path for pattern in patterns for path in package.glob(pattern)}
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(package).as_posix()} {sha256(path)}\n".encode())
    return total.hexdigest()


def _input_digests(dataset: Path, leg: str, network: str) -> JsonObject:
    """Digests of the dataset files that a leg reads, and the values of `setup.json` that it uses.

    They stand for the dataset in place of its key: one that is built again with the same bytes trains nothing again.
    """
    files, setup = recorded_files(dataset), DatasetSetup.read(dataset / layout.SETUP)
    facts = (*_SETUP, "canvas_size") if leg in ("infer", "exchange") else _SETUP
    names = (*_INPUTS[leg], layout.DATA) if network == "pair" else _INPUTS[leg]  # a pair may load its data itself
    if _is_fed_truth(leg, network):
        names = (*names, *(name for name in _TRUTH if name in files))
    names = (*names, layout.MASK) if layout.MASK in files else names
    return {name: files[name].sha256 for name in names} | setup.model_dump(include=set(facts))


def _is_fed_truth(leg: str, network: str) -> bool:
    """Whether the batches of a leg hold the true patches, where the data has any: those of a pair's training do."""
    return network == "pair" and layout.TRAIN in _INPUTS[leg]


def _revision_parts(runtime: Runtime) -> JsonObject:
    """The commit of a revision whose legs may rest on other files than those that are listed here; else nothing.

    So a port that a branch has not touched has one key on both, and its results are used.
    """
    if runtime.package is None or sha256(runtime.package / KEYS) == sha256(PACKAGE / KEYS):
        return {}
    return {"revision": runtime.revision}


def _runtime_parts(runtime: Runtime) -> JsonObject:
    return {
        "device": {"kind": runtime.device.kind, "name": runtime.device.name},
        "threads": runtime.threads,
        "variables": changing_results(runtime.variables),
        **_fault_parts(runtime),
        **_interpreter_parts(runtime.interpreter),
    }


def _fault_parts(runtime: Runtime) -> JsonObject:
    """The fault in a key, so that a result with a fault is never taken for one without; empty without a fault."""
    if runtime.fault is None:
        return {}
    return {"fault": {"injected": runtime.fault, "code": code_digest(_FAULT_CODE, runtime.package)}}


def _interpreter_parts(interpreter: Interpreter) -> JsonObject:
    return {
        "python": f"{interpreter.implementation} {interpreter.python}",
        "distributions": dict(interpreter.distributions),
        "plugin_code": interpreter.plugin_code,
        "platform": f"{platform.system()} {platform.machine()}",
    }
