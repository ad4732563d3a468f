"""The README of a hub for the person who receives it: what it is, what was reached, and how to do it again."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from harness import formatting, layout
from harness.dataset import npz
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.records.setup import DatasetSetup
from harness.records.summary import CaseSummary, Summary
from harness.report import markdown
from harness.report.case_files import CaseFiles
from harness.report.tables import REACHED, Table, reached
from harness.scenario.keys import leaves
from harness.session import hub, manifest

CASES = ("case", "profile", "status", "N", "gridsize", "photons", "patterns", "epochs", "batch size")
METRICS = ("case", *REACHED)
PROVENANCE = ("photons", "case", "file", "bytes", "SHA-256", "simulated or file")
STEPS = ("simulate", "train", "infer")


def of_files(folder: Path) -> str:
    """The README of a folder that is no hub: what is in it stands in the inventory."""
    told = f"The files of `{folder.resolve().name}`; `inventory.json` lists every array in them."
    return (
        "\n".join([f"# {folder.resolve().name}", "", told, "", "## What a data set must hold", "", *_requirements()])
        + "\n"
    )


def page(root: Path) -> str:
    """The README of a hub.

    Raises HarnessError when the folder is no hub, or its session has left no summary.
    """
    hub.require(root)
    summary = Summary.read_if_whole(root / layout.SUMMARY)
    if summary is None:
        raise HarnessError(f"{root}: has no {layout.SUMMARY}; complete it with: python -m harness report {root}")
    return "\n".join(_lines(root, summary)) + "\n"


def _lines(root: Path, summary: Summary) -> Iterator[str]:
    yield f"# Parity session {summary.hub}"
    yield ""
    yield (
        "Two versions of one ptychography network, trained and compared on the same data. `index.html` shows the "
        "verdicts; `summary.json` holds the same figures for programs."
    )
    yield ""
    yield f"Asked by `{summary.command}`, {summary.started}."
    for title, part in (
        ("Scenarios", _cases(root, summary)),
        ("Baseline", _metrics(summary)),
        ("Environment", _environment(root, summary)),
        ("How to do it again", _commands(summary)),
        ("Data sets, by dose", _provenance(root, summary)),
        ("What a data set must hold", _requirements()),
    ):
        yield from ("", f"## {title}", "")
        yield from part


def _cases(root: Path, summary: Summary) -> list[str]:
    rows = []
    for case in summary.cases:
        values = _values(root, case)
        setup = DatasetSetup.read_if_whole(hub.case_folder(root, case.id) / layout.DATASET / layout.SETUP)
        facts = (None, None) if setup is None else (setup.nphotons, setup.patterns)
        data = (values["dataset.N"], values["grouping.gridsize"], *facts)
        training = (values["training.epochs"], values["training.batch_size"])
        rows.append((case.id, case.profile, case.status, *data, *training))
    return [*Table.of(CASES, rows).markdown(), "", "Every value, with its origin, stands in `<case>/scenario.yaml`."]


def _values(root: Path, case: CaseSummary) -> dict[str, object]:
    """The resolved scenario of a case by dotted key."""
    folder = hub.case_folder(root, case.id)
    return leaves(Evidence(folder, hub.read_case(folder).backends).scenario)


def _metrics(summary: Summary) -> list[str]:
    rows = [(case.id, *row) for case in summary.cases for row in reached(case.backends)]
    return Table.of(METRICS, rows).markdown() if rows else ["Nothing was reconstructed."]


def _environment(root: Path, summary: Summary) -> Iterator[str]:
    found = summary.provenance
    versions = ", ".join(f"{name} {version}" for name, version in found.frameworks.items() if version)
    commit = formatting.number(found.git_commit)
    yield f"- harness {found.harness_version}, commit {commit}, Python {found.python}"
    yield f"- {versions}; device {found.device}, {formatting.number(found.threads)} thread a worker"
    for sentence in _warnings(root, summary):
        yield f"- **Warning:** {sentence}"


def _warnings(root: Path, summary: Summary) -> Iterator[str]:
    """What keeps another person from getting the same figures."""
    if summary.provenance.dirty:
        yield "the code had changes that were not committed; the commit alone does not give these results."
    for case in summary.cases:
        sides = CaseFiles(hub.case_folder(root, case.id)).environments
        versions = {backend: side.distributions.get("numpy") for backend, side in sides.items()}
        if len(set(versions.values())) > 1:
            told = ", ".join(f"{backend} {version}" for backend, version in versions.items())
            yield f"{case.id}: the sides ran with different versions of NumPy ({told})."
    yield "other versions, another processor or a GPU round otherwise; compare within the limits of the ledger."
    for sentence in markdown.warnings(summary):
        yield sentence.removeprefix("warning: ")


def _commands(summary: Summary) -> Iterator[str]:
    yield "```"
    yield 'python3.11 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ".[cpu,report]"'
    for case in summary.cases:
        for words in _steps(case):
            yield shlex.join([".venv/bin/python", "-m", "harness", *words])
    yield "```"


def _steps(case: CaseSummary) -> Iterator[list[str]]:
    more = [word for key, value in case.overrides.items() for word in ("--override", f"{key}={value}")]
    common = ["--profile", case.profile, *more, "--to", "again"]
    yield ["simulate", case.id, *common]
    for backend in case.backends:
        for step in STEPS[1:]:
            yield [step, case.id, "--backend", backend, *common]


def _provenance(root: Path, summary: Summary) -> list[str]:
    rows = []
    for case in summary.cases:
        folder = hub.case_folder(root, case.id) / layout.DATASET
        if (folder / layout.DATA).is_file():
            setup, data = DatasetSetup.read_if_whole(folder / layout.SETUP), folder / layout.DATA
            name, size = data.relative_to(root).as_posix(), data.stat().st_size
            nphotons, origin = (None, None) if setup is None else (setup.nphotons, setup.origin)
            rows.append((nphotons, case.id, name, size, manifest.digest_of(data), origin))
    rows.sort(key=lambda row: (float(row[0] or 0), row[1]))
    return Table.of(PROVENANCE, rows).markdown() if rows else ["There are none."]


def _requirements() -> Iterator[str]:
    yield f"An NPZ without pickles that holds {', '.join(f'`{name}`' for name in npz.REQUIRED)}:"
    yield ""
    yield f"- `diff3d` (M, N, N): amplitudes, the square root of the counts; N is one of {npz.SIZES}"
    yield "- `probeGuess` (N, N) complex; `xcoords`, `ycoords` (M,): centres of the patterns in pixels"
    yield "- if there are several scans, `scan_index` (M,); if it is known, `objectGuess` (H, W) complex"
