"""What a rung says at the top of a case: whom it names, and by which check."""

from harness.judge.verdict import Check, Status
from harness.report.panels import matrix

SIDES = ("tensorflow", "torch")


def check(name: str, status: Status = "fail") -> Check:
    return Check("loss", name, status, None, None, None, "ledger", f"said of {name}")


def test_a_check_that_names_a_side_is_quoted_before_one_that_does_not() -> None:
    checks = [check("float64.poisson"), check("torch.float64.poisson"), check("tensorflow.float64.poisson", "pass")]
    assert matrix.cell("loss", checks, SIDES).message == "torch.float64.poisson: said of torch.float64.poisson"
    assert matrix.cell("loss", checks).message == "float64.poisson: said of float64.poisson"
    assert matrix.cell("loss", checks[:1], SIDES).message == "float64.poisson: said of float64.poisson"


def test_a_side_is_off_where_a_red_check_names_it() -> None:
    assert matrix.blamed_sides([check("sides.amplitude"), check("tensorflow.amplitude")], SIDES) == ["tensorflow"]
    assert matrix.blamed_sides([check("torch.a", "error"), check("tensorflow.a")], SIDES) == list(SIDES)
    assert matrix.blamed_sides([check("torch.a", "inconclusive"), check("sides.a")], SIDES) == []


def test_a_cell_counts_what_is_declared_apart():
    found = matrix.cell("stages", [check("alone.a", "declared"), check("alone.b", "inconclusive"), check("c", "pass")])
    assert (found.wrong, found.declared, found.checks) == (2, 1, 3)
