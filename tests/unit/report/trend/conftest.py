"""Hubs written by hand: as little of `summary.json` as sessions are compared by, with figures that a test names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.files import read_json, write_json
from harness.records import jobs
from harness.records.jobs import JobRecord
from harness.report.trend.sessions import Session, read


class Hubs:
    """A folder of hubs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def check(rung: str, name: str = "a", status: str = "pass", margin: float | None = 0.5) -> dict[str, Any]:
        return {"rung": rung, "name": name, "status": status, "margin": margin}

    @staticmethod
    def side(ms_per_step: float = 20.0, **amplitude: float | None) -> dict[str, Any]:
        """One side: its metrics of the amplitude; the phase holds no picture."""
        metrics = {"pearson_r": 0.9, "ssim": 0.8, **amplitude}
        return {"ms_per_step": ms_per_step, "reconstruction": {"amplitude": metrics, "phase": None}}

    def case(self, **changes: Any) -> dict[str, Any]:
        """A passed case of two sides and two rungs."""
        record = {
            "id": "gs1",
            "profile": "stable",
            "overrides": {},
            "fault": None,
            "status": "pass",
            "backends": {"tensorflow": self.side(), "torch": self.side()},
            "checks": [self.check("dataset", margin=None), self.check("gradient")],
        }
        return record | changes

    def write(
        self, name: str, *cases: Mapping[str, Any], day: int = 1, cached: tuple[str, ...] = (), **summary: Any
    ) -> Path:
        """A hub that was started on a day; the trainings of the backends that are `cached` came from the store."""
        started, folder = f"2026-11-{day:02d}T02:00:00Z", self.folder / name
        write_json(folder / "session.json", {"started": started})
        record = {"schema_version": "1.0", "started": started, "finished": started, "cases": list(cases)}
        write_json(folder / "summary.json", record | summary)
        for one in cases:
            trained = [
                JobRecord(
                    backend=name, leg="train", status="done", cached=name in cached, seconds=1.0, key="k", error=None
                )
                for name in one["backends"]
            ]
            jobs.write(folder / one["id"] / "jobs.json", trained)
        return folder

    def session(self, name: str, *cases: Mapping[str, Any], **more: Any) -> Session:
        return read(self.write(name, *cases, **more))

    def change(self, name: str, **changes: Any) -> Path:
        """Give the summary of a hub other values."""
        path = self.folder / name / "summary.json"
        write_json(path, read_json(path) | changes)
        return path.parent


@pytest.fixture
def hubs(tmp_path: Path) -> Hubs:
    return Hubs(tmp_path)
