"""Bugs of public ports, replayed in a small pair of their own, `harness/networks/replayed`: an option has each."""

from harness.faults.catalogue import real_bug
from harness.faults.edit import with_options
from harness.faults.faulty_port import FaultyPort

CASE = "replayed"


@real_bug(
    "pooling-same",
    network="pair",
    case=CASE,
    rungs=("stages",),
    sources=("tensorflow/benchmarks#134",),
    causes=("padding", "shape"),
)
def pooling_same(port: FaultyPort) -> None:
    """A pooling of an image with an odd side is padded (`SAME`) where it should not be (`VALID`)."""
    port.setup(with_options(port.backend, pooling="same"))


@real_bug(
    "convolution-missing",
    network="pair",
    case=CASE,
    rungs=("spec", "stages"),
    sources=("seisbench/seisbench#151",),
    causes=("mix",),
)
def convolution_missing(port: FaultyPort) -> None:
    """A convolution of 1x1 pixels is missing."""
    port.setup(with_options(port.backend, mix=False))


@real_bug(
    "decay-coupled",
    network="pair",
    case=CASE,
    rungs=("spec", "step"),
    sources=("benchopt/benchmark_resnet_classif#30",),
    causes=("decay",),
    sides=("torch",),  # no optimiser of Keras couples its decay with the momentum
)
def decay_coupled(port: FaultyPort) -> None:
    """The decay of the weights goes through the momentum, where it should be decoupled."""
    port.setup(with_options(port.backend, decay="coupled"))


@real_bug(
    "align-corners",
    network="pair",
    case=CASE,
    rungs=("spec", "stages"),
    sources=("pytorch/pytorch#10604",),
    causes=("align_corners",),
)
def align_corners(port: FaultyPort) -> None:
    """A bilinear upsampling aligns the corners."""
    port.setup(with_options(port.backend, centres="corners"))


@real_bug(
    "half-pixel",
    network="pair",
    case=CASE,
    rungs=("spec", "stages"),
    sources=("pytorch/xla#8897",),
    causes=("half", "align_corners", "shifted"),
)
def half_pixel(port: FaultyPort) -> None:
    """A bilinear upsampling takes its samples at whole pixels, without the half pixel to their centres."""
    port.setup(with_options(port.backend, centres="whole"))


@real_bug(
    "reference-wrong",
    network="pair",
    case=CASE,
    rungs=("stages", "physics"),
    sources=("dmlc/gluon-nlp#1005",),
    causes=("the oracle agrees with {other}",),
)
def reference_wrong(port: FaultyPort) -> None:
    """The implementation that was ported from is itself wrong: a layer averages over its channels, and does not sum."""
    port.setup(with_options(port.backend, mix_averages=True))


@real_bug(
    "weights-not-matched",
    network="pair",
    case=CASE,
    rungs=("spec",),
    sources=("talmolab/sleap-nn#235", "talmolab/sleap-nn#309"),
    causes=("absent",),
)
def weights_not_matched(port: FaultyPort) -> None:
    """The weights of a layer found no partner, and a warning was all: they are left out."""
    port.setup(with_options(port.backend, unmatched="^mix"))


@real_bug(
    "modes-dropped",
    network="pair",
    case=CASE,
    rungs=("stages",),
    sources=("PtychoPINN",),
    causes=("mode",),
)
def modes_dropped(port: FaultyPort) -> None:
    """Of two incoherent modes of the probe the first alone is left after a merge of branches."""
    port.setup(with_options(port.backend, modes="first"))


@real_bug(
    "support-missing",
    network="pair",
    case=CASE,
    rungs=("stages",),
    sources=("a public 3-D pair",),
    causes=("support",),
)
def support_missing(port: FaultyPort) -> None:
    """The support is imposed on one side only."""
    port.setup(with_options(port.backend, support=False))


@real_bug(
    "schedule-spelling",
    network="pair",
    case=CASE,
    rungs=("telemetry",),
    sources=("a public 3-D pair",),
    causes=("learning rate",),
    open="the replay of the real training, one rung below, tells of it before the history does",
)
def schedule_spelling(port: FaultyPort) -> None:
    """An option is compared with another spelling of its value, so that the default schedule runs."""
    port.setup(with_options(port.backend, schedule_known_as="Staircase"))


@real_bug(
    "gridsize-at-import",
    network="pair",
    case=CASE,
    rungs=("settings", "exchange"),
    sources=("PtychoPINN",),
    causes=("gridsize",),
)
def gridsize_at_import(port: FaultyPort) -> None:
    """The model is one object, built at import with the gridsize of then, which is 2."""
    port.setup(with_options(port.backend, built_at_import=True))


@real_bug(
    "default-object-big",
    network="pair",
    case=CASE,
    rungs=("settings",),
    sources=("PtychoPINN",),
    causes=("object_big",),
)
def default_object_big(port: FaultyPort) -> None:
    """object_big is not passed on, and is on by default."""
    port.setup(with_options(port.backend, not_passed="object_big"))


@real_bug(
    "default-probe-big",
    network="pair",
    case=CASE,
    rungs=("settings",),
    sources=("PtychoPINN",),
    causes=("probe_big",),
)
def default_probe_big(port: FaultyPort) -> None:
    """probe_big is not passed on, and is on by default."""
    port.setup(with_options(port.backend, not_passed="probe_big"))


@real_bug(
    "default-mask",
    network="pair",
    case=CASE,
    rungs=("settings",),
    sources=("PtychoPINN",),
    causes=("mask",),
)
def default_mask(port: FaultyPort) -> None:
    """The mask of the probe is not passed on, and is on by default."""
    port.setup(with_options(port.backend, not_passed="mask"))


@real_bug(
    "labels-illuminated",
    network="pair",
    case=CASE,
    rungs=("dataset",),
    sources=("PtychoPINN",),
    causes=("target", "label"),
)
def labels_illuminated(port: FaultyPort) -> None:
    """The labels of the simulation are multiplied by the probe."""
    port.setup(with_options(port.backend, labels="illuminated"))


@real_bug(
    "keras-backend",
    network="pair",
    case=CASE,
    rungs=("settings",),
    sources=("KERAS_BACKEND",),
    causes=("backend",),
    sides=("keras",),
)
def keras_backend(port: FaultyPort) -> None:
    """Keras runs on another framework than its side is named after."""
    port.setup(with_options(port.backend, runs_on="torch"))


@real_bug(
    "keras-layout",
    network="pair",
    case=CASE,
    rungs=("settings",),
    sources=("keras.json",),
    causes=("data_format", "channels_first"),
    sides=("keras",),
)
def keras_layout(port: FaultyPort) -> None:
    """The file keras.json asks for images with channels first."""
    port.setup(with_options(port.backend, data_format="channels_first"))


@real_bug(
    "mean-loss",
    network="pair",
    rungs=("telemetry",),
    sources=("a public U-Net pair",),
    causes=("mean of its steps",),
)
def mean_loss(port: FaultyPort) -> None:
    """The losses of an epoch are added up and divided by the last index, not by their number."""
    steps = {"an epoch": 1}
    port.batches(lambda batches: steps.update({"an epoch": batches.steps_per_epoch}) or batches)

    def divided(metrics: dict[str, float]) -> dict[str, float]:
        number = steps["an epoch"]
        return {**metrics, "loss": metrics["loss"] * number / max(number - 1, 1)}

    port.metrics(divided)
