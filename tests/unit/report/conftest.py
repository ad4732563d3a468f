"""A finished hub of two toy backends, made once: its texts hold what must not be taken for markup."""

import runpy
from pathlib import Path

import pytest

from harness.judge import ladder
from harness.report import assembly
from harness.session import case_runner, hub
from harness.session.request import Request

ROOT = Path(__file__).parents[3]
DESCRIPTION = '<script>alert("x")</script> & | <b>bold</b>'
SCENARIO = f"""\
description: '{DESCRIPTION}'
dataset: {{object: {{shape: [160, 160]}}, scan: {{images: 24}}, nphotons: 1.0e6}}
grouping: {{groups: 4}}
training: {{epochs: 2, batch_size: 2}}
inference: {{group_limit: 6}}
ensemble: {{seeds: 3}}
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hub; tests must not change it."""
    root = tmp_path_factory.mktemp("report")
    (root / "scenarios").mkdir()
    (root / "scenarios" / "small.yaml").write_text(SCENARIO)
    install = runpy.run_path(str(ROOT / "tests" / "unit" / "run" / "conftest.py"))["install_toys"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(install(root / "site")))
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        request = Request.from_texts(root, backends="toy,other", override=["training.seed=7"])
        folder = assembly.begin(request, "pytest -m parity")
        (case,) = request.cases()
        case_runner.plan(folder, case, ladder.JUDGES, request)
        case_runner.prepare(folder, case, request)
        for rung in ladder.JUDGES:
            case_runner.judge_and_record(hub.case_folder(folder, case.id), rung)
        assembly.finish(folder, 1)
    return folder
