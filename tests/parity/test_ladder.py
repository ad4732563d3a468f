"""The parity ladder, once for every scenario of this repository."""

from ptycho_parity.ladder import *  # noqa: F403
