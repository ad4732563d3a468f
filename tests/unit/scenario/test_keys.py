import pytest

from harness.networks.pinn.sections import PinnScenario
from harness.scenario.keys import allowed, found, leaves, nest, unknown


def test_leaves_and_nest_are_each_others_reverse() -> None:
    scenario = PinnScenario(limits={"reconstruction.amplitude.pearson_r": 0.9, "canvas.loss_fraction": 0.1})
    flat = leaves(scenario)
    assert flat["limits.reconstruction.amplitude.pearson_r"] == 0.9
    assert flat["dataset.object.shape"] == (392, 392)
    assert PinnScenario.model_validate(nest(flat)) == scenario


def test_empty_limits_are_a_leaf_too() -> None:
    assert leaves(PinnScenario())["limits"] == {}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("training.epochs", "whole number >= 1"),
        ("training.seed", "whole number >= 0 and < 4294967296"),
        ("dataset.nphotons", "number > 0"),
        ("optimiser.final_fraction", "number >= 0 and <= 1"),
        ("dataset.N", "one of 64, 128, 256"),
        ("dataset.split", "one of half_y, none"),
        ("dataset.file", "text or null"),
        ("model.probe_big", "true or false"),
        ("model.encoder_filters", "list of 1 or more, each whole number >= 1"),
        ("dataset.object.shape", "list of 2, each whole number >= 1"),
        ("markers", "list, each text"),
        ("limits.rung.check", "number"),
    ],
)
def test_what_is_allowed_in_words(key: str, words: str) -> None:
    assert allowed(key, PinnScenario) == words


def test_every_leaf_can_say_what_it_allows() -> None:
    for key in leaves(PinnScenario(limits={"a.b": 1.0})):
        assert allowed(key, PinnScenario)


def test_a_misspelt_name_gets_its_neighbour() -> None:
    assert unknown("key", "epoch", ["seed", "epochs"]) == (
        'found the unknown key "epoch", did you mean "epochs", allowed: epochs, seed.'
    )
    assert unknown("key", "zzz", []) == 'found the unknown key "zzz", allowed: nothing.'


def test_found_values_are_short() -> None:
    assert found("ten") == '"ten"'
    assert found(None) == "nothing"
    assert found([1.0, True]) == "[1.0, true]"
    assert len(found("x" * 1000)) == 60


@pytest.mark.parametrize("name", [True, 1.5, ["a"], {"a": 1}, ""])
def test_a_name_that_is_no_text_is_unknown(name: object) -> None:
    assert unknown("network", name, ["pinn"]) == f"found the unknown network {found(name)}, allowed: pinn."
