"""Imports the `harness` that lies beside this package, whatever else is called so.

A user's repository may hold a folder of that name, and often comes first on the import path.
"""

import sys
from pathlib import Path

HOME = str(Path(__file__).parents[1])

sys.path.insert(0, HOME)
try:
    import harness
finally:
    sys.path.remove(HOME)

if not str(harness.__file__).startswith(HOME):
    raise ImportError(
        f"ptycho_parity: a package 'harness' of another origin was imported before ({harness.__file__}); import "
        "ptycho_parity first, or run what needs the other one in a process of its own."
    )
