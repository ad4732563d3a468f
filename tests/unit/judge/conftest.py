"""Synthetic cases in the layout of a hub: both sides are the truth with a little noise, written without a framework."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from harness import layout
from harness.arrays import fingerprints
from harness.dataset.build import build
from harness.dataset.grouped import GroupedData
from harness.dataset.npz import RawData
from harness.dataset.simulate import simulate
from harness.dataset.truth import Truth
from harness.files import read_json, write_json, write_npy, write_npz, write_text
from harness.judge.evidence import Evidence
from harness.judge.golden import approved, registry
from harness.judge.ladder import judge_rung
from harness.judge.rungs import golden
from harness.judge.tolerances import resolve
from harness.judge.verdict import Check, RungVerdict
from harness.networks.pinn.contract import contract_of, stage_names, weight_shapes
from harness.networks.pinn.contract import loss_terms as weights_of_terms
from harness.networks.pinn.oracle import PinnOracle
from harness.networks.pinn.sections import PinnScenario
from harness.networks.pinn.start import initial_weights
from harness.physics.canvas import centred, loss_fraction, place, required_size
from harness.physics.forward import forward_stages
from harness.physics.likelihood import loss_terms
from harness.physics.merge import merging
from harness.physics.probe import model_probe
from harness.ports.feed import batch_of
from harness.ports.protocol import Setup
from harness.records.inference import CanvasFacts
from harness.records.setup import DatasetSetup
from harness.records.truth import TruthFacts
from harness.run import ensemble
from harness.run.legs.statistics import central, diffracted_groups
from harness.run.plan import LEGS
from harness.scenario.case import Case
from harness.scenario.keys import leaves, nest
from tests.unit.judge.repeated import repeat_changed, write_repeat, write_replay
from tests.unit.judge.trajectories import wobbled, write_trajectory
from tests.unit.records.samples import bundle_params, inference_stats, run_metadata

BACKENDS = ("tensorflow", "torch")
NOISE = {"tensorflow": 0.01, "torch": 0.02}
"""Relative noise of each side's predicted patches."""


def scenario_of(gridsize: int, phase: str) -> PinnScenario:
    return PinnScenario.model_validate(
        {
            "dataset": {
                "object": {"shape": [176, 176], "seed": 8, "phase": phase},  # lines in every patch
                "probe": {"kind": "zone_plate"},
                "scan": {"images": 48},
            },
            "grouping": {"gridsize": gridsize, "groups": 8},
            "model": {"encoder_filters": [2, 4], "decoder_filters": [3], "border": "mean"},
            "loss": {"amplitude_mae": 0.5},
            "training": {"epochs": 2, "batch_size": 4},
            "ensemble": {"seeds": 3},
            "inference": {"group_limit": 24, "reassemble_m": 32},
        }
    )


class CaseFolder:
    """One synthetic case that a test may damage."""

    def __init__(self, path: Path, scenario: PinnScenario) -> None:
        self.path = path
        self.scenario = scenario

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.path, BACKENDS)

    def judge(self, rung: str, profile: str = "stable", **limits: float) -> RungVerdict:
        given = {name.replace("__", "."): value for name, value in limits.items()}
        return judge_rung(rung, self.evidence, resolve(profile, given, dict.fromkeys(given, "scenario gs.yaml:3")))

    def bad(self, rung: str, **limits: float) -> dict[str, Check]:
        """The checks that did not pass, by name."""
        verdict = self.judge(rung, **limits)
        assert verdict.checks
        return {check.name: check for check in verdict.checks if check.status != "pass"}

    def change_arrays(self, name: str, **changes: object) -> None:
        """Replace arrays of an NPZ; a callable gets the old array, None removes it."""
        arrays = dict(np.load(self.path / name))
        for key, change in changes.items():
            key = key.replace("__", ".")
            arrays[key] = change(arrays[key]) if callable(change) else change
        write_npz(self.path / name, **{key: array for key, array in arrays.items() if array is not None})
        repeat_changed(self.path, name)

    def change_array(self, name: str, change: object) -> None:
        write_npy(self.path / name, change(np.load(self.path / name)))

    def change_json(self, name: str, change: object) -> None:
        record = read_json(self.path / name)
        change(record)
        write_json(self.path / name, record)
        repeat_changed(self.path, name)

    def change_scenario(self, **changes: object) -> None:
        """Give the case's scenario other values: `dataset__source="file"`."""
        values = leaves(self.scenario) | {key.replace("__", "."): value for key, value in changes.items()}
        self.scenario = PinnScenario.model_validate(nest(values))
        write_scenario(self.path, self.scenario)
        for backend in BACKENDS:
            contract_of(self.scenario).write(self.path / backend / "lockstep")

    def measure(self, raw: RawData) -> None:
        """Build the dataset folder from other patterns, and feed both sides from it."""
        build(self.scenario, raw, self.path / "dataset")
        for number, backend in enumerate(BACKENDS):
            write_lockstep(self.path, self.scenario, backend, np.random.default_rng(number))
            write_repeat(self.path / backend)

    def stop(self, backend: str, leg: str, error: str) -> None:
        """Make a job fail."""

        def fail(jobs: list[dict[str, object]]) -> None:
            job = next(job for job in jobs if (job["backend"], job["leg"]) == (backend, leg))
            job.update(status="failed", error=error)

        self.change_json("jobs.json", fail)


def write_scenario(folder: Path, scenario: PinnScenario) -> None:
    """The scenario of the case, and of each member of its ensemble, whose seed of training is its own."""
    first, origins = scenario.training.seed, dict.fromkeys(leaves(scenario), "default")
    for seed in ensemble.seeds(scenario) or [first]:
        training = scenario.training.model_copy(update={"seed": seed})
        own = scenario.model_copy(update={"training": training})
        case = Case("gs", "gs", Path("gs.yaml"), "stable", own, origins, {})
        here = folder if seed == first else ensemble.member_folder(folder, seed)
        write_text(here / "scenario.yaml", case.resolved_yaml())


def write_case(folder: Path, scenario: PinnScenario) -> CaseFolder:
    build(scenario, simulate(scenario.dataset), folder / "dataset")
    write_scenario(folder, scenario)
    facts = {"status": "done", "cached": False, "seconds": 1.0, "key": "k", "error": None}
    write_json(folder / "jobs.json", [{"backend": side, "leg": leg, **facts} for side in BACKENDS for leg in LEGS])
    run_metadata(BACKENDS).write(folder / "run_metadata.json")
    for number, backend in enumerate(BACKENDS):
        rng = np.random.default_rng(number)
        write_lockstep(folder, scenario, backend, rng)
        write_trajectory(folder, scenario, backend, rng)
        write_repeat(folder / backend)
        write_training(folder, scenario, backend, number)
        write_replay(folder / backend)
        write_inference(folder, scenario, backend)
    for seed in ensemble.seeds(scenario)[1:]:
        write_member(folder, ensemble.member_folder(folder, seed), 1e-4 * seed)
    write_approved(folder)
    return CaseFolder(folder, scenario)


def write_approved(folder: Path) -> None:
    """Approve the case as it is, as if it had been so before."""
    evidence, sides = Evidence(folder, BACKENDS), {}
    for backend in BACKENDS:
        paths = approved.write(folder / layout.GOLDEN, backend, approved.of_side(evidence, backend))
        where = golden.environment(evidence, backend)
        files = {path.name: registry.entry(path, case="gs", environment=where).model_dump() for path in paths}
        sides[backend] = {"problem": None, "files": files}
    write_json(folder / layout.GOLDEN / layout.PROVENANCE, {"reason": None, "sides": sides})


def write_member(folder: Path, here: Path, change: float) -> None:
    """The case's own training and inference once more, with another scale and loss on both sides."""
    for number, backend in enumerate(BACKENDS):
        for name in ("train_outputs", "bundle", "inference_outputs"):
            shutil.copytree(folder / backend / name, here / backend / name)
        params = read_json(here / backend / "bundle" / "params.json")
        params["intensity_scale"]["final"] *= 1 + change * (1 + number)
        write_json(here / backend / "bundle" / "params.json", params)
        history = read_json(here / backend / "train_outputs" / "history.json")
        history["epochs"][-1]["metrics"]["loss"] += change * (1 + number)
        write_json(here / backend / "train_outputs" / "history.json", history)
    jobs = [job for job in read_json(folder / "jobs.json") if job["leg"] in ensemble.LEGS]
    write_json(here / "jobs.json", jobs)


def write_lockstep(folder: Path, scenario: PinnScenario, backend: str, rng: np.random.Generator) -> None:
    here, setup = folder / backend / "lockstep", read_json(folder / "dataset" / "setup.json")
    data = GroupedData.load(folder / "dataset" / "train.npz")
    batch = batch_of(data, data.batches[0], setup["intensity_scale"])
    weights = initial_weights(scenario, setup["intensity_scale"])
    contract_of(scenario).write(here)
    write_npz(here / "batch.npz", amplitude=batch.amplitude, relative=batch.relative)
    write_npz(here / "weights.npz", **weights)
    sizes = {"sizes": [1, 8, 65], "returned": [1, 8, 65], "differences": [0.0, 1e-7, 2e-7], "problems": ["", "", ""]}
    write_json(here / "batch_sizes.json", sizes)
    write_json(here / "facts.json", {"capabilities": ["losses", "predict", "stages", "stitch", "train"]})
    for precision, wobble in (("float32", 1e-8), ("float64", 1e-15)):
        stages = stages_of(folder, scenario, batch, float(weights["log_scale"]))
        losses = loss_terms(stages, batch.amplitude, setup["nphotons"], _terms(scenario))
        write_npz(folder / backend / "oracle" / f"stages_{precision}.npz", **answered(scenario, stages))
        write_json(folder / backend / "oracle" / f"losses_{precision}.json", losses)
        narrow = {"complex128": "complex64", "float64": "float32"} if precision == "float32" else {}
        moved = {name: stage * (1 + wobble * rng.choice([-1, 1], stage.shape)) for name, stage in stages.items()}
        write_npz(
            here / f"stages_{precision}.npz",
            **{name: stage.astype(narrow.get(str(stage.dtype), stage.dtype)) for name, stage in moved.items()},
        )
        write_json(here / f"losses_{precision}.json", {name: value * (1 + wobble) for name, value in losses.items()})

        write_gradients(here, scenario, precision, wobble, rng)
    write_json(here / "gradient_noise_float32.json", {name: [2e-8, 1e-8] for name in weights})
    write_json(here / "gradient_noise_float64.json", {name: [2e-16, 1e-16] for name in weights})
    stages = stages_of(folder, scenario, batch, float(weights["log_scale"]))
    write_npz(folder / backend / "graft" / "stages.npz", **stages)
    write_json(folder / backend / "graft" / "problems.json", {})
    slope = {
        "intensity": np.random.default_rng(13).normal(size=batch.amplitude.shape) / np.square(batch.amplitude).sum()
    }
    for leg in ("lockstep", "graft"):
        write_npz(folder / backend / leg / "slope.npz", **wobbled(slope, 1e-15, rng))


def answered(scenario: PinnScenario, stages: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The stages that the oracle answers for."""
    return {stage.name: stages[stage.name] for stage in contract_of(scenario).stages if stage.oracle}


def write_gradients(
    here: Path, scenario: PinnScenario, precision: str, wobble: float, rng: np.random.Generator
) -> None:
    """Random gradients, the same for both sides but for rounding."""
    common = np.random.default_rng(11)
    gradients = {name: common.normal(size=shape) for name, shape in weight_shapes(scenario).items()}
    write_npz(here / f"gradients_{precision}.npz", **wobbled(gradients, wobble, rng))
    write_json(here / f"gradients_{precision}.json", {"without": []})


def _terms(scenario: PinnScenario) -> dict[str, float]:
    return weights_of_terms(scenario.loss)


def stages_of(folder: Path, scenario: PinnScenario, batch: object, log_scale: float) -> dict[str, np.ndarray]:
    """Network stages of random numbers, physics stages of the oracle: the same for both sides."""
    rng, setup = np.random.default_rng(7), read_json(folder / "dataset" / "setup.json")
    shape = batch.amplitude.shape
    patches = rng.uniform(0.5, 1, shape) * np.exp(1j * rng.uniform(-1, 1, shape))
    patches = patches.astype(np.complex64).astype(np.complex128)  # so that both precisions start alike
    how = merging(64, setup["padded_size"], scenario.grouping.gridsize, True, False)
    probe = model_probe(np.load(folder / "dataset" / "probe.npy"), scenario.dataset.probe.mask)
    physics = forward_stages(patches, batch.relative, probe, log_scale, how)
    names = [name for name in stage_names(scenario) if name not in physics]
    return {name: rng.normal(size=(3, 8, 8, 2)) for name in names} | {
        "input": batch.amplitude / np.exp(log_scale),
        **physics,
    }


def write_training(folder: Path, scenario: PinnScenario, backend: str, number: int) -> None:
    setup, here = read_json(folder / "dataset" / "setup.json"), folder / backend
    final = setup["intensity_scale"] * (1.01 + 0.001 * number)
    losses = (2.0, -9.0 + 1e-4 * number)  # floors of the epochs differ by two
    metrics = {"poisson": -9.5, "amplitude_mae": 0.1, "learning_rate": 1e-3}
    epochs = [
        {"epoch": k + 1, "step": 2 * (k + 1), "metrics": {"loss": losses[k], "intensity_scale": final, **metrics}}
        for k in range(2)
    ]
    write_json(here / "train_outputs" / "history.json", {"epochs": epochs})
    weights = initial_weights(scenario, final)
    weights["phase.head.bias"] = weights["phase.head.bias"] + number
    (here / "bundle").mkdir(parents=True)
    save_file(weights, here / "bundle" / "weights.safetensors")
    write_json(here / "train_outputs" / "trained.json", fingerprints(weights))
    bundle_params(backend, DatasetSetup.read(folder / "dataset" / "setup.json"), final).write(
        here / "bundle" / "params.json"
    )


def write_inference(folder: Path, scenario: PinnScenario, backend: str) -> None:
    """What a side infers with its own weights, and what the other infers with them."""
    other = BACKENDS[1 - BACKENDS.index(backend)]
    test = GroupedData.load(folder / "dataset" / "test.npz")
    centre, positions = centred(test.x[test.groups], test.y[test.groups])
    patches = predicted_patches(folder, scenario, centre, positions, NOISE[backend])
    final = read_json(folder / backend / "bundle" / "params.json")["intensity_scale"]["final"]
    digests = read_json(folder / backend / "train_outputs" / "trained.json")
    write_json(folder / backend / "inference_outputs" / "loaded.json", digests)
    stats = inference_stats(backend, final * (1 + 1e-8))
    for here, wobble in ((folder / backend / "inference_outputs", 0.0), (folder / other / "exchange", 1e-7)):
        write_leg(folder, here, scenario, patches * (1 + wobble), positions, centre)
        stats.write(here / "stats.json")


def predicted_patches(
    folder: Path, scenario: PinnScenario, centre: np.ndarray, positions: np.ndarray, noise: float
) -> np.ndarray:
    truth = true_object(folder)
    patches = truth.patches(positions[:, 0] + centre[0], positions[:, 1] + centre[1], scenario.dataset.N)
    rng = np.random.default_rng(3)
    level = read_json(folder / "dataset" / "truth.json")["model_scale"]
    return level * patches * (1 + noise * rng.normal(size=patches.shape)) * np.exp(0.3j)


def true_object(folder: Path) -> Truth:
    amplitude, phase = (np.load(folder / "dataset" / f"ground_truth_{name}.npy") for name in ("amp", "phase"))
    facts = TruthFacts.read(folder / "dataset" / "truth.json")
    return Truth(facts.kind, amplitude * np.exp(1j * phase), facts.origin_x, facts.origin_y)


def write_leg(
    folder: Path, here: Path, scenario: PinnScenario, patches: np.ndarray, positions: np.ndarray, centre: np.ndarray
) -> None:
    N, side, channels = scenario.dataset.N, scenario.inference.reassemble_m, scenario.grouping.gridsize**2
    size = read_json(folder / "dataset" / "setup.json")["canvas_size"]
    patches = patches.astype(np.complex64)
    canvas, coverage = place(central(patches, side), positions, np.ones((side, side)), size)
    write_npy(here / "amplitude.npy", np.abs(canvas))
    write_npy(here / "phase.npy", np.angle(canvas))
    write_npy(here / "coverage.npy", coverage)
    layout = np.moveaxis(patches.reshape(-1, channels, N, N), 1, -1)
    write_npz(here / "patches.npz", patches=layout, positions=positions.reshape(-1, channels, 2))
    CanvasFacts(
        size=size,
        required=required_size(N, positions),
        fits_canvas=size >= required_size(N, positions),
        max_abs_offset=np.abs(positions).max(),
        loss_fraction=loss_fraction(positions, N, size),
        centre_x=centre[0],
        centre_y=centre[1],
        reassemble_m=side,
        weighting="uniform",
    ).write(here / "canvas.json")
    if here.name == "inference_outputs":
        write_diffraction(folder, here, scenario, layout)


def write_diffraction(folder: Path, here: Path, scenario: PinnScenario, patches: np.ndarray) -> None:
    test, facts = GroupedData.load(folder / "dataset" / "test.npz"), read_json(folder / "dataset" / "setup.json")
    chosen, names = diffracted_groups(*test.groups.shape), ("padded_size", "nphotons", "intensity_scale")
    probe = np.load(folder / "dataset" / "probe.npy")
    setup = Setup(scenario, probe, *(facts[name] for name in names), facts["object_amplitude"], "float64")
    amplitude = PinnOracle().diffraction(setup, patches[chosen], test.relative[chosen])
    write_npz(here / "diffraction.npz", groups=chosen, amplitude=amplitude)


@pytest.fixture(scope="session")
def sound_cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseFolder]:
    """Cases that every rung must pass; tests damage copies of them."""
    root = tmp_path_factory.mktemp("cases")
    return {
        "gs2": write_case(root / "gs2", scenario_of(2, "none")),
        "gs1_phase": write_case(root / "gs1_phase", scenario_of(1, "follows_amplitude")),
    }


def copy_of(case: CaseFolder, folder: Path) -> CaseFolder:
    shutil.copytree(case.path, folder, copy_function=_copy)
    return CaseFolder(folder, case.scenario)


def _copy(source: str, target: str) -> None:
    """The members of an ensemble hold most of the bytes: they are linked, and tests replace their files whole."""
    if layout.ENSEMBLE in Path(source).parts:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


@pytest.fixture
def gs2(sound_cases: dict[str, CaseFolder], tmp_path: Path) -> CaseFolder:
    return copy_of(sound_cases["gs2"], tmp_path / "gs2")


@pytest.fixture
def gs1_phase(sound_cases: dict[str, CaseFolder], tmp_path: Path) -> CaseFolder:
    return copy_of(sound_cases["gs1_phase"], tmp_path / "gs1_phase")
