"""Something that the user's code looks up by its name, replaced for a while."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.errors import HarnessError


@contextmanager
def replaced(where: str, replacement: Callable[[Callable[..., Any]], Any]) -> Iterator[None]:
    """Put another callable in the place of one meanwhile.

    Args:
        where: `MODULE:NAME` or `MODULE:CLASS.METHOD`, the module being the one in which the user's code looks it up.
        replacement: from the callable that stands there to the one that is put there.

    Raises:
        HarnessError: there is no such module or name.
    """
    owner, name = _owner(where)
    plain, own = getattr(owner, name), name in vars(owner)
    setattr(owner, name, replacement(plain))
    try:
        yield
    finally:
        if own:
            setattr(owner, name, plain)
        else:  # it was inherited
            delattr(owner, name)


def _owner(where: str) -> tuple[Any, str]:
    module, _, attribute = where.partition(":")
    *path, last = attribute.split(".")
    try:
        owner = importlib.import_module(module)
        for part in path:
            owner = getattr(owner, part)
        getattr(owner, last)
    except (ImportError, AttributeError, ValueError) as error:
        raise HarnessError(f"{where}: is not there ({error}); name MODULE:NAME or MODULE:CLASS.METHOD.") from error
    return owner, last
