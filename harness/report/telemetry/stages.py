"""`<backend>/stages.json`: intensity, scales and results of one side, from the measured data to its prediction.

The schema has version 1.0. A value that is not available is null, and `reasons` says why under the dotted name of its
key.
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
from harness.report.telemetry.cases import SideRecords, collect

HEADER = ("stage", "mean", "ratio to the one before", "rms", "expected ratio of rms", "symmetry")


def write(case: CaseFiles) -> SideRecords[StagesRecord]:
    """Write `stages.json` of each side of a case; returns the contents by side."""
    intensity = Intensity(case.evidence)
    sides = {backend: _run(case, backend, intensity) for backend in case.plan.backends}
    for backend, record in sides.items():
        record.write(case.folder / backend / layout.TELEMETRY)
    return SideRecords[StagesRecord](case=case.folder.name, sides=sides)


def table(record: StagesRecord) -> Table:
    """A table with one row for each stage of the chain that the record holds."""
    keys = ("mean", "ratio", "rms", "expected", "symmetry")
    return Table.of(HEADER, [(stage, *(step.get(key) for key in keys)) for stage, step in steps(record).items()])


def steps(record: StagesRecord) -> dict[str, dict[str, Number | None]]:
    """Mean and root mean square of each stage that the record holds, and their ratios to the stage before."""
    ratios = {step.stage: step for step in (record.stage_ratios.steps if record.stage_ratios else ())}
    return {
        stage: {
            **values.model_dump(include={"mean", "rms"}),
            **(ratios[stage].model_dump(include={"ratio", "expected", "symmetry"}) if stage in ratios else {}),
        }
        for stage, values in record.intensity_stages.items()
        if values
    }


def verdict(record: StagesRecord) -> str:
    """The result of the check of the symmetry, in a few words."""
    if record.stage_ratios is None:
        return f"not checked: {record.reasons['stage_ratios']}"
    check = record.stage_ratios.check
    missing = [name for name, values in record.intensity_stages.items() if values is None]
    suffix = f", without {', '.join(missing)}" if missing else ""
    if check.is_symmetric is False:
        first = check.first_beyond or "the whole chain"
        return f"not symmetric within {check.tolerance:g}, first beyond it: {first}{suffix}"
    return f"symmetric within {check.tolerance:g}{suffix}"


def is_symmetric(record: StagesRecord) -> bool:
    """Whether the whole chain was checked and is within the tolerance."""
    return bool(record.stage_ratios and record.stage_ratios.check.is_symmetric)


def _run(case: CaseFiles, backend: str, intensity: Intensity) -> StagesRecord:
    """Gather the contents of `stages.json` of one side."""
    evidence = case.evidence
    stages, no_stages = collect(STAGES, lambda stage: intensity.of_stage(backend, stage), evidence.case_dir)
    ratios, no_ratios = collect(["stage_ratios"], lambda _: stage_ratios(stages, intensity.levels), evidence.case_dir)
    scales, no_scales = collect(
        sections.SCALES, lambda name: sections.SCALES[name](evidence, backend), evidence.case_dir
    )
    others, reasons = collect(
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
