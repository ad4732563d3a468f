"""Records for the tests of whoever reads them."""

from collections.abc import Iterable
from typing import Any

from harness.records.inference import InferenceStats, TwinChoice
from harness.records.params import BundleParams, TrainedScale
from harness.records.run import DatasetRecord, DeviceRecord, JobsRecord, RunMetadata, SideRecord
from harness.records.setup import DatasetSetup


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


def bundle_params(backend: str, setup: DatasetSetup, final: float) -> BundleParams:
    """What a training on this dataset leaves beside its weights, with this final intensity scale."""
    return BundleParams(
        backend=backend,
        shared_weights=True,
        precision="float32",
        N=setup.N,
        gridsize=setup.gridsize,
        padded_size=setup.padded_size,
        object_amplitude=setup.object_amplitude,
        nphotons=setup.nphotons,
        intensity_scale=TrainedScale(
            initial=setup.intensity_scale, final=final, closed_form=setup.intensity_scale_closed_form, trainable=True
        ),
        probe_sha256="p",
        scenario_sha256="s",
    )


def inference_stats(trained_by: str, scale: float) -> InferenceStats:
    """What an inference with the weights of a side tells, under a probe that leaves no twin open."""
    return InferenceStats(
        infer_seconds=1.0,
        intensity_scale_restored=scale,
        intensity_scale_source="bundle",
        weights_trained_by=trained_by,
        synchronised=False,
        twins=TwinChoice(open=False, turned=0),
        peak_rss_mb=1.0,
        facts={"framework": "none"},
    )
