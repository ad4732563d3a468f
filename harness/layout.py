"""The name of every file and folder of a hub and of its cases, said once: whoever writes or reads one takes it here.

- `<hub>/` is the folder of one session;
- `<hub>/<case>/` is one resolved scenario;
- `<hub>/<case>/dataset/` is what both sides start from;
- `<hub>/<case>/<backend>/` is what the legs of one side left, one folder or two for each leg;
- `<hub>/<case>/comparison/` and its neighbours are what judge and report say of the pair.
"""

# Files of a hub.
SESSION = "session.json"
"""What the session was asked, and whether it came to its end."""
ENVIRONMENT = "environment.json"
SUMMARY = "summary.json"
"""The session for programs; all pages are made from it."""
SUMMARY_TEXT = "summary.md"
JUNIT = "junit.xml"
MANIFEST = "manifest.json"
CHECKSUMS = "checksums.txt"
INDEX = "index.html"
"""The page of a hub, of a case, of a night and of all reports, each in its own folder."""
NIGHT = "nightly.json"
"""Of the folder of a night, which holds the hubs of its sessions: what became of each step."""
FAULTS = "faults"
"""Folder of a hub or of a night with what was measured of the injected faults."""
FAULT_MATRIX = "matrix.json"
FAULT_SENSITIVITY = "sensitivity.json"
FALSE_ALARMS = "false_alarms.json"
FAULTS_TEXT = "faults.md"
STUDIES = "studies"
"""Folder of a hub with one folder for each dose study."""
STUDY = "study.json"
STUDY_TEXT = "study.md"
PARITY_LOG = "parity_log.json"
PARITY_LOG_TEXT = "parity_log.md"
PROBE_TABLE = "probe.csv"

# Files of a case, and its folders.
CASE = "case.json"
"""What was asked of a case; a folder is that of a planned case when it holds this file."""
SCENARIO = "scenario.yaml"
"""The resolved scenario: every value, and where it came from."""
JOBS = "jobs.json"
"""How each job of the case ended; beside the folders of the backends, in a member of an ensemble, too."""
RUN_METADATA = "run_metadata.json"
PREPARED = "prepared.json"
"""How the preparation of a case ended: `done`, `skipped` or `error`, with the reason; `late` when the session's budget
was spent before it began."""
PROGRESS = "progress.jsonl"
"""One JSON line for each thing that a worker told while it worked."""
DATASET = "dataset"
COMPARISON = "comparison"
REASSEMBLY = "reassembly"
GOLDEN = "golden"
"""Folder of a case with the approved results that it was held against."""
CHECKS = "checks"
"""Folder with the verdict of each rung as `RUNG.json`."""
ENSEMBLE = "ensemble"
"""Folder of a case with one folder for each seed, which holds what a case of its own would."""
GREEN = "green"
RED = "red"
REPRO = "repro"
"""Folder below `red/`: a script and the few inputs that show one difference alone."""
CLI = "cli"
"""Folder of a side with the log of its workers."""

# Files of `dataset/`.
DATA = "data.npz"
TRAIN = "train.npz"
TEST = "test.npz"
PROBE = "probe.npy"
PROBE_PICTURE = "probe.png"
SCAN_PICTURE = "scan.png"
SETUP = "setup.json"
TRUTH = "truth.json"
TRUTH_AMPLITUDE = "ground_truth_amp.npy"
TRUTH_PHASE = "ground_truth_phase.npy"
TRUTH_AMPLITUDE_PICTURE = "ground_truth_amp.png"
TRUTH_PHASE_PICTURE = "ground_truth_phase.png"

# Folders of a side.
LOCKSTEP = "lockstep"
ORACLE = "oracle"
TRAJECTORY = "trajectory"
GRAFT = "graft"
TRAIN_OUTPUTS = "train_outputs"
BUNDLE = "bundle"
INFERENCE_OUTPUTS = "inference_outputs"
EXCHANGE = "exchange"

LEG_FOLDERS = {
    "lockstep": (LOCKSTEP,),
    "oracle": (ORACLE,),
    "trajectory": (TRAJECTORY,),
    "graft": (GRAFT,),
    "train": (TRAIN_OUTPUTS, BUNDLE),
    "infer": (INFERENCE_OUTPUTS,),
    "exchange": (EXCHANGE,),
}
"""Folders that each leg leaves under `<case>/<backend>/`; the first holds `missing.json` of an incapable side."""

# Files that any folder of a side may hold.
CONTRACT = "contract.json"
MISSING = "missing.json"
"""What a backend could not do, with the reason: beside or in place of what it could."""
LOG = "worker.log"
DONE = "done.json"
"""Written last: the folder is whole."""
REFERENCE = "object.npz"
"""What the reference leg leaves: in the store alone."""
ERROR = "error.json"
"""Why a job left nothing."""

# Files of `lockstep/` and `graft/`.
BATCH = "batch.npz"
FIRST_WEIGHTS = "weights.npz"
FACTS = "facts.json"
GRAFTED_STAGES = "stages.npz"
PROBLEMS = "problems.json"

# Files of `train_outputs/` and `bundle/`.
HISTORY = "history.json"
HISTORY_SUMMARY = "history_summary.json"
TRAINING_TEXT = "training_summary.md"
TIMING = "timing.json"
CURVES_PICTURE = "curves.png"
WEIGHTS = "weights.safetensors"
PARAMS = "params.json"

# Files of `inference_outputs/` and `exchange/`.
PATCHES = "patches.npz"
DIFFRACTION = "diffraction.npz"
OFFSETS = "offsets.json"
CANVAS = "canvas.json"
STATS = "stats.json"
AMPLITUDE = "amplitude.npy"
PHASE = "phase.npy"
COVERAGE = "coverage.npy"
PATCH_STATS = "patch_stats.json"
PATCH_STATS_TEXT = "patch_stats.md"
PATCH_GRID = "patch_grid.png"
PATCH_GRID_NORMALIZED = "patch_grid_normalized.png"

TELEMETRY = "stages.json"
"""Of a side: the intensity at each stage of the chain."""

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
    """Every named stage of the lock-step batch; of `lockstep/` and `oracle/`."""
    return f"stages_{precision}.npz"


def losses(precision: str) -> str:
    """`loss` and its terms for the lock-step batch; of `lockstep/` and `oracle/`."""
    return f"losses_{precision}.json"


def gradients(precision: str) -> str:
    """The gradient of every weight; of `lockstep/`."""
    return f"gradients_{precision}.npz"


def gradient_noise(precision: str) -> str:
    """How far gradients of nudged weights are from those; of `lockstep/`."""
    return f"gradient_noise_{precision}.json"


def start(precision: str) -> str:
    """Every weight before the first step; of `trajectory/`."""
    return f"start_{precision}.npz"


def first(precision: str) -> str:
    """Every weight and the optimiser's state after one step; of `trajectory/`."""
    return f"first_{precision}.npz"


def steps(precision: str) -> str:
    """A sample of every weight and the loss after every step; of `trajectory/`."""
    return f"steps_{precision}.npz"


def last(precision: str) -> str:
    """Every weight after the last step; of `trajectory/`."""
    return f"last_{precision}.npz"


def noise(precision: str) -> str:
    """How far trajectories of nudged weights are from that one; of `trajectory/`."""
    return f"noise_{precision}.json"


def difference(part: str) -> str:
    """Candidate minus reference of the amplitude or of the phase; of `comparison/`."""
    return f"{part}_diff.npy"


def difference_picture(part: str) -> str:
    """The same as a picture."""
    return f"{part}_diff.png"
