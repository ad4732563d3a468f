"""Which layout a file has."""

from collections.abc import Mapping
from types import ModuleType

from harness.dataset.measured.found import Found
from harness.dataset.measured.held import Held
from harness.dataset.measured.layouts import contract, cxi, nexus, ptychodus, ptychonn, ptylab, ptypy, tike

LAYOUTS: tuple[ModuleType, ...] = (tike, cxi, ptypy, ptylab, ptychodus, ptychonn, nexus)
"""All but the contract's own, in the order in which they are tried."""


def read(held: Held, source: str, keys: Mapping[str, str]) -> Found:
    """Describe the data set of a file: by the keys that a person named, by its own, or by the layout that it has.

    Raises HarnessError for a file that lacks what its layout needs.
    """
    if not keys.keys() >= contract.NAMED and not contract.recognise(held):
        for layout in LAYOUTS:
            if layout.recognise(held):
                found: Found = layout.read(held, source)
                contract.overlay(found, held, source, keys)
                return found
    return contract.read(held, source, keys)
