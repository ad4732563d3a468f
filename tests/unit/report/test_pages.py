"""The pages: escaped, whole without a server, and with every picture that they promise."""

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from markupsafe import escape

from harness import formatting, layout
from harness.files import read_json, write_json
from harness.judge import ladder, results
from harness.judge.evidence import Evidence
from harness.records.summary import Summary
from harness.report import assembly, case_files, markdown, pages
from harness.session import case_runner, hub


@pytest.fixture(params=["index.html", "small/index.html"])
def page(made: Path, request: pytest.FixtureRequest) -> Path:
    path: Path = made / request.param
    return path


def test_markup_in_a_description_is_shown_and_not_obeyed(made: Path) -> None:
    text = (made / "small" / "index.html").read_text()
    assert "<script>alert" not in text
    assert "<b>bold" not in text
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; | &lt;b&gt;bold&lt;/b&gt;" in text
    assert hub.read_case(made / "small").description not in text


def test_only_scripts_of_our_own_may_run(page: Path) -> None:
    text = page.read_text()
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    (policy,) = re.findall(r"script-src ([^;]*);", text)
    assert policy.split() == [f"'sha256-{digest}'" for digest in digests]
    assert text.count("<script") == len(scripts) + text.count('<script type="application/json"')
    assert not re.search(r"<[^>]* on[a-z]+=", text.replace("\n", " "))


def test_every_link_and_picture_is_in_the_hub(page: Path) -> None:
    targets = re.findall(r'(?:href|src)="([^"#]+)', page.read_text())
    assert targets
    for target in targets:
        assert (page.parent / target).exists(), target
        assert not target.startswith(("/", "http", "file"))


def test_a_hub_among_others_leads_to_the_index_over_them(made: Path, tmp_path: Path) -> None:
    link = '<a href="../index.html">all sessions</a>'
    assert link in (made / "index.html").read_text()
    alone = Path(shutil.copytree(made, tmp_path / "mailed"))
    assembly.render(alone)
    assert link not in (alone / "index.html").read_text()


def test_the_page_of_a_case_leads_to_its_telemetry(made: Path) -> None:
    text = (made / "small" / "index.html").read_text()
    for name in ("train_outputs/training_summary.md", "inference_outputs/patch_stats.md"):
        assert [backend for backend in ("toy", "other") if f'<a href="{backend}/{name}">' in text] == ["toy", "other"]
    assert '<a href="reassembly/reassembly.md">' in text


def test_every_anchor_is_on_its_page(made: Path, page: Path) -> None:
    for target, anchor in re.findall(r'href="([^"#]*)#([^"]+)"', page.read_text()):
        other = (page.parent / target) if target else page
        assert f'id="{anchor}"' in other.read_text(), (target, anchor)


def test_a_page_without_evidence_has_no_link_to_what_is_missing(made: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(made, tmp_path / "bare"))
    (bare / "small" / "prepared.json").unlink()
    (bare / "small" / "comparison" / "comparison_metrics.json").unlink()
    assembly.render(bare)
    test_every_anchor_is_on_its_page(bare, bare / "small" / "index.html")
    text = (bare / "small" / "index.html").read_text()
    assert 'id="ladder"' in text
    assert 'id="pictures"' not in text


def test_markup_in_the_data_of_a_chart_stays_data(made: Path, tmp_path: Path) -> None:
    """A backend may call its metrics what it likes."""
    other = Path(shutil.copytree(made, tmp_path / "other"))
    path, name = other / "small" / "toy" / "train_outputs" / "history.json", "</script><script>alert(1)</script>"
    history = read_json(path)
    for epoch in history["epochs"]:
        epoch["metrics"][name] = 1.0
    write_json(path, history)
    assembly.render(other)
    text = (other / "small" / "index.html").read_text()
    assert "<script>alert" not in text
    (values,) = re.findall(r'id="chart-loss-values">(.*?)</script>', text)
    assert f"toy: {name}" in [line["name"] for line in json.loads(values)["lines"]]


def test_what_was_overridden_and_run_where_is_said(page: Path) -> None:
    text = page.read_text()
    assert "training.seed=7" in text
    assert "device cpu" in text
    assert "from the store" in text


def test_the_page_of_a_case_shows_its_pictures(made: Path) -> None:
    text = (made / "small" / "index.html").read_text()
    for name in ("comparison/montage.png", "dataset/probe.png", "dataset/ground_truth_amp.png"):
        assert f'src="{name}"' in text
    for backend in ("toy", "other"):
        for name in ("patch_grid", "patch_grid_normalized"):
            assert f'src="{backend}/inference_outputs/{name}.png"' in text


def test_the_page_of_a_case_shows_the_members_of_its_ensemble(made: Path) -> None:
    text = (made / "small" / "index.html").read_text()
    assert re.search(r">Ensemble</h2>.*seed 7</th>.*seed 8</th>.*seed 9</th>", text, re.DOTALL)
    found = read_json(made / "small" / "comparison" / "comparison_metrics.json")["ensemble"]["figures"]["final_loss"]
    row = "".join(f'<td class="number">{formatting.number(value)}</td>' for value in found["other"])
    assert f"<tr><th>ln of the final loss above its floor</th><td>other</td>{row}</tr>" in text
    assert 'href="ensemble/8/toy/cli/worker.log"' in text


def test_a_probe_that_leaves_the_twin_open_is_named(made: Path, tmp_path: Path) -> None:
    """The small case has the idealised probe."""
    page = made / "small" / "index.html"
    assert "This probe is its own twin" in page.read_text()
    other = Path(shutil.copytree(made, tmp_path / "other"))
    for backend in ("toy", "other"):
        stats = other / "small" / backend / "inference_outputs" / "stats.json"
        write_json(stats, read_json(stats) | {"twins": {"open": False, "turned": 0}})
    results.write(Evidence(other / "small", ("toy", "other")))
    (other / "manifest.json").unlink()
    assembly.render(other)
    assert "This probe is its own twin" not in (other / "small" / "index.html").read_text()


def test_a_killed_session_is_shown_as_such(made: Path, tmp_path: Path) -> None:
    killed = Path(shutil.copytree(made, tmp_path / "killed"))
    hub.read_session(killed).model_copy(update={"finished": None, "exit_status": None}).write(killed / layout.SESSION)
    (killed / "small" / "checks" / "exchange.json").unlink()
    (killed / "manifest.json").unlink()
    assembly.render(killed)
    assert "has not come to its end" in (killed / "index.html").read_text()
    assert "not judged" in (killed / "small" / "index.html").read_text()
    assert "has not come to its end" in (killed / "summary.md").read_text()


def test_rendering_again_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(made, tmp_path / "reports" / made.name))
    assembly.render(again)
    assert (again / "manifest.json").read_bytes() == (made / "manifest.json").read_bytes()


def judged_on_a_gpu(made: Path, folder: Path) -> Path:
    """The hub as it would be had the backends run on a GPU, for which nobody measured limits."""
    moved = Path(shutil.copytree(made, folder))
    metadata = read_json(moved / "small" / "run_metadata.json")
    for side in metadata["backends"].values():
        side["device"] = {"kind": "gpu", "name": "made up", "index": 0}
    write_json(moved / "small" / "run_metadata.json", metadata)
    for rung in hub.read_case(moved / "small").rungs:
        case_runner.judge_and_record(moved / "small", rung)
    assembly.render(moved)
    return moved


def test_limits_that_nobody_measured_on_the_device_are_said_everywhere(made: Path, tmp_path: Path) -> None:
    moved = judged_on_a_gpu(made, tmp_path / "moved")
    summary = read_json(moved / "summary.json")
    silent = [check for check in summary["cases"][0]["checks"] if check["message"].startswith("uncalibrated: ")]
    assert len(silent) > 10
    assert {check["status"] for check in silent} == {"inconclusive"}
    sentence = f"uncalibrated: {len(silent)} checks say nothing, since nobody measured their limits"
    assert [line for line in markdown.warnings(Summary.model_validate(summary)) if sentence in line]
    for page_ in ("summary.md", "index.html", "small/index.html"):
        assert sentence in (moved / page_).read_text()
        assert sentence not in (made / page_).read_text()
    assert "uncalibrated: " in (moved / "small" / "red" / "telemetry.md").read_text()


def test_what_was_left_out_or_came_from_the_store_is_said(made: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(made, tmp_path / "other"))
    folder = other / "small"
    record = read_json(folder / "checks" / "ensemble.json")
    skipped = record["checks"][0] | {"status": "skipped", "message": "not asked for"}
    write_json(folder / "checks" / "ensemble.json", record | {"checks": [skipped]})
    beside = read_json(folder / "checks" / "agreement.json")
    partly = beside["checks"][0] | {"name": "gap", "status": "skipped", "message": "not asked for"}
    write_json(folder / "checks" / "agreement.json", beside | {"checks": [*beside["checks"], partly]})
    for path in (folder / "jobs.json", *folder.glob("ensemble/*/jobs.json")):
        write_json(path, [job | {"cached": True} for job in read_json(path)])
    assembly.render(other)
    sentences = (
        "Left out of every case: parts of agreement, ensemble; not asked for",
        "Nothing was run for small: everything came from",
    )
    for sentence in sentences:
        assert sentence in (other / "index.html").read_text()
        assert sentence not in (made / "index.html").read_text()
    assert "- From the store, nothing was run: small" in (other / "summary.md").read_text()


def test_cases_that_were_skipped_for_one_reason_are_told_in_one_sentence(made: Path, tmp_path: Path) -> None:
    summary, other = Summary.read(made / layout.SUMMARY), Path(shutil.copytree(made, tmp_path / "other"))
    for name in ("second", "third", "fourth"):
        shutil.copytree(made / "small", other / name)
        hub.read_case(made / "small").model_copy(update={"id": name}).write(other / name / layout.CASE)
    skipped = {"second": "there is no checkout.", "third": "nobody asked.", "fourth": "there is no checkout."}
    cases = [
        summary.cases[0].model_copy(update={"id": name, "status": "skipped", "diagnosis": reason})
        for name, reason in skipped.items()
    ]
    final = summary.model_copy(update={"cases": (*summary.cases, *cases)})
    pages.write_session(other, final, case_files.of_hub(other))
    text = (other / layout.INDEX).read_text()
    assert '<p class="notice">second, fourth were skipped. there is no checkout.</p>' in text
    assert '<p class="notice">third was skipped. nobody asked.</p>' in text


def test_what_is_not_green_is_listed_from_the_lowest_rung_up(made: Path) -> None:
    text = (made / "small" / "index.html").read_text()
    (wrong,) = re.findall(r'<ul class="wrongs">(.*?)</ul>', text, re.DOTALL)
    verdicts = {rung: read_json(made / "small" / "checks" / f"{rung}.json") for rung in ladder.JUDGES}
    red = [rung for rung, verdict in verdicts.items() if verdict["status"] not in ("pass", "skipped")]
    assert re.findall(r'href="#(\w+)"', wrong) == red
    for rung in red:
        of_status = [check for check in verdicts[rung]["checks"] if check["status"] == verdicts[rung]["status"]]
        of_a_side = [check for check in of_status if check["name"].partition(".")[0] in ("toy", "other")]
        first = (of_a_side or of_status)[0]
        assert str(escape(f"{first['name']}: {first['message']}")) in wrong


def test_limits_that_were_overridden_are_flagged(made: Path, tmp_path: Path) -> None:
    given = {"scale.closed_form": 0.29}
    folder = Path(shutil.copytree(made, tmp_path / "given")) / "small"
    case = hub.read_case(folder)
    changed = {"limits": given, "limit_origins": dict.fromkeys(given, "override")}
    overridden = {**changed, "overrides": {"limits.scale.closed_form": "0.29"}}
    case.model_copy(update=overridden).write(folder / layout.CASE)
    case_runner.judge_and_record(folder, "scale")
    assembly.render(folder.parent)
    flag = '<span class="status inconclusive">override</span>'
    before, after = ((hub_ / "small" / "index.html").read_text().count(flag) for hub_ in (made, folder.parent))
    assert (before, after) == (1, 3)  # the seed of the scenario, and two checks
    for name in ("index.html", "small/index.html", "summary.md"):
        assert "limits.scale.closed_form=0.29" in (folder.parent / name).read_text()
    rows = [line for line in (folder.parent / "summary.md").read_text().splitlines() if "| override |" in line]
    assert len(rows) == 2
