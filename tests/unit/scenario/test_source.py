from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.scenario.source import Place, parse, read


def test_numbers_and_words_are_those_of_yaml_1_2() -> None:
    source = parse("a: 1e9\nb: yes\nc: none\nd: null\ne: 0o14\nf: [true, -2.5]\ng: 2027-06-30\n")
    assert source.value == {"a": 1e9, "b": "yes", "c": "none", "d": None, "e": 12, "f": [True, -2.5], "g": "2027-06-30"}
    assert type(source.value["a"]) is float


def test_every_key_knows_its_line() -> None:
    source = parse("# note\na:\n  b: 1\n  c:\n    d: 2\ne: {f: 3,\n  g: 4}\n")
    assert source.lines == {"a": 2, "a.b": 3, "a.c": 4, "a.c.d": 5, "e": 6, "e.f": 6, "e.g": 7}


def test_an_empty_text_has_no_value() -> None:
    assert parse("# nothing\n").value is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "x.yaml:4: b.c: found again after line 3, allowed: once."),
        ("a: !local 3\n", "x.yaml:1: a: found the tag !local, allowed: plain data (put text in quotes)."),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "x.yaml:1: a: found the tag tag:yaml.org,2002:python/object/apply:os.system, "
            "allowed: plain data (put text in quotes).",
        ),
        ("a: &x [1]\nb: *x\n", "x.yaml:1: b: found an alias, allowed: the value itself."),
        ("a: &x [*x]\n", "x.yaml:1: a: found an alias, allowed: the value itself."),
        ("? [a]\n: 1\n", "x.yaml:1: found a key that is a list or a mapping, allowed: text."),
        ("a: .nan\n", "x.yaml:1: a: found .nan, allowed: finite number."),
        ("a: [1, 1e999]\n", "x.yaml:1: a: found 1e999, allowed: finite number."),
        ("a: !!int x\n", 'x.yaml:1: a: found "x", allowed: a value that YAML can read.'),
        ("a: !!bool x\n", 'x.yaml:1: a: found "x", allowed: a value that YAML can read.'),
        ("a: " + "9" * 5000, 'x.yaml:1: a: found "99999999999999999999", allowed: a value that YAML can read.'),
        ("a: 1\nb: [1\n", "x.yaml:3: is not YAML (expected ',' or ']', but got '<stream end>')."),
        ("a: b: c\n", "x.yaml:1: is not YAML (mapping values are not allowed here)."),
        ("a: '\x01'\n", "x.yaml: is not YAML (special characters are not allowed)."),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: is not YAML (but found another document)."),
        ("%YAML 1.1\n---\na: yes\n", 'x.yaml: found "%YAML 1.1", allowed: YAML 1.2 without directives.'),
        ("[" * 1000, "x.yaml: is nested too deeply."),
    ],
)
def test_what_is_refused(text: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HarnessError) as caught:
        parse(text, tmp_path / "x.yaml")
    assert str(caught.value) == sentence


def test_aliases_never_unfold() -> None:
    bomb = "a0: &a0 [1, 1]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 60))
    with pytest.raises(HarnessError, match="found an alias"):
        parse(bomb)


def test_a_missing_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HarnessError, match=r"^x\.yaml: cannot be read \(No such file or directory\)\.$"):
        read(tmp_path / "x.yaml")


def test_a_file_of_bytes_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(HarnessError, match=r"x\.yaml: is not UTF-8 text \(invalid start byte\)\.$"):
        read(tmp_path / "x.yaml")


def test_places_in_errors_and_in_origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path / "deep" / "folder" / "x.yaml", 7)
    assert str(place) == f"{tmp_path}/deep/folder/x.yaml:7"
    assert place.label == "folder/x.yaml:7"
    monkeypatch.chdir(tmp_path)
    assert str(place) == "deep/folder/x.yaml:7"
    assert str(Place()) == Place().label == "command line"
