"""What the ports of your own pair import; see docs/a-pair-that-you-have.md.

Stable: the names here, the arguments of `KerasPort` and `TorchPort`, and the fields of `Setup` and `Batch`, from one
minor version to the next. Everything in the package `harness` may move.
"""

from typing import TYPE_CHECKING, Any

from ptycho_parity import _beside  # noqa: F401 - before anything of the harness

# isort: split

from harness.errors import HarnessError
from harness.ports.contract import Contract
from harness.ports.protocol import Batch, EpochReport, Port, Setup
from harness.ports.seen import Seen
from harness.toolkits.front_door import stopped_at

if TYPE_CHECKING:
    from harness.toolkits.keras.front_door import fit_settings
    from harness.toolkits.keras.port import KerasPort
    from harness.toolkits.torch.front_door import loop_settings
    from harness.toolkits.torch.port import TorchPort

__all__ = [
    "Batch",
    "Contract",
    "EpochReport",
    "HarnessError",
    "KerasPort",
    "Port",
    "Seen",
    "Setup",
    "TorchPort",
    "fit_settings",
    "loop_settings",
    "stopped_at",
]
_TOOLKITS = {
    "KerasPort": "harness.toolkits.keras.port",
    "TorchPort": "harness.toolkits.torch.port",
    "fit_settings": "harness.toolkits.keras.front_door",
    "loop_settings": "harness.toolkits.torch.front_door",
}


def __getattr__(name: str) -> Any:
    """A toolkit is imported when it is asked for: its framework may not be there."""
    if name in _TOOLKITS:
        from importlib import import_module

        return getattr(import_module(_TOOLKITS[name]), name)
    raise AttributeError(f"ptycho_parity has no {name!r}; it has {', '.join(__all__)}")
