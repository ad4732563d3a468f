"""Under pytest-xdist, tests that need the same work run on one worker: elsewhere they would only wait for it.

What a test shares is read from its name, because a marked group does not reach xdist's scheduler under pytest 9.2
(pytest-dev/pytest-xdist#1386).
"""

import re

from xdist.scheduler import LoadScopeScheduling

_SHARED = re.compile(r"tests/(?:parity|faults)/[^\[]*\[(?:.*@)?(?P<subject>.*)\]$")
"""Ids of a rung of a case, `...[gs1_custom]`, and of a fault in a side, `...[geometry.offset-sign@torch]`."""


class SharedWorkScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist is not typed
    """All rungs of a case, and all faults of a side, on one worker each; every other test wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        found = _SHARED.match(nodeid)
        return found["subject"] if found else nodeid
