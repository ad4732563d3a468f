"""What a session compares with what, and where its files go: the lines that pytest prints before it collects."""

from pathlib import Path

from harness.run import store
from harness.run.executors.executor import LOCAL
from harness.session.request import REPORTS, Request


def header(request: Request, here: Path) -> list[str]:
    """Two lines: pair, profile, device, fault and overrides; store and hub, relative to `here` where they lie below."""
    reference, candidate = request.backends
    asked = [f"{candidate} against {reference}", f"profile {request.profile}", f"device {request.device}"]
    asked += [] if request.executor == LOCAL else [f"workers by {request.executor}"]
    asked += [] if request.fault is None else [f"injected fault {request.fault}"]
    asked += [f"{key}={value}" for key, value in request.overrides.items()]
    hub = request.hub or request.root / REPORTS / "<UTC time>"
    where = "off" if request.store == store.OFF else _near(store.location(request.store, hub), here)
    return [f"parity: {', '.join(asked)}", f"parity: store {where}, hub {_near(hub, here)}"]


def _near(folder: Path, here: Path) -> str:
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
