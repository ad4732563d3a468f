from collections.abc import Callable

import pytest

from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.scenario.matrix import label

Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000.0, "1e3"),
        (1e9, "1e9"),
        (100.0, "100"),
        (1500.0, "1500"),
        (0.5, "0.5"),
        (0.001, "1e-3"),
        (-2.5, "-2.5"),
        (0.0, "0"),
        (8, "8"),
        (1000, "1000"),
        (True, "true"),
        ("half_y", "half_y"),
    ],
)
def test_labels_are_compact(value: object, text: str) -> None:
    assert label(value) == text


def test_one_case_a_point_in_the_order_of_the_axes(load: Load) -> None:
    cases = load(a="matrix:\n  dataset.nphotons: [1e3, 1e9]\n  dataset.split: [none, half_y]\n")
    assert [case.id for case in cases] == ["a-1e3-none", "a-1e3-half_y", "a-1e9-none", "a-1e9-half_y"]
    assert [case.scenario.dataset.nphotons for case in cases] == [1e3, 1e3, 1e9, 1e9]
    assert {case.name for case in cases} == {"a"}
    assert cases[0].origins["dataset.split"] == "matrix: scenarios/a.yaml:3"


def test_named_values_can_set_several_keys(load: Load) -> None:
    axis = "matrix: {loss: {nll: {poisson: 1.0}, mae: {poisson: 0.0, amplitude_mae: 1.0}}}"
    nll, mae = load(a=axis)
    assert (nll.id, nll.scenario.loss.poisson, nll.scenario.loss.amplitude_mae) == ("a-nll", 1.0, 0.0)
    assert (mae.id, mae.scenario.loss.poisson, mae.scenario.loss.amplitude_mae) == ("a-mae", 0.0, 1.0)


def test_named_values_can_be_lists(load: Load) -> None:
    cases = load(a="matrix: {model.encoder_filters: {small: [4, 4, 4], large: [64, 128, 256]}}")
    assert [(case.id, case.scenario.model.encoder_filters) for case in cases] == [
        ("a-small", (4, 4, 4)),
        ("a-large", (64, 128, 256)),
    ]


def test_an_axis_that_an_override_sets_is_left_out(load: Load) -> None:
    files = {"a": "matrix:\n  dataset.nphotons: [1e3, 1e9]\n  dataset.split: [none, half_y]\n"}
    cases = load(overrides={"dataset.nphotons": "1e5"}, **files)
    assert [case.id for case in cases] == ["a-none", "a-half_y"]
    assert {case.scenario.dataset.nphotons for case in cases} == {1e5}
    assert {case.origins["dataset.nphotons"] for case in cases} == {"override: command line"}


def test_an_axis_that_an_override_sets_in_part_stays(load: Load) -> None:
    axis = "matrix: {loss: {nll: {poisson: 1.0}, mae: {poisson: 0.0, amplitude_mae: 1.0}}}"
    cases = load(overrides={"loss.poisson": "2.0"}, a=axis)
    assert [(case.id, case.scenario.loss.amplitude_mae) for case in cases] == [("a-nll", 0.0), ("a-mae", 1.0)]
    assert {case.scenario.loss.poisson for case in cases} == {2.0}


@pytest.mark.parametrize(
    ("matrix", "sentence"),
    [
        ("[1]", "scenarios/a.yaml:1: matrix: found [1], allowed: dotted keys with values."),
        (
            "{training.epoch: [1, 2]}",
            'scenarios/a.yaml:1: training.epoch: found the unknown key "epoch", did you mean "epochs", '
            "allowed: batch_size, epochs, nudge, precision, seed.",
        ),
        ("{training.epochs: [1, 0]}", "scenarios/a.yaml:1: training.epochs: found 0, allowed: whole number >= 1."),
        *(
            (
                f"{{training.epochs: {values}}}",
                f"scenarios/a.yaml:1: matrix.training.epochs: found {shown}, "
                "allowed: list of different numbers or words, or a mapping of names to values.",
            )
            for values, shown in [
                ("3", "3"),
                ("[]", "[]"),
                ("[1, 1.0]", "[1, 1.0]"),
                ("[[1], [2]]", "[[1], [2]]"),
                ("['a b']", '["a b"]'),
                ("{../up: 1}", '{"../up": 1}'),
            ]
        ),
    ],
)
def test_what_is_refused(problems: Problems, matrix: str, sentence: str) -> None:
    assert problems(a=f"matrix: {matrix}\n") == [sentence]


def test_a_base_keeps_its_matrix(load: Load) -> None:
    cases = load(a="matrix: {dataset.nphotons: [1e3, 1e9]}", b="extends: a")
    assert [case.id for case in cases] == ["a-1e3", "a-1e9", "b"]
    assert cases[2].origins["dataset.nphotons"] == "default"


def test_a_million_points_are_refused_with_the_number(load: Load) -> None:
    axes = ", ".join(f"{key}: [{', '.join(map(str, range(1, 101)))}]" for key in AXES)
    with pytest.raises(HarnessError, match=r"a.yaml:1: matrix: found 1000000 points, allowed: at most 10000\."):
        load(a=f"matrix: {{{axes}}}")


AXES = ("training.seed", "dataset.photon_seed", "dataset.scan.seed")
