"""The oracle that a user gives a pair: stages once more, in NumPy float64, in code that no side shares."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.arrays import Array, Weights
from harness.errors import HarnessError, in_one_line
from harness.networks.network import Oracle
from harness.networks.pair import loading
from harness.ports.protocol import Batch, Setup
from harness.scenario.pair import PairScenario


class UserOracle:
    """A user's function `(known, batch, weights)`; see `harness.networks.network.Oracle`."""

    def __init__(self, function: Callable[..., Any], where: str) -> None:
        """Take the function, and the scenario's key and its value for messages."""
        self._function, self._where = function, where

    def stages(self, setup: Setup, known: Mapping[str, Array], batch: Batch, weights: Weights) -> dict[str, Array]:  # noqa: ARG002
        """The stages that the function answers for, under the reference's names.

        Raises HarnessError when it raises, or returns something else than arrays by the names of stages.
        """
        try:
            found = self._function(dict(known), batch, dict(weights))
        except Exception as error:
            raise HarnessError(f"{self._where}: raised {in_one_line(error)}.") from error
        names = [*found] if isinstance(found, Mapping) else [found]
        if not names or not {*map(str, names)} <= known.keys():
            raise HarnessError(
                f"{self._where}: returned {', '.join(map(str, names)) or 'nothing'}; return arrays by the names of "
                f"stages, which are {', '.join(known)}."
            )
        return {name: np.asarray(value) for name, value in found.items()}

    def losses(self, setup: Setup, stages: Mapping[str, Array], batch: Batch) -> dict[str, float]:  # noqa: ARG002
        """Nothing: a user's oracle answers for stages alone."""
        return {}

    def diffraction(self, setup: Setup, patches: Array, relative: Array) -> Array:  # noqa: ARG002
        """Not asked of a user's oracle; raises HarnessError."""
        raise HarnessError(f"{self._where}: answers for stages alone.")


def of(setup: Setup) -> Oracle | None:
    """The oracle that the scenario of a pair names; None without one."""
    assert isinstance(setup.scenario, PairScenario)
    text = setup.scenario.pair.oracle
    if text is None:
        return None
    where = f"pair.oracle: {text}"
    return UserOracle(loading.found(text, setup.home, where), where)
