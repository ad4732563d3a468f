"""Names of all files and folders of a hub and of its cases; code that writes or reads one of them imports its name.

- `<hub>/` is the folder of one session;
- `<hub>/<case>/` is the folder of one case;
- `<hub>/<case>/dataset/` holds the data that both sides start from;
- `<hub>/<case>/<backend>/` holds the results of one side, in one folder or two for each leg;
- `<hub>/<case>/comparison/` and the folders beside it hold the results of judge and report.
"""

# Files of a hub.
SESSION = "session.json"
"""Options of the session, and whether it finished."""
ENVIRONMENT = "environment.json"
SUMMARY = "summary.json"
"""Results of the session for programs; all pages are made from it."""
SUMMARY_TEXT = "summary.md"
JUNIT = "junit.xml"
MANIFEST = "manifest.json"
CHECKSUMS = "checksums.txt"
INDEX = "index.html"
"""Page of a hub, of a case, of a night or of all reports, each in its own folder."""
NIGHT = "nightly.json"
"""Outcome of each step of a nightly run; in the folder of the night, which holds the hubs of its sessions."""
FAULTS = "faults"
"""Folder of a hub or of a night with the measurements on injected faults."""
FAULT_MATRIX = "matrix.json"
FAULT_SENSITIVITY = "sensitivity.json"
FALSE_ALARMS = "false_alarms.json"
FAULTS_TEXT = "faults.md"
REAL_BUGS = "real.json"
REAL_BUGS_PAGE = "real.html"
REAL_BUGS_TEXT = "real-bugs.md"
STUDIES = "studies"
"""Folder of a hub with one folder for each dose study."""
STUDY = "study.json"
STUDY_TEXT = "study.md"
PARITY_LOG = "parity_log.json"
PARITY_LOG_TEXT = "parity_log.md"
PROBE_TABLE = "probe.csv"

# Files of a case, and its folders.
CASE = "case.json"
"""Scenario and options that a case was planned with; a folder that holds this file is that of a planned case."""
SCENARIO = "scenario.yaml"
"""The resolved scenario: every value, and where it came from."""
DECLARED = "declared.json"
"""Of a user's pair: the differences that its scenario declares."""
REQUESTED = "requested.json"
"""Of a user's pair: the settings that both sides' own workflows were asked for."""
MAPPING = "mapping.json"
"""Of a user's pair: which weight, layer and stage of the candidate is which of the reference."""
JOBS = "jobs.json"
"""Outcome of each job of the case, or of a member of an ensemble; beside the folders of the backends."""
RUN_METADATA = "run_metadata.json"
PREPARED = "prepared.json"
"""Outcome of the preparation of a case: `done`, `skipped` or `error`, with the reason; `late` when the session's budget
was spent before it began."""
PROGRESS = "progress.jsonl"
"""Progress reports of the workers, one JSON object a line."""
DATASET = "dataset"
COMPARISON = "comparison"
REASSEMBLY = "reassembly"
GOLDEN = "golden"
"""Folder of a case with the approved results that it was compared with."""
CHECKS = "checks"
"""Folder of a case with the verdict of each rung, `<rung>.json`."""
ENSEMBLE = "ensemble"
"""Folder of a case with one folder for each further seed, which holds the folders of both backends."""
GREEN = "green"
RED = "red"
REPRO = "repro"
"""Folder below `red/` with a script and its inputs that reproduce a single difference."""
CLI = "cli"
"""Folder of a side with the log of its workers."""

HUB_NAMES = (SESSION, ENVIRONMENT, SUMMARY, SUMMARY_TEXT, JUNIT, MANIFEST, CHECKSUMS, INDEX, NIGHT, FAULTS, STUDIES)
"""Names in a hub that no case may have."""
CASE_FOLDERS = (DATASET, COMPARISON, REASSEMBLY, GOLDEN, CHECKS, ENSEMBLE, GREEN, RED)
"""Folders of a case whose name no side may have."""

# Files of `dataset/`.
DATA = "data.npz"
TRAIN = "train.npz"
TEST = "test.npz"
PROBE = "probe.npy"
MASK = "mask.npy"
"""Of masked data alone: (N, N) bool, True on the pixels that count; in `lockstep/` the one that the side was given."""
PROBE_PICTURE = "probe.png"
SCAN_PICTURE = "scan.png"
SETUP = "setup.json"
TRUTH = "truth.json"
TRUTH_AMPLITUDE = "ground_truth_amp.npy"
TRUTH_PHASE = "ground_truth_phase.npy"
TRUTH_AMPLITUDE_PICTURE = "ground_truth_amp.png"
TRUTH_PHASE_PICTURE = "ground_truth_phase.png"

# Folders of a side.
CONTRACT_FOLDER = "contract"
LOCKSTEP = "lockstep"
ORACLE = "oracle"
TRAJECTORY = "trajectory"
GRAFT = "graft"
REPEAT = "repeat"
REPLAY = "replay"
TRAIN_OUTPUTS = "train_outputs"
BUNDLE = "bundle"
OWN_LOOP = "own_loop"
"""What a training loop of the side's own left."""
INFERENCE_OUTPUTS = "inference_outputs"
EXCHANGE = "exchange"
RESUME = "resume"

LEG_FOLDERS = {
    "contract": (CONTRACT_FOLDER,),
    "lockstep": (LOCKSTEP,),
    "oracle": (ORACLE,),
    "trajectory": (TRAJECTORY,),
    "graft": (GRAFT,),
    "repeat": (REPEAT,),
    "replay": (REPLAY,),
    "train": (TRAIN_OUTPUTS, BUNDLE, OWN_LOOP),
    "infer": (INFERENCE_OUTPUTS,),
    "exchange": (EXCHANGE,),
    "resume": (RESUME,),
}
"""Folders that each leg writes in `<case>/<backend>/`; the first holds `missing.json` of an incapable side."""

# Files that any folder of a side may hold.
CONTRACT = "contract.json"
MISSING = "missing.json"
"""Results that a backend cannot produce, with the reason of each; beside those that it can."""
LOG = "worker.log"
DONE = "done.json"
"""Written last: a folder that holds it is complete."""
REFERENCE = "object.npz"
"""Result of the reference leg, which is only in the store."""
ERROR = "error.json"
"""Why a job failed."""

# Files of `contract/`, beside `contract.json` and `facts.json`.
SEEN = "seen.json"
"""Settings that the side's own workflow was about to train with."""
SEEN_ARRAYS = "seen.npz"
"""What it was about to feed its network."""

# Files of `lockstep/`, `trajectory/` and `graft/`.
BATCH = "batch.npz"
FIRST_WEIGHTS = "weights.npz"
FACTS = "facts.json"
BATCH_SIZES = "batch_sizes.json"
"""What a side returns for one group in batches of several sizes."""
GRAFTED_STAGES = "stages.npz"
PROBLEMS = "problems.json"
SLOPE = "slope.npz"
ONE_EPOCH = "one_epoch.json"

# Files of `replay/`, beside weights and history; the last of `resume/`, too.
CHECKPOINT_WEIGHTS = "checkpoint_weights.npz"
CHECKPOINT_OPTIMISER = "checkpoint_optimiser.npz"
UNBROKEN = "unbroken.npz"
RESUMED = "resumed.json"

# Files of `train_outputs/` and `bundle/`.
HISTORY = "history.json"
HISTORY_SUMMARY = "history_summary.json"
TRAINING_TEXT = "training_summary.md"
TIMING = "timing.json"
CURVES_PICTURE = "curves.png"
WEIGHTS = "weights.safetensors"
TRAINED = "trained.json"
"""Digest of every weight as the port held it after its training."""
PARAMS = "params.json"

# Files of `inference_outputs/` and `exchange/`.
PATCHES = "patches.npz"
DIFFRACTION = "diffraction.npz"
OFFSETS = "offsets.json"
CANVAS = "canvas.json"
STATS = "stats.json"
LOADED = "loaded.json"
"""Digest of every weight as the port held it before its inference."""
AMPLITUDE = "amplitude.npy"
PHASE = "phase.npy"
COVERAGE = "coverage.npy"
PATCH_STATS = "patch_stats.json"
PATCH_STATS_TEXT = "patch_stats.md"
PATCH_GRID = "patch_grid.png"
PATCH_GRID_NORMALIZED = "patch_grid_normalized.png"

TELEMETRY = "stages.json"
"""Statistics of the intensity at each stage of a side's run."""

# Files of `comparison/`, `reassembly/` and `golden/`.
METRICS = "comparison_metrics.json"
LOCKSTEP_DISTANCES = "lockstep.json"
FRC = "frc.npz"
ALIGNED = "pictures.npz"
COLOURS = "colours.json"
MONTAGE = "montage.png"
LOCALISATION = "localisation.json"
LOCALISATION_TEXT = "localisation.md"
REASSEMBLY_PLACEMENTS = "reassembly.json"
REASSEMBLY_TEXT = "reassembly.md"
PROVENANCE = "provenance.json"

# Files of `red/repro/`, beside those that it shares with a case.
REPRO_INPUTS = "inputs.npz"


def stages(precision: str) -> str:
    """Name of the file with every named stage of the lock-step batch; in `lockstep/` and `oracle/`."""
    return f"stages_{precision}.npz"


def losses(precision: str) -> str:
    """Name of the file with `loss` and its terms for the lock-step batch; in `lockstep/` and `oracle/`."""
    return f"losses_{precision}.json"


def gradients(precision: str) -> str:
    """Name of the file with the gradient of every weight; in `lockstep/`."""
    return f"gradients_{precision}.npz"


def gradient_noise(precision: str) -> str:
    """Name of the file with the distances of the gradients at nudged weights; in `lockstep/`."""
    return f"gradient_noise_{precision}.json"


def start(precision: str) -> str:
    """Name of the file with every weight before the first step; in `trajectory/`."""
    return f"start_{precision}.npz"


def first(precision: str) -> str:
    """Name of the file with every weight and the optimiser's state after one step; in `trajectory/`."""
    return f"first_{precision}.npz"


def steps(precision: str) -> str:
    """Name of the file with sampled values of every weight, and the loss, at every step; in `trajectory/`."""
    return f"steps_{precision}.npz"


def last(precision: str) -> str:
    """Name of the file with every weight after the last step; in `trajectory/`."""
    return f"last_{precision}.npz"


def noise(precision: str) -> str:
    """Name of the file with the distances of the trajectories from nudged weights; in `trajectory/`."""
    return f"noise_{precision}.json"


def difference(part: str) -> str:
    """Name of the array of candidate minus reference, of `amplitude` or `phase`; in `comparison/`."""
    return f"{part}_diff.npy"


def difference_picture(part: str) -> str:
    """Name of the picture of candidate minus reference, of `amplitude` or `phase`; in `comparison/`."""
    return f"{part}_diff.png"
