"""Rung settings: what was asked for, and what each side's own workflow was about to train with.

Evidence: `requested.json` of the case, `contract/seen.json` of both sides. It is the front door of a side: its workflow
ran from the data of the case and was stopped where it would have trained.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import layout
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.rungs.spec import alike, formatted
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.records.settings import SettingsRecord

NEEDS = frozenset({"lockstep"})
Settings = Mapping[str, Any]


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Hold what each side saw against what was asked, and the sides against each other."""
    findings = Findings("settings", limits)
    if not (evidence.case_dir / layout.REQUESTED).is_file():
        findings.skip("workflows", "the harness itself feeds and trains both sides; they have no workflow of their own")
        return findings.checks
    asked = evidence.parsed(Path(layout.REQUESTED), SettingsRecord).settings
    sides: dict[str, Settings] = {}
    for side in evidence.backends:
        with findings.evidence_for(side):
            sides[side] = evidence.parsed(Path(side, layout.CONTRACT_FOLDER, layout.SEEN), SettingsRecord).settings
            _compare_with_asked(findings, side, asked, sides[side])
    if len(sides) == len(evidence.backends):
        _compare_sides(findings, sides)
    return findings.checks


def _compare_with_asked(findings: Findings, side: str, asked: Settings, seen: Settings) -> None:
    unseen = ", ".join(name for name in asked if name not in seen) or "none"
    findings.demand(f"{side}.seen", bool(seen), f"{side}: {len(seen)} settings seen; asked for and not seen: {unseen}")
    for name in [name for name in asked if name in seen]:
        message = f"{name}: {formatted(asked[name])} was asked for, {side} had {formatted(seen[name])}"
        findings.demand(f"{side}.{name}", alike(asked[name], seen[name]), message)


def _compare_sides(findings: Findings, sides: Mapping[str, Settings]) -> None:
    (first, mine), (second, theirs) = sides.items()
    for name in [name for name in mine if name in theirs]:
        message = f"{name}: {first} had {formatted(mine[name])}, {second} {formatted(theirs[name])}"
        findings.demand(name, alike(mine[name], theirs[name]), message)
    for side, alone in ((first, sorted({*mine} - {*theirs})), (second, sorted({*theirs} - {*mine}))):
        if alone:
            findings.inconclusive(f"{side}.alone", f"seen on {side} alone: {', '.join(alone)}")
