"""`manifest`, `bundle` and `verify` on a hub."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from harness.errors import HarnessError
from harness.session import hub as hubs

Verb = Callable[..., Result]


def test_a_hub_is_handed_over_and_verified_elsewhere(verb: Verb, home: Path, tmp_path: Path) -> None:
    packed, there = tmp_path / "handover.tar", tmp_path / "received"
    assert verb("bundle", "hub", "--to", str(packed)).exit_code == 0
    result = verb("verify", str(packed), "--to", str(there))
    assert result.exit_code == 0
    assert result.stdout.endswith(" identical, 0 changed, 0 missing, 0 extra\n")
    (there / "files" / "summary.md").write_text("other")
    result = verb("verify", str(there))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == ["changed: files/summary.md"]
    assert json.loads(verb("verify", str(there), "--json").stdout)["changed"] == ["files/summary.md"]
    assert verb("judge", str(there / "files"), "--json").stdout == verb("judge", "hub", "--json").stdout


def test_a_bundle_that_would_be_too_large_is_refused(verb: Verb, tmp_path: Path) -> None:
    result = verb("bundle", "hub", "--to", str(tmp_path / "small.tar"), "--max-mb", "0.1")
    assert isinstance(result.exception, HarnessError)
    assert "at most 100.0 kB were asked for" in str(result.exception)


def test_the_manifest_lists_files_and_arrays(verb: Verb, tmp_path: Path) -> None:
    result = verb("manifest", "hub", "--to", str(tmp_path))
    assert result.exit_code == 0
    rows = list(csv.DictReader(result.stdout.splitlines()))
    [data] = [row for row in rows if row["path"] == "small/dataset/data.npz" and row["array"] == "diff3d"]
    assert (data["shape"], data["dtype"], data["contract"]) == ("24 x 64 x 64", "float32", "kept")
    assert (tmp_path / "manifest.csv").read_text() == result.stdout
    assert json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert "| small/dataset/data.npz |" in (tmp_path / "manifest.md").read_text()


@pytest.mark.parametrize(
    "arguments", [("manifest", "absent"), ("verify", "absent.tar"), ("bundle", "absent", "--to", "x.tar")]
)
def test_what_is_not_there_is_named(verb: Verb, arguments: tuple[str, ...]) -> None:
    result = verb(*arguments)
    assert isinstance(result.exception, HarnessError)
    assert "absent" in str(result.exception)


def test_a_fresh_hub_is_identical_and_what_was_done_to_it_is_named(verb: Verb, home: Path, tmp_path: Path) -> None:
    result = verb("verify", "hub")
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith(" identical, 0 changed, 0 missing, 0 extra\n")
    hub = tmp_path / "copy"
    shutil.copytree(home / "hub", hub)
    (hub / "summary.md").write_text("other")
    (hub / "junit.xml").unlink()
    (hub / "new.txt").write_text("")
    result = verb("verify", str(hub))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == ["changed: summary.md", "missing: junit.xml", "extra: new.txt"]
    (hub / "checksums.txt").write_text("")
    assert json.loads(verb("verify", str(hub), "--json").stdout)["changed"] == ["checksums.txt", "summary.md"]


def test_a_hub_without_a_manifest_is_not_verified(verb: Verb, home: Path, tmp_path: Path) -> None:
    hub = tmp_path / "copy"
    shutil.copytree(home / "hub", hub)
    (hub / "manifest.json").unlink()
    for finished, words in ((True, "nothing shows that its files are those"), (False, "did not come to its end")):
        if not finished:
            hubs.reopen(hub)
        result = verb("verify", str(hub))
        assert isinstance(result.exception, HarnessError)
        assert words in str(result.exception)
