"""A side as it runs: a backend, and where that is asked for the revision, the device and the interpreter of its own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    name: str
    """How it is called in hubs and reports, such as `torch@main`; the name of its folder."""
    backend: str
    """The port: a backend, or a side of a user's pair."""
    revision: str | None = None
    """Commit whose code it runs, as git writes it in full; None for the code as it lies here."""
    device: str | None = None
    """`cpu`, `gpu` or `gpu:K`; None for the session's."""
    interpreter: Path | None = None
    """None for the one of `--parity-python`, or the harness's own."""


def of_backends(names: tuple[str, ...]) -> dict[str, Side]:
    """Sides by name that are nothing but their backends."""
    return {name: Side(name, name) for name in names}
