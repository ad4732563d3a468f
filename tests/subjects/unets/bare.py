"""`UNet` of careamics without what its packages import first: Lightning, and all else that loads and trains."""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

HOME = Path(find_spec("careamics").origin).parent
for name in ("", ".config", ".models"):
    sys.modules[f"careamics{name}"] = ModuleType(f"careamics{name}")
    sys.modules[f"careamics{name}"].__path__ = [str(HOME / name[1:])]

from careamics.models.unet import UNet  # noqa: E402, F401
