"""Generated bad inputs: no verb ends in a traceback, whatever it is given, and what it says is sentences."""

import importlib
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[3]
KINDS = ("scenario", "data file", "command line", "hub")


@contextmanager
def benchmark() -> Iterator[Any]:
    """The program that draws the inputs and says what is wrong with an answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module("bad_inputs")
        for name in ("bad_inputs", "mutations"):
            sys.modules.pop(name, None)


@pytest.mark.slow
@pytest.mark.parametrize("count", [40, pytest.param(1000, marks=pytest.mark.nightly)])
def test_no_input_ends_in_a_traceback(count: int) -> None:
    with benchmark() as program, program.sandbox() as box:

        @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32))
        def check(kind: str, seed: int) -> None:
            box.fresh(kind)
            words = program.KINDS[kind](Random(seed), box)
            _, wrong = program.offence(box, kind, words, own_process=False)
            assert not wrong, f"{shlex.join(words)!a}: {wrong}"

        check()


@pytest.mark.slow
def test_a_spoilt_store_gives_the_verdicts_of_a_good_one() -> None:
    with benchmark() as program, program.sandbox() as box:
        assert program.verdicts(box.hub)
        box.fresh("store")
        words = program.KINDS["store"](Random(1), box)
        assert program.offence(box, "store", words, own_process=False)[1] == ""


def test_what_is_wrong_with_an_answer_is_seen() -> None:
    """The program that counts offences is no use if it finds none where there are some."""
    with benchmark() as program:
        assert program.is_sentences("a.yaml:1: is wrong.\nb.yaml: is wrong, too.")
        assert not program.is_sentences("KeyError: 'x'\n    at line 3")
        assert not program.is_sentences("")
        assert program._judged(0, "Traceback (most recent call last):")[1]
        assert program._judged(3, "")[1]
        assert program._judged(2, "")[1]
        assert not program._judged(1, "red")[1]


def test_every_verb_is_driven() -> None:
    import typer

    from harness.cli.app import app

    with benchmark() as program:
        verbs = {verb for verb, _ in program.verbs_of(typer.main.get_command(app))}
        assert {"init", "judge", "port check", "faults run", "golden propose", "parity-log compare"} <= verbs
