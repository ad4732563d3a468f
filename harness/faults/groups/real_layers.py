"""Bugs of public ports in single layers, replayed in the second network."""

import numpy as np

from harness.arrays import Array, Weights
from harness.faults.catalogue import real_bug
from harness.faults.edit import of_kernels
from harness.faults.faulty_port import FaultyPort

MINE = {"torch": 0.99, "keras": 0.1}
"""The default momentum of the other framework: in Keras the share that is kept, in PyTorch the one that is new."""


@real_bug(
    "momentum-complement",
    network="pair",
    rungs=("step",),
    sources=("huggingface/transformers#19454",),
    causes=("momentum", "running"),
)
def momentum_complement(port: FaultyPort) -> None:
    """The momentum of every batch normalisation is m where the other framework means 1 - m."""
    port.layer("momentum_complement")


@real_bug(
    "momentum-taken-over",
    network="pair",
    rungs=("step", "telemetry"),
    sources=("r9y9/tacotron_pytorch#19",),
    causes=("momentum", "running"),
)
def momentum_taken_over(port: FaultyPort) -> None:
    """The momentum of a batch normalisation is the number of the other framework, as it stands."""
    port.layer("momentum_of", MINE[port.backend])


@real_bug(
    "momentum-zero",
    network="pair",
    rungs=("step", "telemetry"),
    sources=("Cadene/pretrained-models.pytorch#5",),
    causes=("momentum", "running"),
)
def momentum_zero(port: FaultyPort) -> None:
    """The momentum of a batch normalisation is 0."""
    port.layer("momentum_of", 0.0)


@real_bug(
    "upsampling-interpolated",
    network="pair",
    rungs=("spec", "stages"),
    sources=("CAREamics/careamics#504",),
    causes=("interpolation", "bilinear"),
)
def upsampling_interpolated(port: FaultyPort) -> None:
    """An upsampling interpolates where the other side repeats the nearest pixel."""
    port.layer("bilinear")


@real_bug(
    "batch-norm-epsilon",
    network="pair",
    rungs=("spec", "stages"),
    sources=("CAREamics/careamics#504",),
    causes=("epsilon",),
)
def batch_norm_epsilon(port: FaultyPort) -> None:
    """The epsilon of every batch normalisation is the default of the other framework, 1e-3."""
    port.layer("epsilon_of", "batch", 1e-3)


@real_bug(
    "batch-norm-momentum",
    network="pair",
    rungs=("spec", "step"),
    sources=("CAREamics/careamics#504",),
    causes=("momentum",),
)
def batch_norm_momentum(port: FaultyPort) -> None:
    """A batch normalisation keeps 0.9 of its running statistics where 0.875 is meant."""
    port.layer("momentum_kept", 0.9)


@real_bug(
    "initialiser",
    network="pair",
    rungs=("spec", "stages", "step"),
    sources=("CAREamics/careamics#504",),
    causes=("initialis", "start"),
)
def initialiser(port: FaultyPort) -> None:
    """A port draws its kernels by an initialiser of its own: uniform, with the variance 1/(3 fan_in)."""
    if port.leg in ("infer", "exchange"):  # it loads what was trained
        return
    port.weights_in(of_kernels(uniform))


def uniform(kernel: Array) -> Array:
    """A kernel of the same shape, drawn as the layers of PyTorch draw theirs."""
    bound = 1 / np.sqrt(np.prod(kernel.shape[:-1]))
    return np.random.default_rng(kernel.size).uniform(-bound, bound, kernel.shape)


@real_bug(
    "stride-pads-before",
    network="pair",
    rungs=("stages",),
    sources=("keras-team/keras#16363",),
    causes=("padding", "shifted"),
)
def stride_pads_before(port: FaultyPort) -> None:
    """A convolution of stride 2 pads before the image where `same` pads behind it."""
    port.layer("padding_side")


@real_bug(
    "flatten-order",
    network="pair",
    rungs=("stages",),
    sources=("gzuidhof/nn-transfer#16", "microsoft/MMdnn#595"),
    causes=("flatten", "permut", "order"),
)
def flatten_order(port: FaultyPort) -> None:
    """The image before a dense layer is flattened in the other framework's order of axes."""
    port.layer("flatten_order")


@real_bug(
    "epsilon-converted",
    network="pair",
    rungs=("stages",),
    sources=("seisbench/seisbench#96",),
    causes=("epsilon",),
)
def epsilon_converted(port: FaultyPort) -> None:
    """The epsilon of every batch normalisation is 1e-7 after the conversion."""
    port.layer("epsilon_of", "batch", 1e-7)


@real_bug(
    "padding-offset",
    network="pair",
    rungs=("spec", "stages"),
    sources=("seisbench/seisbench#158",),
    causes=("padding", "crop", "shifted"),
)
def padding_offset(port: FaultyPort) -> None:
    """A transposed convolution is cut at the other end: its output is moved by a pixel."""
    port.layer("output_padding")


@real_bug(
    "extra-relu",
    network="pair",
    rungs=("spec", "step"),
    sources=("benchopt/benchmark_resnet_classif#29",),
    causes=("relu",),
)
def extra_relu(port: FaultyPort) -> None:
    """A ReLU follows the last convolution, where there should be none."""
    port.layer("extra_relu")


@real_bug(
    "variance-unbiased",
    network="pair",
    rungs=("spec", "step"),
    sources=("benchopt/benchmark_resnet_classif#34",),
    causes=("variance",),
)
def variance_unbiased(port: FaultyPort) -> None:
    """The running variance of a batch normalisation is the unbiased one on one side."""
    port.layer("variance")


@real_bug(
    "group-norm-epsilon",
    network="pair",
    rungs=("spec", "stages"),
    sources=("MegEngine/MegDiffusion#5",),
    causes=("epsilon",),
)
def group_norm_epsilon(port: FaultyPort) -> None:
    """The epsilon of a group normalisation is the framework's default, not the one of the weights."""
    port.layer("epsilon_of", "group", 1e-3)


@real_bug(
    "layer-norm-epsilon",
    network="pair",
    rungs=("spec", "stages"),
    sources=("huggingface/candle#271",),
    causes=("epsilon",),
)
def layer_norm_epsilon(port: FaultyPort) -> None:
    """The epsilon of a layer normalisation is fixed in the code."""
    port.layer("epsilon_of", "layer", 1e-12)


@real_bug(
    "one-initialiser",
    network="pair",
    rungs=("spec",),
    sources=("lululxvi/deepxde#2086",),
    causes=("alike",),
)
def one_initialiser(port: FaultyPort) -> None:
    """One initialiser is used for all layers: those of the same shape start from the same kernel."""
    port.layer("one_initialiser")


@real_bug(
    "seed-ignored",
    network="pair",
    rungs=("spec",),
    sources=("keras-team/keras#19361",),
    causes=("seed", "start"),
    open="both sides start from weights that the harness draws: where a port draws its own, its stages are other ones",
)
def seed_ignored(port: FaultyPort) -> None:
    """The seed of the initialiser is ignored: the port starts from kernels that were drawn with another."""
    if port.leg in ("infer", "exchange"):
        return
    port.weights_in(drawn_again)


def drawn_again(weights: Weights) -> Weights:
    """Kernels of the same initialiser, drawn with another seed."""
    generator = np.random.default_rng(1)

    def kernel(value: Array) -> Array:
        return generator.normal(size=value.shape) * np.sqrt(2 / np.prod(value.shape[:-1]))

    return of_kernels(kernel)(weights)
