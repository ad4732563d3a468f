"""`comparison/localisation.json` and `.md`: the first tensor in which the two sides differ, and how it differs."""

from collections.abc import Sequence
from pathlib import Path

from harness import layout, templates
from harness.files import write_json, write_text
from harness.judge.evidence import Evidence
from harness.judge.localisation import ComparedTensor, Localisation, localise
from harness.judge.verdict import RungVerdict
from harness.report import repro
from harness.report.diagnosis import of_side

JSON, TEXT = Path(layout.COMPARISON, layout.LOCALISATION), Path(layout.COMPARISON, layout.LOCALISATION_TEXT)


def write(evidence: Evidence, verdicts: Sequence[RungVerdict]) -> None:
    """Write both files, and the repro bundle, for the lowest red lock-step check; remove them where there is none."""
    found, folder = localise(evidence, verdicts), evidence.case_dir
    if found is None:
        for path in (JSON, TEXT):
            (folder / path).unlink(missing_ok=True)
        repro.remove(folder)
        return
    write_json(folder / JSON, found.as_json())
    bundled = repro.write(evidence, found)
    reference, candidate = evidence.backends
    text = templates.render(
        "localisation.md",
        found=found,
        place=found.first,
        gap=found.difference,
        instead=of_side(found.transformation, reference if found.first.against == reference else "the oracle"),
        here=candidate if found.first.against == reference else "here",
        where=_where(found.first),
        stages=_verdict(found, reference, candidate, verdicts),
        bundled=bundled,
    )
    write_text(folder / TEXT, text)


def _where(place: ComparedTensor) -> str:
    """Name of the tensor that differs and the precision: `stage exit_wave, float64`, `... after 3 steps, float32`."""
    kinds = {
        "loss": "term {tensor} of the loss",
        "gradient": "the gradient of {tensor}",
        "step": "{tensor} after one step",
        "trajectory": "{tensor} after {first_step} steps",
    }
    text = kinds.get(place.stage, "stage {tensor}").format(tensor=place.tensor, first_step=place.first_step)
    against = " (against the oracle)" if place.against == "oracle" else ""
    return f"{text}, {place.precision}{against}"


def _verdict(found: Localisation, reference: str, candidate: str, verdicts: Sequence[RungVerdict]) -> str:
    """What the comparison of single stages found, where each stage got the same input on both sides."""
    if found.first.own.dtype != found.first.other.dtype:
        return "Stage by stage: says nothing here, for the sides compute in different types"
    if found.wrong_alone is None:
        return f"Stage by stage: {_why_not_tried(verdicts)}"
    sentence = f"Stage by stage, both fed with what {reference} has before it, "
    if found.wrong_alone:
        return f"{sentence}the sides differ in: {', '.join(found.wrong_alone)}"
    if found.not_alone:
        return f"{sentence}{candidate} gave nothing that can be compared in: {', '.join(found.not_alone)}"
    return f"{sentence}the sides agree in every stage: {_elsewhere(found)}"


def _why_not_tried(verdicts: Sequence[RungVerdict]) -> str:
    """Why single stages were not compared: a side cannot, its evidence is missing, or nobody asked for the rung."""
    checks = [check for verdict in verdicts if verdict.rung == "stages" for check in verdict.checks]
    reasons = [check.message for check in checks if check.name in ("alone", "evidence")]
    return f"not tried; {reasons[0]}" if reasons else "not asked; the rung stages was not judged"


def _elsewhere(found: Localisation) -> str:
    """Where to look for the fault when every single stage agrees."""
    later = {
        "loss": "look at the loss",
        "gradient": "look at the backward pass",
        "step": "look at the optimiser",
        "trajectory": "the first step agrees, so look at what changes from step to step: the optimiser's state, its "
        "bias correction, the learning rate",
    }
    if found.first.stage in later:
        return later[found.first.stage]
    if found.first.against == "oracle":
        return "both sides share the fault"
    if found.first.precision == "float32":
        return "only float32 shows it"
    return "they were given different data, see the rung dataset"
