"""The front door: a user's own workflow, stopped where it would train.

Half of what goes wrong in a port can be seen there and nowhere else: a setting that was asked for and another that is
in force, an array that is normalised on one side only, an option that is not passed on.
"""

import inspect
from collections.abc import Callable
from typing import Any

from harness.errors import HarnessError, in_one_line
from harness.toolkits.replacing import replaced


class _Reached(BaseException):
    """The workflow has come to where it is stopped; no `except Exception` of its own catches it."""


def stopped_at(where: str, workflow: Callable[[], Any]) -> dict[str, Any]:
    """Run a workflow until it calls `where`, and return the arguments of that call instead of making it.

    Args:
        where: `MODULE:NAME` or `MODULE:CLASS.METHOD`, such as `keras:Model.fit`, the module being the one in which the
            workflow looks the name up.
        workflow: what a user would run; called without arguments.

    Returns:
        The arguments by name, `self` included, with their defaults.

    Raises:
        HarnessError: the workflow ends without that call, or raises before it.
    """
    caught: dict[str, Any] = {}

    def stop(plain: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(plain)

        def reached(*args: Any, **kwargs: Any) -> Any:
            call = signature.bind(*args, **kwargs)
            call.apply_defaults()
            caught.update(call.arguments)
            raise _Reached

        return reached

    try:
        with replaced(where, stop):
            workflow()
    except _Reached:
        return caught
    except HarnessError:
        raise
    except (Exception, SystemExit) as error:
        raise HarnessError(f"the workflow raised {in_one_line(error)} before it came to {where}.") from error
    raise HarnessError(f"the workflow ended and never called {where}; name what it calls to train.")
