"""A convolution or a pooling pads on the other side, or with something else than zeros."""

from collections.abc import Iterator

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.compute import Layer, numbers
from harness.judge.hypotheses.layers.settings import with_setting
from harness.judge.hypotheses.layers.site import Site

_MODES = {"reflect": "its reflection", "replicate": "its edge", "circular": "its other end"}


def padding_side(_: Known, site: Site) -> Iterator[Candidate]:
    """Keras' `same` pads the odd pixel behind the image, PyTorch's `padding=1` before it; cropping likewise."""
    for sentence, made in site.variants(_changed):
        yield Candidate(sentence, made)


def _changed(layer: Layer) -> Iterator[tuple[str, Layer]]:
    for name, verb in (("padding", "padded"), ("crop", "cut")):
        if not isinstance(layer.attributes.get(name), list):
            continue
        pixels = numbers(layer.attributes, name)
        for moved, where in _moved(pixels):
            text = f"{OTHERS} {verb} {where}: {moved} in place of {pixels} (top, bottom, left, right)"
            yield text, with_setting(layer, **{name: moved})
    if any(_positive(layer)):
        for mode, what in _MODES.items():
            yield f"{OTHERS} with the image padded by {what}, not by zeros", with_setting(layer, padding_mode=mode)
    if layer.kind == "average_pool":
        counts = not layer.attributes.get("counts_padding", False)
        text = "counted" if counts else "not counted"
        yield f"{OTHERS} with padded pixels {text} in the mean", with_setting(layer, counts_padding=counts)


def _moved(pixels: list[int]) -> Iterator[tuple[list[int], str]]:
    """The same padding with one pixel on the other side of the image, along both axes, rows or columns."""
    for step in (1, -1):
        side = "before the image, not behind it" if step > 0 else "behind the image, not before it"
        both = [value + step * (1 if number % 2 == 0 else -1) for number, value in enumerate(pixels)]
        yield both, side
        for axis, name in ((0, "rows"), (2, "columns")):
            moved = list(pixels)
            moved[axis : axis + 2] = both[axis : axis + 2]
            yield moved, f"{side}, along {name} alone"


def _positive(layer: Layer) -> list[bool]:
    padding = layer.attributes.get("padding")
    return [int(pixel) > 0 for pixel in padding] if isinstance(padding, list) else []
