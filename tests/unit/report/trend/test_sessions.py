"""Reading hubs: what cannot be read is one sentence that names the file, the key and what to do."""

import pytest

from harness import layout
from harness.errors import HarnessError
from harness.files import write_json
from harness.report.trend.comparison import compare
from harness.report.trend.sessions import hubs_in, read, read_all


def test_what_is_read(hubs):
    session = hubs.session("one", hubs.case())
    assert session.name == "one"
    assert session.cases["gs1"].checks[1].margin == 0.5
    assert list(session.cases["gs1"].backends) == ["tensorflow", "torch"]  # the reference first


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "summary.json: is not JSON"),
        ("[]", "schema_version is None, and only '1.0' can be read"),
        ('{"schema_version": "2.0"}', "schema_version is '2.0', and only '1.0' can be read; use the version"),
        ('{"schema_version": "1.0", "started": "x", "finished": null}', "summary.json: cases: Field required"),
    ],
)
def test_a_summary_that_cannot_be_read(hubs, text, sentence):
    folder = hubs.write("one", hubs.case())
    (folder / "summary.json").write_text(text)
    with pytest.raises(HarnessError) as error:
        read(folder)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_the_key_that_is_wrong_is_named(hubs):
    for changes, key in (({"status": "green"}, "cases.0.status"), ({"checks": [{}]}, "cases.0.checks.0.rung")):
        hubs.write("one", hubs.case(**changes))
        with pytest.raises(HarnessError, match=rf"summary.json: {key}: "):
            read(hubs.folder / "one")


def test_a_margin_that_is_nan_is_no_margin(hubs):
    folder = hubs.write("one", hubs.case())
    path = folder / "summary.json"
    path.write_text(path.read_text().replace('"margin": 0.5', '"margin": NaN'))
    with pytest.raises(HarnessError, match=r"cases.0.checks.1.margin"):
        read(folder)


def test_a_hub_without_a_summary_and_a_folder_that_is_no_hub(hubs):
    folder = hubs.write("one", hubs.case())
    (folder / "summary.json").unlink()
    with pytest.raises(HarnessError, match=r"summary.json: is missing; python -m harness report .*one writes it\."):
        read(folder)
    with pytest.raises(HarnessError, match="is not a hub"):
        read(hubs.folder)


def test_all_hubs_of_a_folder_the_oldest_first_and_why_not(hubs):
    hubs.write("a", hubs.case(), day=9)
    hubs.write("b", hubs.case(), day=3)
    (hubs.write("c", hubs.case()) / "summary.json").write_text("{")
    (hubs.folder / "latest").symlink_to("a")
    (hubs.folder / "calibration-x").mkdir()
    sessions, reasons = read_all(hubs.folder)
    assert [session.name for session in sessions] == ["b", "a"]
    assert list(reasons) == ["c"]
    assert reasons["c"].startswith("c/summary.json: is not JSON")
    assert [path.name for path in hubs_in(hubs.folder)] == ["a", "b", "c"]


def test_hubs_of_a_night_are_sessions_with_its_name_before_theirs(hubs):
    hubs.write("alone", hubs.case(), day=1)
    for night, day in (("nightly-1", 2), ("nightly-2", 3)):
        hubs.write(f"{night}/stable", hubs.case(), day=day)
        write_json(hubs.folder / night / layout.NIGHT, {})
    hubs.write("other/inner", hubs.case())  # a folder of hubs is no night
    sessions, reasons = read_all(hubs.folder)
    assert [session.name for session in sessions] == ["alone", "nightly-1/stable", "nightly-2/stable"]
    assert reasons == {}
    page = compare(*(session.folder for session in sessions[1:])).folder
    assert page == hubs.folder / "nightly-2" / "comparisons" / "nightly-1-stable..nightly-2-stable"


def test_a_hub_of_a_night_that_cannot_be_read_is_named(hubs):
    folder = hubs.write("nightly-1/stable", hubs.case())
    write_json(folder.parent / layout.NIGHT, {})
    (folder / "summary.json").unlink()
    assert list(read_all(hubs.folder)[1]) == ["nightly-1/stable"]


@pytest.mark.parametrize(
    ("provenance", "told"),
    [
        ({}, "no commit"),
        ({"git_commit": "0123456789abcdef", "dirty": False}, "0123456789"),
        ({"git_commit": "0123456789abcdef", "git_branch": "main", "dirty": True}, "0123456789 on main with changes"),
    ],
)
def test_the_code_of_a_session(hubs, provenance, told):
    assert read(hubs.write("a", hubs.case(), provenance=provenance)).code == told
