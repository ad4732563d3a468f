"""`<backend>/stages.json`: one run, stage by stage, from what was measured to what was predicted; schema 1.0.

What cannot be had is null, and `reasons` says why, under the dotted name of the key.
"""

from harness import layout
from harness.files import plain
from harness.judge.intensity import STAGES, Intensity
from harness.judge.symmetry import stage_ratios
from harness.records.record import Number
from harness.records.stages import SCHEMA_VERSION, StagesRecord
from harness.report.case_files import CaseFiles
from harness.report.tables import Table
from harness.report.telemetry import sections
from harness.report.telemetry.cases import OfSides, gathered

HEADER = ("stage", "mean", "ratio to the one before", "rms", "expected ratio of rms", "symmetry")


def write(case: CaseFiles) -> OfSides[StagesRecord]:
    """Write the file of each side of a case; returns what the files hold, by side."""
    intensity = Intensity(case.evidence)
    sides = {backend: _run(case, backend, intensity) for backend in case.asked.backends}
    for backend, record in sides.items():
        record.write(case.folder / backend / layout.TELEMETRY)
    return OfSides[StagesRecord](case=case.folder.name, sides=sides)


def table(record: StagesRecord) -> Table:
    """One row for each stage that is there."""
    keys = ("mean", "ratio", "rms", "expected", "symmetry")
    return Table.of(HEADER, [(stage, *(step.get(key) for key in keys)) for stage, step in steps(record).items()])


def steps(record: StagesRecord) -> dict[str, dict[str, Number | None]]:
    """Figures of each stage that is there, and of its step from the stage before."""
    ratios = {step.stage: step for step in (record.stage_ratios.steps if record.stage_ratios else ())}
    return {
        stage: {
            **figures.model_dump(include={"mean", "rms"}),
            **(ratios[stage].model_dump(include={"ratio", "expected", "symmetry"}) if stage in ratios else {}),
        }
        for stage, figures in record.intensity_stages.items()
        if figures
    }


def verdict(record: StagesRecord) -> str:
    """What the check of the symmetry found, as a few words."""
    if record.stage_ratios is None:
        return f"not checked: {record.reasons['stage_ratios']}"
    check = record.stage_ratios.check
    missing = [name for name, figures in record.intensity_stages.items() if figures is None]
    told = f", without {', '.join(missing)}" if missing else ""
    if check.is_symmetric is False:
        first = check.first_beyond or "the whole chain"
        return f"not symmetric within {check.tolerance:g}, first beyond it: {first}{told}"
    return f"symmetric within {check.tolerance:g}{told}"


def is_symmetric(record: StagesRecord) -> bool:
    """Whether the whole chain was checked and keeps to the tolerance."""
    return bool(record.stage_ratios and record.stage_ratios.check.is_symmetric)


def _run(case: CaseFiles, backend: str, intensity: Intensity) -> StagesRecord:
    """What the file of one side holds."""
    evidence = case.evidence
    stages, no_stages = gathered(STAGES, lambda stage: intensity.of_stage(backend, stage), evidence.case_dir)
    ratios, no_ratios = gathered(["stage_ratios"], lambda _: stage_ratios(stages, intensity.levels), evidence.case_dir)
    scales, no_scales = gathered(
        sections.SCALES, lambda name: sections.SCALES[name](evidence, backend), evidence.case_dir
    )
    others, reasons = gathered(
        sections.SECTIONS, lambda name: sections.SECTIONS[name](evidence, backend), evidence.case_dir
    )
    found = {
        "schema_version": SCHEMA_VERSION,
        "provenance": sections.provenance(case, backend),
        "configuration": others.get("configuration"),
        "probe": others.get("probe"),
        "intensity_stages": {stage: stages.get(stage) for stage in STAGES},
        "stage_ratios": ratios.get("stage_ratios"),
        "intensity_scale": sections.with_ratio({name: scales.get(name) for name in sections.SCALES}),
        **{name: others.get(name) for name in ("training", "inference", "comparison")},
        "reasons": reasons
        | {f"intensity_stages.{name}": reason for name, reason in no_stages.items()}
        | {f"intensity_scale.{name}": reason for name, reason in no_scales.items()}
        | no_ratios,
    }
    return StagesRecord.parse(plain(found), layout.TELEMETRY)
