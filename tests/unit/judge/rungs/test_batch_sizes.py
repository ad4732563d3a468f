"""Rung 2 must see a side whose answer for one group depends on the size of the batch."""

import pytest

SIZES = "torch/lockstep/batch_sizes.json"


def replaced(key, number, value):
    return lambda record: record[key].__setitem__(number, value)


@pytest.mark.parametrize(
    ("change", "size", "message"),
    [
        (replaced("returned", 2, 1), 65, "torch was given a batch of 65 groups and returned 1"),
        (replaced("problems", 0, "ValueError: one"), 1, "torch failed on a batch of 1: ValueError: one"),
        (replaced("differences", 1, 1e-3), 8, "the first group in a batch of 8 against a batch of 1"),
    ],
)
def test_a_size_of_the_batch_that_changes_the_answer_is_red(gs2, change, size, message):
    gs2.change_json(SIZES, change)
    found = gs2.bad("stages")
    assert {name: check.status for name, check in found.items()} == {f"float32.batch.torch.{size}": "fail"}
    assert message in found[f"float32.batch.torch.{size}"].message


def test_nothing_to_compare_with_is_no_pass(gs2):
    gs2.change_json(SIZES, lambda record: record.__setitem__("differences", [None, None, None]))
    assert {check.status for check in gs2.bad("stages").values()} == {"error"}
