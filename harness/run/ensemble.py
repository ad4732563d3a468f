"""The members of an ensemble: the case once more for each further seed of training, run like any other case.

Member 0 is the case itself. The others are trained and used for inference in `<case>/ensemble/<seed>/`, which holds
what a case's folder holds, without a copy of the dataset: but for the order of the batches it is the case's own.
"""

import threading
from pathlib import Path

from harness import layout
from harness.files import write_text
from harness.run.process import Progress
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.scenario.schema import Scenario

LEG = "ensemble"
"""Name that a rung lists among the legs that it needs when it reads the members of the ensemble."""
LEGS = ("train", "infer")


def seeds(scenario: Scenario) -> list[int]:
    """The training seeds of the members, the case's own first; empty for a scenario without an ensemble."""
    first = scenario.training.seed
    return list(range(first, first + scenario.ensemble.seeds))


def member_folder(case_dir: Path, seed: int) -> Path:
    """Folder of the member that is trained with `seed`, which is not the case's own seed."""
    return case_dir / layout.ENSEMBLE / str(seed)


def with_training(case: Case, name: str, **changes: int) -> Case:
    """A copy of the case with other values of `training` in its scenario; `name`: its id in the progress lines."""
    training = case.scenario.training.model_copy(update=changes)
    scenario = case.scenario.model_copy(update={"training": training})
    origins = case.origins | {f"training.{key}": f"member: {name}" for key in changes}
    return Case(name, case.name, case.path, case.profile, scenario, origins, case.overrides)


def run_members(
    case: Case,
    options: RunOptions,
    case_dir: Path,
    on_progress: Progress,
    cancelled: threading.Event | None = None,
) -> None:
    """Train and infer with every member but the case itself, or take the results from the store; see `run_case`."""
    for seed in seeds(case.scenario)[1:]:
        member, folder = with_training(case, f"{case.id}, seed {seed}", seed=seed), member_folder(case_dir, seed)
        write_text(folder / layout.SCENARIO, member.resolved_yaml())
        run_case(member, LEGS, options, folder, on_progress, with_dataset=False, cancelled=cancelled)
