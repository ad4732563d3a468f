"""Which weight, layer and stage of a candidate is which of the reference: proposed from two contracts.

Two people name the same layer differently. What has no partner on the other side keeps a name of its own; the pair
goes on with what has one.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from pydantic import ValidationError

from harness.errors import HarnessError
from harness.files import read_json
from harness.ports.contract import Contract, Entry

Names = dict[str, str]
"""From the candidate's own name to the reference's."""
ALONE = "@candidate"
"""Behind the name of what only the candidate has, where the reference calls something else so."""


class PairMapping(Entry):
    """From the candidate's names to the reference's; what is not in it has no partner."""

    weights: Names
    layers: Names
    stages: Names

    @classmethod
    def read(cls, path: Path) -> "PairMapping":
        """Read a saved mapping; HarnessError when the file is none."""
        try:
            found = read_json(path)
            if isinstance(found, dict):
                found.pop("without_partner", None)  # a proposal lists it for people
            return cls.model_validate(found)
        except ValidationError as error:
            first = error.errors()[0]
            raise HarnessError(
                f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; a mapping is an object with 'weights', "
                "'layers' and 'stages', each from the candidate's names to the reference's."
            ) from error


def completed(mapping: PairMapping, reference: Contract, candidate: Contract) -> PairMapping:
    """The mapping with a name of its own for what it leaves out and what the reference calls something else."""
    return PairMapping(
        weights=_told_apart(mapping.weights, reference.shapes, candidate.shapes),
        layers=_told_apart(mapping.layers, reference.layers, candidate.layers),
        stages=_told_apart(mapping.stages, _stages(reference), _stages(candidate)),
    )


def _told_apart(names: Names, mine: Iterable[str], others: Iterable[str]) -> Names:
    known = set(mine)
    return {**{name: f"{name}{ALONE}" for name in others if name in known}, **names}


def by_name(reference: Contract, candidate: Contract) -> PairMapping:
    """Each name stands for itself, where both sides have it."""
    return PairMapping(
        weights=_alike(reference.shapes, candidate.shapes),
        layers=_alike(reference.layers, candidate.layers),
        stages=_alike(_stages(reference), _stages(candidate)),
    )


def by_order(reference: Contract, candidate: Contract) -> PairMapping:
    """Weights by their order, role and shape; layers and stages follow them, and their own order and kind."""
    mine, others = list(reference.shapes), list(candidate.shapes)
    weights = _aligned(
        [(_role(name), reference.shapes[name]) for name in mine],
        [(_role(name), candidate.shapes[name]) for name in others],
        mine,
        others,
    )
    layers = _layers(reference, candidate, weights)
    return PairMapping(weights=weights, layers=layers, stages=_following(reference, candidate, layers))


def without_partner(reference: Contract, candidate: Contract, mapping: PairMapping) -> dict[str, list[str]]:
    """Weights and stages that one side alone has, by `reference` and `candidate`, such as `weight NAME`."""
    return {
        "reference": [
            *_left("weight", reference.shapes, mapping.weights.values()),
            *_left("stage", _stages(reference), mapping.stages.values()),
        ],
        "candidate": [
            *_left("weight", candidate.shapes, mapping.weights),
            *_left("stage", _stages(candidate), mapping.stages),
        ],
    }


def renamed(own: Iterable[str], names: Mapping[str, str]) -> Names:
    """The name under which each of the candidate's own names goes; what has no partner never takes the reference's."""
    taken = set(names.values())
    return {name: names.get(name) or (f"{name}{ALONE}" if name in taken else name) for name in own}


def _alike(mine: Iterable[str], others: Iterable[str]) -> Names:
    known = set(mine)
    return {name: name for name in others if name in known}


def _stages(contract: Contract) -> list[str]:
    return [stage.name for stage in contract.stages]


def _role(weight: str) -> str:
    return weight.rpartition(".")[2]


def _layer_of(weight: str) -> str:
    return weight.rpartition(".")[0]


def _aligned(tokens: Sequence[object], others: Sequence[object], mine: Sequence[str], theirs: Sequence[str]) -> Names:
    """Pairs of the longest common runs of two sequences, as `difflib` finds them."""
    matcher = SequenceMatcher(None, tokens, others, autojunk=False)
    return {
        theirs[block.b + step]: mine[block.a + step]
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }


def _layers(reference: Contract, candidate: Contract, weights: Names) -> Names:
    """Layers whose weights are partners; between those, layers of the same kind in the same order."""
    anchored = {_layer_of(own): _layer_of(partner) for own, partner in weights.items()}
    mine, others = list(reference.layers), list(candidate.layers)
    tokens = [("weights of", name) if name in anchored.values() else _kind(reference, name) for name in mine]
    theirs = [("weights of", anchored[name]) if name in anchored else _kind(candidate, name) for name in others]
    return {**anchored, **_aligned(tokens, theirs, mine, others)}


def _kind(contract: Contract, layer: str) -> object:
    return contract.layers[layer].get("kind")


def _following(reference: Contract, candidate: Contract, layers: Names) -> Names:
    """Stages follow their layers, later calls of one layer too; what is no layer, such as an output, its own name."""
    known = set(_stages(reference))
    found = {}
    for stage in _stages(candidate):
        layer, sign, call = (stage, "", "") if stage in candidate.layers else stage.partition("#")
        partner = layers[layer] + sign + call if layer in layers else stage if stage not in candidate.layers else None
        if partner in known:
            found[stage] = partner
    return found


def _left(what: str, names: Iterable[str], partners: Iterable[str]) -> list[str]:
    mapped = set(partners)
    return [f"{what} {name}" for name in names if name not in mapped]
