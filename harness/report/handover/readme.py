"""The README of a hub for the person who receives it: its scenarios, its results, and how to reproduce them."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness import layout, templates
from harness.dataset import npz
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.records.setup import DatasetSetup
from harness.records.summary import CaseSummary, Summary
from harness.report import markdown
from harness.report.case_files import CaseFiles
from harness.report.tables import RESULTS, Table, result_rows
from harness.scenario.keys import leaves
from harness.session import hub, manifest

CASES = ("case", "profile", "status", "N", "gridsize", "photons", "patterns", "epochs", "batch size")
METRICS = ("case", *RESULTS)
PROVENANCE = ("photons", "case", "file", "bytes", "SHA-256", "simulated or file")


def of_files(folder: Path) -> str:
    """The README of a folder that is no hub; it refers to the inventory for the contents."""
    return templates.render("handover/files.md", name=folder.resolve().name, required=npz.REQUIRED, sizes=npz.SIZES)


def page(root: Path) -> str:
    """The README of a hub, as Markdown.

    Raises HarnessError when the folder is no hub, or holds no `summary.json`.
    """
    hub.require(root)
    summary = Summary.read_if_whole(root / layout.SUMMARY)
    if summary is None:
        raise HarnessError(f"{root}: has no {layout.SUMMARY}; complete it with `python -m harness report {root}`.")
    metrics = ((case.id, *row) for case in summary.cases for row in result_rows(case.backends))
    return templates.render(
        "handover/readme.md",
        summary=summary,
        cases=Table.of(CASES, (_case(root, case) for case in summary.cases)),
        baseline=Table.of(METRICS, metrics),
        warnings=list(_warnings(root, summary)),
        commands=[command for case in summary.cases for command in _commands(case)],
        provenance=Table.of(PROVENANCE, _provenance(root, summary)),
        required=npz.REQUIRED,
        sizes=npz.SIZES,
    )


def _case(root: Path, case: CaseSummary) -> tuple[object, ...]:
    """The row of a case in the table of scenarios, with the columns CASES."""
    values = _values(root, case)
    setup = DatasetSetup.read_if_whole(hub.case_folder(root, case.id) / layout.DATASET / layout.SETUP)
    facts = (None, None) if setup is None else (setup.nphotons, setup.patterns)
    data = (values["dataset.N"], values["grouping.gridsize"], *facts)
    return case.id, case.profile, case.status, *data, values["training.epochs"], values["training.batch_size"]


def _values(root: Path, case: CaseSummary) -> dict[str, object]:
    """The values of the resolved scenario of a case, by dotted key."""
    folder = hub.case_folder(root, case.id)
    return leaves(Evidence(folder, hub.read_case(folder).backends).scenario)


def _warnings(root: Path, summary: Summary) -> Iterator[str]:
    """Sentences on what may keep another person from getting the same results."""
    if summary.provenance.dirty:
        yield "the code had changes that were not committed; the commit alone does not give these results."
    for case in summary.cases:
        sides = CaseFiles(hub.case_folder(root, case.id)).environments
        versions = {backend: side.distributions.get("numpy") for backend, side in sides.items()}
        if len(set(versions.values())) > 1:
            named = ", ".join(f"{backend} {version}" for backend, version in versions.items())
            yield f"{case.id}: the sides ran with different versions of NumPy ({named})."
    yield "other versions, another processor or a GPU round otherwise; compare within the limits of the ledger."
    for sentence in markdown.warnings(summary):
        yield sentence.removeprefix("warning: ")


def _commands(case: CaseSummary) -> Iterator[str]:
    """The commands that reproduce a case: simulate, then train and infer with each backend."""
    more = [option for key, value in case.overrides.items() for option in ("--override", f"{key}={value}")]
    common = ["--profile", case.profile, *more, "--to", "again"]
    sides = [[verb, case.id, "--backend", backend] for backend in case.backends for verb in ("train", "infer")]
    for step in (["simulate", case.id], *sides):
        yield shlex.join([".venv/bin/python", "-m", "harness", *step, *common])


def _provenance(root: Path, summary: Summary) -> Sequence[Sequence[object]]:
    """One row for each data set, with the columns PROVENANCE, sorted by dose."""
    rows = []
    for case in summary.cases:
        folder = hub.case_folder(root, case.id) / layout.DATASET
        if (folder / layout.DATA).is_file():
            setup, data = DatasetSetup.read_if_whole(folder / layout.SETUP), folder / layout.DATA
            name, size = data.relative_to(root).as_posix(), data.stat().st_size
            nphotons, origin = (None, None) if setup is None else (setup.nphotons, setup.origin)
            rows.append((nphotons, case.id, name, size, manifest.digest_of(data), origin))
    rows.sort(key=lambda row: (float(row[0] or 0), row[1]))
    return rows
