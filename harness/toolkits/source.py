"""Where in the user's own code a stage is computed."""

import inspect
import sysconfig
from pathlib import Path
from typing import Any

INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("purelib", "platlib", "stdlib"))


def place(computed_by: Any) -> str:
    """`FOLDER/FILE:LINE` of a function, or of the class of a layer; a text, as the path of a tap is, as it stands.

    Empty for an installed package: where a framework's own layers are written tells a reader nothing of the port.
    """
    if isinstance(computed_by, str):
        return computed_by
    of = inspect.unwrap(computed_by) if inspect.isroutine(computed_by) else type(computed_by)
    try:
        file, line = Path(inspect.getfile(of)), inspect.getsourcelines(of)[1]
    except (TypeError, OSError):
        return ""
    return "" if str(file).startswith(INSTALLED) else f"{file.parent.name}/{file.name}:{line}"
