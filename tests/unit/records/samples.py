"""Records for the tests of whoever reads them."""

from collections.abc import Iterable
from typing import Any

from harness.records.run import DatasetRecord, DeviceRecord, JobsRecord, RunMetadata, SideRecord


def run_metadata(backends: Iterable[str]) -> RunMetadata:
    """What a run of these backends on a CPU leaves, as far as it is judged."""
    side = SideRecord(
        python="CPython 3.11",
        own_interpreter=True,
        distributions={"numpy": "2.4"},
        device=DeviceRecord(kind="cpu", name="cpu", index=None),
        threads=1,
        variables={},
        fault=None,
    )
    nothing = JobsRecord(count=0, cache_hits=(), failed=(), seconds={}, keys={})
    dataset = DatasetRecord(key="k", cached=False, seconds=1.0, references=())
    told: dict[str, Any] = {
        "scenario": "gs",
        "profile": "stable",
        "from_profile": (),
        "overrides": {},
        "seeds": {},
        "counts": {},
    }
    ended: dict[str, Any] = {"damaged_store_entries": (), "seconds": 1.0, "finished": "2026-01-01T00:00:00Z"}
    sides = dict.fromkeys(backends, side)
    return RunMetadata(case="gs", backends=sides, paths={}, dataset=dataset, jobs=nothing, **told, **ended)
