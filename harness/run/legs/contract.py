"""The contract leg: what the port claims to be, before any number is computed with it.

Fills `contract/` with `contract.json`, and `facts.json` with what the port says of its surroundings. The names are the
port's own: those of a pair are mapped to each other from here. A port whose own workflow was stopped where it
would train leaves its settings in `seen.json`, and what it was about to feed its network in `seen.npz`.
"""

from typing import cast

from harness import layout
from harness.files import write_json, write_npz
from harness.ports.protocol import SEEN, OwnWorkflow
from harness.records.settings import SettingsRecord
from harness.run.job import Job
from harness.run.legs.common import create, lacks


def run(job: Job) -> None:
    """Build the port once, and write down what it states."""
    folder, port = job.output / layout.CONTRACT_FOLDER, create(job, "float32")
    port.contract.write(folder)
    write_json(folder / layout.FACTS, {**port.facts(), "capabilities": sorted(port.capabilities)})
    if not lacks(job, folder, port, (SEEN,)):
        seen = cast("OwnWorkflow", port).seen()
        SettingsRecord(settings=dict(seen.settings)).write(folder / layout.SEEN)
        write_npz(folder / layout.SEEN_ARRAYS, **seen.arrays)
