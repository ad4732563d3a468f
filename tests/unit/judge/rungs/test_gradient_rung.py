"""Rung 5 on sound and on damaged evidence."""

import numpy as np
import pytest

from harness.files import read_json, write_json

KERNEL, BIAS = "encoder.0.conv1.kernel", "phase.head.bias"
F32, F64 = "torch/lockstep/gradients_float32.npz", "torch/lockstep/gradients_float64.npz"
NOISE = "torch/lockstep/gradient_noise_float32.json"


def red(case, **limits):
    return {name: check.status for name, check in case.bad("gradient", **limits).items()}


def test_sound(gs2, gs1_phase):
    assert red(gs2) == red(gs1_phase) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a * (1 + 1e-9),
        lambda a: -a,
        lambda a: a[::-1],
        lambda a: np.swapaxes(a, 0, 1),
        lambda a: np.where(a == a.max(), np.nan, a),
        lambda a: a.astype(np.float32),
    ],
)
def test_one_wrong_tensor_is_the_only_red_one(gs2, change):
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): change})
    assert red(gs2) == {f"float64.{KERNEL}": "fail"}


def rounded(array, bits):
    """Each value to so many bits of its mantissa."""
    mantissa, exponent = np.frexp(array)
    return np.ldexp(np.round(mantissa * 2**bits), exponent - bits).astype(array.dtype)


@pytest.mark.parametrize("bits", [8, 11, 16])
def test_a_gradient_in_fewer_bits_than_float32_has_is_red_inside_the_noise_of_float32(gs2, bits):
    gs2.change_json(NOISE, lambda noise: noise.update({KERNEL: [1e-2, 1e-2]}))
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: rounded(a, bits)})
    found = gs2.bad("gradient")["torch.float32.bits"]
    assert found.message == f"torch: gradients whose values use fewer than 20 bits: {KERNEL} ({bits})"


def test_what_rounding_left_of_a_gradient_that_cancels_says_nothing_of_its_bits(gs2):
    """As of a bias before a normalisation: multiples of one small number."""
    for side in ("tensorflow", "torch"):
        gs2.change_json(NOISE.replace("torch", side), lambda noise: noise.update({KERNEL: [0.9, 1.1]}))
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: rounded(a, 11)})
    assert "torch.float32.bits" not in gs2.bad("gradient")


def test_a_gradient_that_is_one_value_everywhere_says_nothing_of_its_bits(gs2):
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: np.where(a < 0, -0.5, 0.5).astype(a.dtype)})
    assert "torch.float32.bits" not in gs2.bad("gradient")


def test_another_shape_is_named_on_its_side_and_between_the_sides(gs2):
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): lambda a: a[..., 1:]})
    assert red(gs2) == {"torch.float64.present": "fail", f"float64.{KERNEL}": "fail"}


def test_nan_on_both_sides_is_red(gs2):
    for backend in ("tensorflow", "torch"):
        gs2.change_arrays(
            f"{backend}/lockstep/gradients_float64.npz", **{BIAS.replace(".", "__"): lambda a: a * np.nan}
        )
    assert red(gs2) == {f"float64.{BIAS}": "fail"}


def test_a_weight_without_a_gradient_is_named(gs2):
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): None})
    bad = gs2.bad("gradient")
    assert {name: check.status for name, check in bad.items()} == {"torch.float64.present": "fail"}
    assert KERNEL in bad["torch.float64.present"].message


def test_a_gradient_nobody_asked_for_is_named(gs2):
    gs2.change_arrays(F64, extra=np.ones(3))
    assert "extra" in gs2.bad("gradient")["torch.float64.present"].message


def test_a_weight_that_would_never_move_is_named(gs2):
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): np.zeros_like})
    bad = gs2.bad("gradient")
    assert set(bad) == {"torch.float64.moving", f"float64.{KERNEL}"}
    assert KERNEL in bad["torch.float64.moving"].message


def test_zero_on_both_sides_is_no_agreement(gs2):
    for backend in ("tensorflow", "torch"):
        gs2.change_arrays(f"{backend}/lockstep/gradients_float64.npz", **{KERNEL.replace(".", "__"): np.zeros_like})
    statuses = red(gs2)
    assert statuses == {
        "tensorflow.float64.moving": "fail",
        "torch.float64.moving": "fail",
        f"float64.{KERNEL}": "error",
    }


def test_a_fixed_scale_has_no_gradient(gs2):
    gs2.change_scenario(model__scale_trainable=False)
    assert set(red(gs2)) == {f"{b}.{p}.present" for b in ("tensorflow", "torch") for p in ("float32", "float64")}


def test_float32_is_held_against_the_noise_of_either_side(gs2):
    """The fixture's noise is 2e-8 and below the resolution of float32, 1.2e-7, which takes its place."""
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: a * (1 + 4 * 1.2e-7)})
    assert red(gs2) == {}
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: a * (1 + 1e-4)})
    assert red(gs2) == {f"float32.{KERNEL}": "fail"}
    for backend in ("torch", "tensorflow"):
        name = gs2.path / backend / "lockstep" / "gradient_noise_float32.json"
        before = read_json(name)
        write_json(name, before | {KERNEL: [1e-8, 1e-4]})
        assert red(gs2) == {}
        write_json(name, before)


@pytest.mark.parametrize(("apart", "status"), [(1.7e-5, "pass"), (4e-5, "pass"), (6e-5, "fail")])
def test_float32_may_be_off_by_the_order_in_which_a_framework_sums(gs2, apart, status):
    """No nudge varies that order: 1.7e-5 in one port and one seed of twenty. It excuses no more than 5e-5."""
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: a * (1 + apart)})
    assert {check.status for check in gs2.judge("gradient").checks if check.name == f"float32.{KERNEL}"} == {status}


@pytest.mark.parametrize(
    ("noise", "apart", "status"),
    [(3e-12, 5e-3, "pass"), (3e-12, 1e-2, "fail"), (1e-12, 5e-3, "fail"), (2e-16, 5e-3, "fail")],
)
def test_where_terms_cancel_the_order_of_sums_counts_as_much_as_float64_tells(gs2, noise, apart, status):
    """Noise of 3e-12 in float64 is 1.6e-3 in float32, of which five times are allowed; on the one side is enough."""
    change_noise(gs2, "tensorflow", noise)
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: a * (1 + apart)})
    assert {check.status for check in gs2.judge("gradient").checks if check.name == f"float32.{KERNEL}"} == {status}


def test_what_was_computed_in_float32_alone_tells_nothing_of_float64(gs2):
    for side in ("tensorflow", "torch"):
        change_noise(gs2, side, 3e-12)
        gs2.change_arrays(
            F64.replace("torch", side), **{KERNEL.replace(".", "__"): lambda a: a.astype(np.float32) * 1.0}
        )
    gs2.change_arrays(F32, **{KERNEL.replace(".", "__"): lambda a: a * (1 + 5e-3)})
    assert red(gs2)[f"float32.{KERNEL}"] == "fail"


def test_what_is_but_rounding_in_float64_is_held_against_the_noise_too(gs2):
    """Ten times the exact limit, of a tensor that is a tenth of that from itself: twice the noise passes, not ten."""
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): lambda a: a * (1 + 1e-9)})
    assert red(gs2) == {f"float64.{KERNEL}": "fail"}
    for noise, expected in (
        (5e-10, {}),
        (1e-10, {f"float64.{KERNEL}": "fail"}),
        (1.9e-11, {f"float64.{KERNEL}": "fail"}),
    ):
        for side in ("tensorflow", "torch"):
            change_noise(gs2, side, noise)
        assert red(gs2) == expected


def change_noise(case, side, size):
    name = NOISE.replace("32", "64").replace("torch", side).replace("tensorflow", side)
    case.change_json(name, lambda record: record.update({KERNEL: [size, size / 2]}))


def test_noise_of_one_side_alone_is_no_limit_of_its_own(gs2):
    """As of a side that drops a sample of the batch: with the samples in another order it drops another one."""
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): lambda a: a * (1 + 1e-3)})
    change_noise(gs2, "torch", 1.0)
    assert red(gs2) == {f"float64.{KERNEL}": "fail"}
    change_noise(gs2, "tensorflow", 1e-2)
    assert red(gs2) == {}


def test_noise_that_was_not_measured_is_an_error(gs2):
    gs2.change_json(NOISE, lambda noise: noise.pop(KERNEL))
    assert red(gs2) == {f"float32.{KERNEL}": "error"}
    gs2.change_json(NOISE, lambda noise: noise.update({KERNEL: []}))
    assert red(gs2) == {"float32": "error"}


def test_missing_evidence(gs2):
    gs2.stop("torch", "lockstep", "killed by signal 9")
    assert set(red(gs2).values()) == {"error"}


def test_the_sides_may_change_places(gs2):
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): lambda a: a * 1.5})
    assert red(gs2) == {f"float64.{KERNEL}": "fail"}


SLOPE = "torch/graft/slope.npz"


def test_a_factor_of_the_loss_is_named_by_its_slope(gs2):
    gs2.change_arrays(SLOPE, intensity=lambda a: 13 / 12 * a)
    bad = gs2.bad("gradient")
    assert set(bad) == {"slope.factor"}
    assert (
        "every slope of the loss of torch is 1.08333 times that of tensorflow, cosine 1" in bad["slope.factor"].message
    )


def test_a_wrong_loss_is_told_from_a_wrong_network(gs2):
    gs2.change_arrays(F64, **{KERNEL.replace(".", "__"): lambda a: 2 * a})
    message = gs2.bad("gradient")[f"float64.{KERNEL}"].message
    assert message.endswith("; the loss has the same slope at the same outputs, so the network differs")
    gs2.change_arrays(SLOPE, intensity=lambda a: a + 0.01)
    bad = gs2.bad("gradient")
    assert bad["slope.intensity"].status == "fail"
    assert bad[f"float64.{KERNEL}"].message.endswith("; the loss has another slope at the same outputs")


def test_losses_that_take_other_stages_are_named(gs2):
    gs2.change_arrays(SLOPE, object_patches=np.ones(3))
    assert gs2.bad("gradient")["slope"].message == (
        "the loss of tensorflow takes intensity; that of torch intensity, object_patches"
    )


def test_a_port_without_a_slope_is_inconclusive(gs2):
    (gs2.path / SLOPE).unlink()
    (gs2.path / "torch/graft/missing.json").write_text('{"slope": "torch cannot do \'slope\'"}')
    assert {name: check.status for name, check in gs2.bad("gradient").items()} == {"slope": "inconclusive"}


@pytest.mark.parametrize(("apart", "status"), [(2e-6, "pass"), (1e-4, "fail")])
def test_a_slope_that_neither_side_has_in_float64_is_held_to_float32(gs2, apart, status):
    for name, factor in (("tensorflow/lockstep/slope.npz", 1.0), ("torch/graft/slope.npz", 1.0 + apart)):
        gs2.change_arrays(name, intensity=lambda a, factor=factor: (a * (1 + (factor - 1) * (a > 0))).astype("f4"))
    [found] = [check for check in gs2.judge("gradient").checks if check.name == "slope.intensity"]
    assert (found.status, found.limit) == (status, 1e-5)
