"""Calls in parallel threads, all cancelled when one of them fails or when the user interrupts."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from typing import TypeVar

K = TypeVar("K")
T = TypeVar("T")


def as_completed(calls: Mapping[K, Callable[[], T]], cancelled: threading.Event) -> Iterator[tuple[K, T]]:
    """Run all calls at once; yields name and result of each as it ends.

    When one raises, on an interrupt, and when the caller stops iterating, `cancelled` is set, on which every call
    should end, and all are waited for.
    """
    with futures.ThreadPoolExecutor(max(1, len(calls))) as pool:
        try:  # an interrupt may come between two submissions, and the pool waits for what it has
            names = {pool.submit(call): name for name, call in calls.items()}
            for future in futures.as_completed(names):
                yield names[future], future.result()
        except BaseException:
            cancelled.set()
            raise
