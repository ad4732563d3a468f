"""Absurd numbers are refused when a scenario is loaded, with the number and the limit."""

from collections.abc import Callable

import pytest

from harness.scenario.case import Case

Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]
A = {"a": "training: {epochs: 2}"}


@pytest.mark.parametrize(
    ("key", "text", "found", "limit"),
    [
        ("dataset.nphotons", "1e22", "1e+22", "at most 1e+15"),
        ("dataset.scan.images", "1000000000", "1000000000", "at most 100000"),
        ("dataset.scan.buffer", "1e9", "1000000000.0", "at most 16384"),
        ("dataset.object.shape", "[1000000, 1000000]", "[1000000, 1000000]", "at most 16384"),
        ("training.epochs", "10000000000", "10000000000", "at most 1e+06"),
        ("training.batch_size", "1000000000000", "1000000000000", "at most 1e+06"),
        ("grouping.groups", "1000000000000", "1000000000000", "at most 1e+06"),
        ("grouping.neighbor_count", "1000000000", "1000000000", "at most 1e+06"),
        ("inference.group_limit", "99999999999999999999", "99999999999999999999", "at most 1e+06"),
        ("lockstep.steps", "1000000000", "1000000000", "at most 1e+06"),
        ("lockstep.draws", "1000000", "1000000", "at most 1000"),
        ("ensemble.seeds", "1000000", "1000000", "at most 1000"),
        ("dataset.probe.refine_iterations", "1000000000", "1000000000", "at most 1e+06"),
        ("model.decoder_filters", "[1000000000]", "[1000000000]", "at most 1e+06"),
    ],
)
def test_a_number_beyond_its_limit_is_named(problems: Problems, key: str, text: str, found: str, limit: str) -> None:
    sentence, *_ = problems(overrides={key: text}, **A)
    assert sentence == f"command line: {key}: found {found}, allowed: {limit}."


@pytest.mark.parametrize(("key", "text"), [("dataset.nphotons", "1e15"), ("dataset.scan.images", "100000")])
def test_a_number_at_its_limit_is_fine(load: Load, key: str, text: str) -> None:
    assert len(load(overrides={key: text}, **A)) == 1
