"""`<backend>/stages.json`: one run, stage by stage, from what was measured to what was predicted; schema 1.0.

What cannot be had is null, and `reasons` says why, under the dotted name of the key.
"""

from collections.abc import Mapping
from typing import Any

from harness import layout
from harness.files import plain, write_json
from harness.judge.evidence import Evidence
from harness.judge.intensity import STAGES, Intensity
from harness.judge.symmetry import stage_ratios
from harness.report.tables import Table
from harness.report.telemetry import sections
from harness.report.telemetry.cases import gathered

SCHEMA_VERSION = "1.0"
HEADER = ("stage", "mean", "ratio to the one before", "rms", "expected ratio of rms", "symmetry")


def write(evidence: Evidence) -> dict[str, Any]:
    """Write the file of each side of a case; returns what the files hold, by side."""
    intensity = Intensity(evidence)
    sides = {backend: plain(_run(evidence, backend, intensity)) for backend in evidence.backends}
    for backend, record in sides.items():
        write_json(evidence.case_dir / backend / layout.TELEMETRY, record)
    return {"case": evidence.case_dir.name, "sides": sides}


def table(record: Mapping[str, Any]) -> Table:
    """One row for each stage that is there."""
    keys = ("mean", "ratio", "rms", "expected", "symmetry")
    return Table.of(HEADER, [(stage, *(step.get(key) for key in keys)) for stage, step in steps(record).items()])


def steps(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Figures and step of each stage that is there."""
    ratios = {step["stage"]: step for step in (record["stage_ratios"] or {"steps": []})["steps"]}
    found = ((stage, figures) for stage, figures in record["intensity_stages"].items() if figures)
    return {stage: {**figures, **ratios.get(stage, {})} for stage, figures in found}


def verdict(record: Mapping[str, Any]) -> str:
    """What the check of the symmetry found, as a few words."""
    if record["stage_ratios"] is None:
        return f"not checked: {record['reasons']['stage_ratios']}"
    check = record["stage_ratios"]["check"]
    missing = [name for name, figures in record["intensity_stages"].items() if figures is None]
    told = f", without {', '.join(missing)}" if missing else ""
    if check["is_symmetric"] is False:
        first = check["first_beyond"] or "the whole chain"
        return f"not symmetric within {check['tolerance']:g}, first beyond it: {first}{told}"
    return f"symmetric within {check['tolerance']:g}{told}"


def is_symmetric(record: Mapping[str, Any]) -> bool:
    """Whether the whole chain was checked and keeps to the tolerance."""
    return bool(record["stage_ratios"] and record["stage_ratios"]["check"]["is_symmetric"])


def _run(evidence: Evidence, backend: str, intensity: Intensity) -> dict[str, Any]:
    """What the file of one side holds."""
    stages, no_stages = gathered(STAGES, lambda stage: intensity.of_stage(backend, stage), evidence.case_dir)
    ratios, no_ratios = gathered(["stage_ratios"], lambda _: stage_ratios(stages, intensity.levels), evidence.case_dir)
    scales, no_scales = gathered(
        sections.SCALES, lambda name: sections.SCALES[name](evidence, backend), evidence.case_dir
    )
    others, reasons = gathered(
        sections.SECTIONS, lambda name: sections.SECTIONS[name](evidence, backend), evidence.case_dir
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "provenance": sections.provenance(evidence, backend),
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
