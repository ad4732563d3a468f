"""Masks of the detector: which pixels count. In the contract True marks a good pixel; other files have it otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from harness.dataset.measured.held import Held
from harness.errors import HarnessError
from harness.pipes import require_no_pipe

Array = np.ndarray
Marks = Literal["good", "bad", "cxi", "most"]
"""What a value other than 0 means: a good pixel, a bad one, CXI's bits, or `most`: what most pixels hold is good."""

_CXI_SIGNAL = 0x1000
"""The bit of a CXI mask that says that a pixel holds signal, which is no fault."""


def good_pixels(
    held: Held, names: Sequence[str], K: int, marks: Marks, source: str
) -> tuple[Array | None, tuple[str, ...]]:
    """The good pixels (K, K) of the masks `names`, and a sentence with figures; None where every pixel is good.

    A mask of each pattern (M, K, K), and several masks, become that of the pixels that are good in all. Raises
    HarnessError, which begins with `source`, for another shape or type, and where no pixel is good.
    """
    for name in names:
        header = held.headers[name]
        shape = header.shape if header is not None else ()
        if shape[-2:] != (K, K) or len(shape) not in (2, 3) or header is None or header.dtype.kind not in "biuf":
            found = "none" if header is None else f"{header.dtype} {shape}"
            raise HarnessError(f"{source}: '{name}' is {found}; a mask ({K}, {K}), or one for each pattern, is needed.")
    blocks = (block for name in names for block in _blocks(held, name, K))
    return _reduced(*_counted(blocks, K, marks), f"{source}: '{names[0]}'")


def _blocks(held: Held, name: str, K: int) -> Iterator[Array]:
    """The masks (n, K, K) of one array, piece by piece."""
    header = held.headers[name]
    if header is None or header.reversed or len(header.shape) == 2:
        yield held.read(name).reshape(-1, K, K)
    else:
        yield from (block for _, block in held.blocks(name))


def of_a_file(path: Path, K: int) -> tuple[Array | None, tuple[str, ...]]:
    """The good pixels (K, K) of a mask in an NPY file; what most pixels hold marks the good ones."""
    try:
        found = np.load(require_no_pipe(path), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise HarnessError(f"--mask: {path} is no NPY file of a plain array ({error}); save one.") from error
    where = f"--mask: {path}"
    if not isinstance(found, np.ndarray) or found.shape[-2:] != (K, K) or found.dtype.kind not in "biuf":
        raise HarnessError(f"{where} holds {getattr(found, 'shape', 'an archive')}; a mask ({K}, {K}) is needed.")
    return _reduced(*_counted([found.reshape(-1, K, K)], K, "most"), where)


def _counted(blocks: Iterable[Array], K: int, marks: Marks) -> tuple[Array, int, str]:
    """In how many patterns each pixel (K, K) is good, of how many, and how that was told."""
    marked, frames = np.zeros((K, K), np.int64), 0
    for block in blocks:
        values = block & ~np.array(_CXI_SIGNAL, block.dtype) if marks == "cxi" and block.dtype.kind in "iu" else block
        marked += (values != 0).sum(axis=0)
        frames += len(block)
    set_is_good = marks == "good" or (marks == "most" and 2 * marked.sum() >= marked.size * frames)
    told = f"; {'what is not 0' if set_is_good else '0'} was taken for good, since most pixels hold it"
    return marked if set_is_good else frames - marked, frames, told if marks == "most" else ""


def _reduced(good: Array, frames: int, told: str, where: str) -> tuple[Array | None, tuple[str, ...]]:
    always, pixels = good == frames, good.size
    bad = pixels - int(np.count_nonzero(always))
    if bad == pixels:
        raise HarnessError(f"{where} leaves no pixel that is good in all patterns; look whether it is turned round.")
    if bad == 0:
        return None, (f"The mask marks all {pixels} pixels as good{told}.",)
    note = f"The mask marks {bad} of {pixels} pixels ({bad / pixels:.2%}) as bad{told}; they count 0."
    if (good[~always] > 0).any():
        lost = pixels - good.sum() / frames
        note += f" It differs among patterns ({lost:.1f} bad in one on average); good is what is good in all."
    return always, (note,)
