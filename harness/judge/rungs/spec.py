"""Rung 0: do both sides claim to be the same network? Their contracts side by side, before any number is computed.

Evidence: `contract.json` of both sides. What agrees is one check a group; each difference is a check of its own, in the
order structure, layers, loss, optimiser and options, with its value on both sides.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.judge.evidence import Evidence, Incapable, NoEvidence
from harness.judge.findings import Findings
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.ports.contract import Contract

NEEDS = frozenset({"lockstep"})
STRUCTURAL = frozenset({"flatten", "identity", "input", "merge", "pad", "reshape"})
"""Kinds of layer that one framework has and the other writes as a function; what they do shows in their neighbours."""
SAME_CONSTANT = 1e-6
"""Relative: some frameworks keep the constants of an optimiser in float32."""
SAME_VALUE = 1e-12
"""Relative to the largest value: both sides hold a constant in float64, rounded in their own way."""
ABSENT = "absent"
OF_FRAMEWORKS = (".running_variance", ".epsilon_added")
"""What TensorFlow and PyTorch do in ways of their own, whoever ports between them: told last, behind what is rarer."""
Facts = dict[str, Any]


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare the contracts group by group."""
    findings = Findings("spec", limits)
    with findings.evidence_for("contracts"):
        _compare_contracts(findings, evidence)
    return sorted(findings.checks, key=lambda check: check.name.endswith(OF_FRAMEWORKS))


def differences(evidence: Evidence) -> list[Check]:
    """Every difference of the two contracts; NoEvidence where a side left none."""
    findings = Findings("spec", Limits({}))
    _compare_contracts(findings, evidence)
    return [check for check in findings.checks if check.status == "fail"]


def _compare_contracts(findings: Findings, evidence: Evidence) -> None:
    reference, candidate = (_contract(evidence, side) for side in evidence.backends)
    for group, facts in GROUPS.items():
        _compare(findings, group, facts(reference, candidate), facts(candidate, reference), evidence.backends)
    with findings.evidence_for("constants"):
        _compare_constants(findings, evidence, reference, candidate)


def _compare_constants(findings: Findings, evidence: Evidence, reference: Contract, candidate: Contract) -> None:
    """Hold what nothing changes, such as a fixed kernel, of one side against the other's, value by value."""
    names = [
        name
        for name in reference.constants
        if name in candidate.constants and reference.shapes[name] == candidate.shapes[name]
    ]
    if not names:
        return
    paths = [Path(side, layout.LOCKSTEP, layout.FIRST_WEIGHTS) for side in evidence.backends]
    expected, found = (evidence.arrays(path, tuple(names)) for path in paths)
    for name in names:
        largest = float(np.abs(expected[name]).max(initial=0))
        apart = float(np.abs(found[name] - expected[name]).max(initial=0))
        message = f"constant {name}: the sides differ by up to {apart:.3g}, its largest value is {largest:.3g}"
        findings.demand(f"constants.{name}", apart <= SAME_VALUE * largest, message)


def _contract(evidence: Evidence, side: str) -> Contract:
    contract = evidence.contract_of(side)
    if contract is None:
        errors = [job.error for (name, _), job in evidence.jobs.items() if name == side and job.error]
        raise NoEvidence(
            errors[0] if errors else f"{side}: left no contract.json, so nothing says what it claims to be."
        )
    if contract.states_nothing:
        raise Incapable(f"{side} says nothing of its network.")
    return contract


def _compare(findings: Findings, group: str, mine: Facts, theirs: Facts, sides: tuple[str, str]) -> None:
    names = [*mine, *(name for name in theirs if name not in mine)]
    differing = [name for name in names if not alike(mine.get(name, ABSENT), theirs.get(name, ABSENT))]
    for name in differing:
        said = (formatted(facts.get(name, ABSENT)) for facts in (mine, theirs))
        told = ", ".join(f"{side} {value}" for side, value in zip(sides, said, strict=True))
        findings.demand(f"{group}.{name}", False, f"{SINGULAR[group]} {name}: {told}")
    if not differing:
        findings.demand(group, True, f"{len(names)} {group} alike")


def alike(one: Any, other: Any) -> bool:
    """Whether two facts are the same; numbers may differ by the rounding of a constant."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, bool) or isinstance(other, bool) or not _are_numbers(one, other):
        return bool(one == other)
    return math.isclose(one, other, rel_tol=SAME_CONSTANT)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) for value in values)


def formatted(value: Any) -> str:
    """A fact as a sentence shows it."""
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(formatted, value)) + ")"
    return (
        {True: "yes", False: "no", None: "none"}.get(value, f"{value}")
        if not _are_numbers(value) or isinstance(value, bool)
        else f"{value:.12g}"
    )


def _weights(contract: Contract, _: Contract) -> Facts:
    return {weight.name: list(weight.shape) for weight in contract.weights}


def _trained(contract: Contract, other: Contract) -> Facts:
    """How each weight is trained; one that the other side lacks was told by its shape."""
    return {
        weight.name: "trained" if weight.trained else weight.kind if weight.kind in ("state", "constant") else "frozen"
        for weight in contract.weights
        if weight.name in other.shapes
    }


def _layers(contract: Contract, other: Contract) -> Facts:
    """Every attribute of a layer that both sides have; one that the other side lacks is one fact."""
    facts: Facts = {}
    for name, attributes in _counted(contract, other):
        facts |= (
            {f"{name}.{key}": value for key, value in attributes.items()}
            if name in other.layers
            else {name: ", ".join(f"{key} {formatted(value)}" for key, value in attributes.items())}
        )
    return facts


def _counted(contract: Contract, other: Contract) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The layers that are compared.

    What one framework writes as a function is not, nor is what is of the user's own class wherever it is: the name of
    such a class says nothing, and what it does shows in its stage.
    """
    for name, layer in contract.layers.items():
        kinds = {side.layers[name].get("kind", "") for side in (contract, other) if name in side.layers}
        if layer.get("kind") not in STRUCTURAL and any(str(kind)[:1].islower() for kind in kinds):
            yield name, layer


def _terms(contract: Contract, _: Contract) -> Facts:
    return {term.name: term.weight for term in contract.losses}


def _state(contract: Contract, _: Contract) -> Facts:
    return dict.fromkeys(contract.optimiser_state, "kept")


def _options(contract: Contract, _: Contract) -> Facts:
    chosen = {
        name: value for name, value in contract.options.items() if name != "ignored"
    }  # of the port, not the network
    return {**chosen, "region": contract.region, "scale": contract.scale and contract.scale.weight}


GROUPS = {
    "weights": _weights,
    "training": _trained,
    "layers": _layers,
    "losses": _terms,
    "optimiser_state": _state,
    "options": _options,
}
SINGULAR = {
    "weights": "shape of the weight",
    "training": "weight",
    "layers": "layer",
    "losses": "factor of the term",
    "optimiser_state": "the optimiser's",
    "options": "option",
}
