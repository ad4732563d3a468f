"""Whether what a side returns for a group depends on the size of the batch: a part of rung 2, of each side alone."""

from pathlib import Path

from harness import layout
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.records.batch_sizes import BatchSizes

LIMIT = "batch"


def judge_batch_sizes(findings: Findings, evidence: Evidence) -> None:
    """Add a check for each side and each size of the batch."""
    for side in evidence.backends:
        with findings.evidence_for(f"float32.batch.{side}"):
            record = evidence.parsed(Path(side, layout.LOCKSTEP, layout.BATCH_SIZES), BatchSizes)
            for number, size in enumerate(record.sizes):
                _judge_size(findings, f"float32.batch.{side}.{size}", side, record, number)


def _judge_size(findings: Findings, name: str, side: str, record: BatchSizes, number: int) -> None:
    size, returned, difference = record.sizes[number], record.returned[number], record.differences[number]
    if problem := record.problems[number]:
        findings.demand(name, False, f"{side} failed on a batch of {size}: {problem}")
    elif returned != size:
        findings.demand(name, False, f"{side} was given a batch of {size} groups and returned {returned}")
    elif difference is None:
        findings.error(name, f"{side}: a batch of 1 returned nothing that a batch of {size} could be compared with")
    else:
        message = f"{side}: the first group in a batch of {size} against a batch of 1, over the largest value"
        findings.measure(name, difference, LIMIT, message)
