"""The plugin of pytest, for the entry point `parity`."""

from harness.plugin import entry

__all__ = ["entry"]
