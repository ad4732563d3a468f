from collections.abc import Callable

import pytest

from harness.scenario.case import Case
from harness.scenario.layers import Leaf
from harness.scenario.resolution import broken_key
from harness.scenario.source import Place

Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]

TRAINING = "batch_size, epochs, nudge, precision, seed"

LAYERS = ["_far", "_far smoke", "_near", "_near smoke", "a", "a smoke", "matrix", "override"]


def _files(layers: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Scenario files in which each given layer sets the epochs to its own number."""
    files = {"_far": "description: far\n", "_near": "extends: _far\n", "a": "extends: _near\n"}
    for name in files:
        if name in layers:
            files[name] += f"training: {{epochs: {LAYERS.index(name) + 1}}}\n"
        if f"{name} smoke" in layers:
            files[name] += f"profiles: {{smoke: {{training: {{epochs: {LAYERS.index(f'{name} smoke') + 1}}}}}}}\n"
    if "matrix" in layers:
        files["a"] += f"matrix: {{training.epochs: [{LAYERS.index('matrix') + 1}]}}\n"
    return files, {"training.epochs": "8"} if "override" in layers else {}


@pytest.mark.parametrize("strongest", range(len(LAYERS)))
def test_each_layer_beats_all_that_come_before_it(load: Load, strongest: int) -> None:
    files, overrides = _files(LAYERS[: strongest + 1])
    (case,) = load("smoke", overrides, **files)
    assert case.scenario.training.epochs == strongest + 1


def test_a_profile_that_is_not_asked_for_says_nothing(load: Load) -> None:
    files, _ = _files(["_far", "a smoke"])
    (case,) = load("full", **files)
    assert case.scenario.training.epochs == 1


def test_every_value_has_its_origin(load: Load) -> None:
    (case,) = load(
        "smoke",
        {"training.seed": "7", "limits.canvas.loss": "0.5"},
        _base="model:\n  border: mean\nprofiles:\n  smoke:\n    training: {batch_size: 2}\n",
        a="extends: _base\ndataset:\n  probe:\n    mask: true\nprofiles:\n  smoke:\n    grouping: {groups: 4}\n"
        "    limits: {scale.ratio: 0.1}\nmatrix:\n  dataset.nphotons: [1e3]\n",
    )
    assert {key: origin for key, origin in case.origins.items() if origin != "default"} == {
        "dataset.nphotons": "matrix: scenarios/a.yaml:10",
        "dataset.probe.mask": "scenario: scenarios/a.yaml:4",
        "grouping.groups": "profile smoke: scenarios/a.yaml:7",
        "model.border": "extends: scenarios/_base.yaml:2",
        "training.batch_size": "profile smoke: scenarios/_base.yaml:5",
        "training.seed": "override: command line",
        "limits.scale.ratio": "profile smoke: scenarios/a.yaml:8",
        "limits.canvas.loss": "override: command line",
    }


def test_limits_merge_key_by_key(load: Load) -> None:
    (case,) = load(_base="limits: {rung.a: 1, rung.b: 2}", a="extends: _base\nlimits: {rung.b: 3, rung.c: 4}")
    assert case.scenario.limits == {"rung.a": 1.0, "rung.b": 3.0, "rung.c": 4.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("training: {epochs: ten}", 'training.epochs: found "ten", allowed: whole number >= 1.'),
        ("training: {epochs: 0}", "training.epochs: found 0, allowed: whole number >= 1."),
        ("training: {epochs: 1e3}", "training.epochs: found 1000.0, allowed: whole number >= 1."),
        ("training: {epochs: }", "training.epochs: found nothing, allowed: whole number >= 1."),
        ("training: {epochs: {a: 1}}", 'training.epochs: found {"a": 1}, allowed: whole number >= 1.'),
        ("training: {epochs: true}", "training.epochs: found true, allowed: whole number >= 1."),
        ("dataset: {N: 65}", "dataset.N: found 65, allowed: one of 64, 128, 256."),
        ("dataset: {N: 64.0}", "dataset.N: found 64.0, allowed: one of 64, 128, 256."),
        ("grouping: {gridsize: true}", "grouping.gridsize: found true, allowed: one of 1, 2."),
        ("dataset: {nphotons: '1e9'}", 'dataset.nphotons: found "1e9", allowed: number > 0.'),
        ("model: {probe_big: yes}", 'model.probe_big: found "yes", allowed: true or false.'),
        (
            "model: {encoder_filters: [8, x]}",
            'model.encoder_filters: found [8, "x"], allowed: list of 1 or more, each whole number >= 1.',
        ),
        ("markers: slow", 'markers: found "slow", allowed: list, each text.'),
        ("limits: {a.b: x}", 'limits.a.b: found "x", allowed: number.'),
        ("limits: 3", "limits: found 3, allowed: a section of rung.check."),
        ("loss: 3", "loss: found 3, allowed: a section of poisson, amplitude_mae, total_variation."),
        ("loss:", "loss: found nothing, allowed: a section of poisson, amplitude_mae, total_variation."),
        (
            "training: {epoch: 3}",
            f'training.epoch: found the unknown key "epoch", did you mean "epochs", allowed: {TRAINING}.',
        ),
        (
            "profile: {}",
            'profile: found the unknown key "profile", did you mean "profiles", allowed: dataset, description, '
            "ensemble, extends, grouping, inference, limits, lockstep, loss, markers, matrix, model, network, "
            "optimiser, profiles, training.",
        ),
        ("profiles: 3", "profiles: found 3, allowed: smoke, stable, full."),
        (
            "profiles: {smok: {}}",
            'profiles.smok: found the unknown profile "smok", did you mean "smoke", allowed: full, smoke, stable.',
        ),
        (
            "profiles: {smoke: 3}",
            "found 3, allowed: a section of network, description, markers, dataset, grouping, training, inference, "
            "lockstep, ensemble, limits, model, loss, optimiser.",
        ),
        (
            "profiles: {full: {training: {epoch: 3}}}",
            f'training.epoch: found the unknown key "epoch", did you mean "epochs", allowed: {TRAINING}.',
        ),
    ],
)
def test_what_is_refused(problems: Problems, text: str, sentence: str) -> None:
    assert problems(a=f"# line 1\n{text}\n") == [f"scenarios/a.yaml:2: {sentence}"]


def test_all_problems_at_once_each_in_one_sentence(problems: Problems) -> None:
    found = problems(
        a="training:\n  epochs: 0\n  sede: 1\nmodel: {probe_big: 1}\n",
        b="extends: _base\n",
        _base="dataset:\n  N: 65\n",
    )
    assert found == [
        f'scenarios/a.yaml:3: training.sede: found the unknown key "sede", did you mean "seed", allowed: {TRAINING}.',
        "scenarios/a.yaml:2: training.epochs: found 0, allowed: whole number >= 1.",
        "scenarios/a.yaml:4: model.probe_big: found 1, allowed: true or false.",
        "scenarios/_base.yaml:2: dataset.N: found 65, allowed: one of 64, 128, 256.",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "grouping: {gridsize: 1, neighbor_count: 1}\nprofiles:\n  stable: {grouping: {gridsize: 2, groups: 128}}",
            "3: grouping.gridsize: neighbor_count 1 gives at most 2 patterns a group; gridsize 2 needs 4.",
        ),
        (
            "dataset:\n  source: file",
            "2: dataset.source: 'file' must be given when, and only when, source is 'file'.",
        ),
        (
            "training: {epochs: 3}\nmodel:\n  probe_big: true",
            "3: model.probe_big: decoder_filters must hold 3 levels: 3 encoder levels, probe_big True.",
        ),
        (
            "model:\n  encoder_filters: [2, 2, 2, 2, 2, 2, 2]",
            "2: model.encoder_filters: encoder_filters has 7 levels, but N 64 cannot be halved that often.",
        ),
        (
            "grouping: {groups: 100}\ntraining:\n  batch_size: 128",
            "3: training.batch_size: groups 100 is less than batch_size 128: no batch is whole.",
        ),
    ],
)
def test_a_rule_about_several_values_blames_the_one_set_last(problems: Problems, text: str, sentence: str) -> None:
    assert problems(a=text) == [f"scenarios/a.yaml:{sentence}"]


def test_rules_wait_until_every_key_is_known(problems: Problems) -> None:
    (sentence,) = problems(a="model: {probe_big: true, decoder_filter: [1, 2, 3]}")
    assert "unknown key" in sentence


def test_a_broken_profile_is_found_whichever_runs(problems: Problems) -> None:
    assert problems("smoke", a="profiles:\n  full: {loss: {nll: 1}}") == [
        'scenarios/a.yaml:2: loss.nll: found the unknown key "nll", allowed: amplitude_mae, poisson, total_variation.'
    ]


def test_a_rule_that_names_no_key_blames_its_section() -> None:
    layer = {
        key: Leaf(1, "scenario", Place()) for key in ("loss.poisson", "training.seed", "training.epochs", "markers")
    }
    assert broken_key("training", "too long", layer) == "training.epochs"
    assert broken_key("training", "this seed is taken", layer) == "training.seed"


def test_a_network_that_there_is_not(problems: Problems) -> None:
    sentence = 'found the unknown network "pin", did you mean "pinn", allowed: pair, pinn, stated.'
    assert problems(a="network: pin\n") == [f"scenarios/a.yaml:1: network: {sentence}"]


def test_a_network_brings_its_own_sections(problems: Problems) -> None:
    (found,) = problems(a="network: stated\nmodel: {probe_big: true}\n")
    assert found.startswith('scenarios/a.yaml:2: model: found the unknown key "model", allowed: dataset, ')


@pytest.mark.parametrize("key", ["learning_rate", "warmup_steps", "final_fraction"])
def test_a_key_of_an_earlier_version_says_where_it_stands_now(problems: Problems, key: str) -> None:
    sentence = f"training.{key}: stands at optimiser.{key} now; move it there."
    assert problems(a=f"training:\n  {key}: 1\n") == [f"scenarios/a.yaml:2: {sentence}"]
    assert problems(overrides={f"training.{key}": "1"}, a="{}") == [f"command line: {sentence}"]


def test_a_stated_network_has_a_learning_rate_and_no_schedule(problems: Problems) -> None:
    found = problems(a="network: stated\ntraining: {learning_rate: 1.0e-3, warmup_steps: 1}\n")
    assert (
        found[0] == "scenarios/a.yaml:2: training.learning_rate: stands at optimiser.learning_rate now; move it there."
    )
    assert found[1].startswith('scenarios/a.yaml:2: training.warmup_steps: found the unknown key "warmup_steps"')


def test_the_nearest_file_names_the_network_and_nothing_else_may(problems: Problems) -> None:
    found = problems(a="extends: _base\nprofiles: {stable: {network: pinn}}\n", _base="network: stated\n")
    assert found == ['scenarios/a.yaml:2: network: found "pinn", allowed: stated.']
