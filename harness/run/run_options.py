"""The options of a session that its runs depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.run.cores import THREADS
from harness.run.executors.executor import LOCAL
from harness.run.sides import Side


@dataclass(frozen=True)
class RunOptions:
    """The options of a session that its runs depend on."""

    backends: tuple[str, ...]
    """Names of the pair, reference first; one alone where nothing is exchanged."""
    interpreters: Mapping[str, Path]
    """Backend to its interpreter, where that is not this one."""
    device: str
    """`auto`, `cpu`, `gpu` or `gpu:K`."""
    store: Path
    timeout: float | None
    """Seconds for one worker; None leaves it to the profile."""
    data_folders: tuple[Path, ...] = ()
    log_patch_stats: bool = False
    patch_stats_limit: int = 2
    faults: Mapping[str, str] = field(default_factory=dict)
    """Side to the fault that is injected in it, `ID` or `ID=SIZE`."""
    sides: Mapping[str, Side] = field(default_factory=dict)
    """Side to what is asked of it; those that are not named are nothing but their backends."""

    threads: int = THREADS
    """Number of threads of a worker."""
    executor: str = LOCAL
    """Name of what runs the workers."""

    def side(self, name: str) -> Side:
        """A side by its name in `backends`."""
        return self.sides.get(name) or Side(name, name)
