"""Where in the code of a port a stage is computed."""

import inspect
import sysconfig
from pathlib import Path
from typing import Any

INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("purelib", "platlib", "stdlib"))


def place(computed_by: Any) -> str:
    """`FILE:LINE` of a function, or of the class of a layer; a text, as the path of a tap is, as it stands.

    Empty for an installed package: where a framework's own layers are written tells a reader nothing of the port.
    """
    if isinstance(computed_by, str):
        return computed_by
    of = inspect.unwrap(computed_by) if inspect.isroutine(computed_by) else type(computed_by)
    found = line_of(of)
    return "" if found is None or str(found[0]).startswith(INSTALLED) else located(of)


def located(of: Any) -> str:
    """`FILE:LINE` of a function or class, the file as it is called below the checkout that holds it.

    Outside of a checkout the file is called by the name of its folder and its own; empty for what has no source.
    """
    found = line_of(of)
    return "" if found is None else f"{_below_the_checkout(found[0].resolve())}:{found[1]}"


def line_of(of: Any) -> tuple[Path, int] | None:
    """File and line of a function or class; None for what has no source."""
    try:
        return Path(inspect.getfile(of)), inspect.getsourcelines(of)[1]
    except (TypeError, OSError):
        return None


def _below_the_checkout(file: Path) -> str:
    for root in file.parents:
        if str(root) in INSTALLED or (root / ".git").exists():
            return file.relative_to(root).as_posix()
    return f"{file.parent.name}/{file.name}"
