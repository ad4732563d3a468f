"""The store: whole entries or none, one maker at a time, and nothing damaged is ever handed out."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.files import digest, read_json, write_json
from harness.run.store import Address, Store, location, scratch_of

MADE_FROM = {"seed": 1}
ADDRESS = Address("dataset", digest(MADE_FROM))
NEVER = threading.Event()


class Maker:
    """Fills a folder and counts how often it was asked to."""

    calls = 0

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        (folder / "part").mkdir()
        (folder / "part" / "numbers.txt").write_text("1 2 3")
        (folder / "name.txt").write_text("x")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def maker() -> Maker:
    return Maker()


def obtain(store: Store, maker: Maker) -> tuple[Path, bool]:
    entry = store.obtain(ADDRESS, maker, MADE_FROM, NEVER)
    return entry.path, entry.cached


def test_an_entry_is_made_once(store: Store, maker: Maker) -> None:
    path, cached = obtain(store, maker)
    assert not cached
    assert path == store.root / "dataset" / ADDRESS.key[:2] / ADDRESS.key
    assert obtain(store, maker) == (path, True)
    assert maker.calls == 1
    assert (path / "part" / "numbers.txt").read_text() == "1 2 3"
    assert not list((store.root / "tmp").iterdir())


@pytest.mark.parametrize(
    "damage",
    ["other bytes", "truncated", "missing", "more", "no seal", "broken seal", "a seal of nothing", "a list for a seal"],
)
def test_a_damaged_entry_is_made_again(store: Store, maker: Maker, damage: str) -> None:
    path, _ = obtain(store, maker)
    file = path / "part" / "numbers.txt"
    {
        "other bytes": lambda: file.write_text("1 2 4"),
        "truncated": lambda: file.write_text("1"),
        "missing": file.unlink,
        "no seal": (path / "done.json").unlink,
        "more": lambda: (path / "more.txt").write_text("9"),
        "broken seal": lambda: (path / "done.json").write_text("{}"),
        "a seal of nothing": lambda: write_json(path / "done.json", {**read_json(path / "done.json"), "files": {}}),
        "a list for a seal": lambda: (path / "done.json").write_text("[]"),
    }[damage]()
    assert obtain(store, maker) == (path, False)
    assert maker.calls == 2
    assert file.read_text() == "1 2 3"
    assert len(store.damaged) == 1
    assert "it was made again" in store.damaged[0]


OTHER_ORIGIN = {"seed": 2}


@pytest.mark.parametrize("kind", ["dataset", "train"])
def test_an_entry_that_stands_at_another_address_is_made_again(store: Store, maker: Maker, kind: str) -> None:
    other = store.obtain(Address(kind, digest(OTHER_ORIGIN)), maker, OTHER_ORIGIN, NEVER).path
    store.path(ADDRESS).parent.mkdir(parents=True, exist_ok=True)
    other.rename(store.path(ADDRESS))
    assert obtain(store, maker) == (store.path(ADDRESS), False)
    assert f"done.json is that of {kind}/{digest(OTHER_ORIGIN)}" in store.damaged[0]


def test_an_entry_whose_origin_is_not_that_of_its_key_is_made_again(store: Store, maker: Maker) -> None:
    path, _ = obtain(store, maker)
    write_json(path / "done.json", {**read_json(path / "done.json"), "made_from": OTHER_ORIGIN})
    assert obtain(store, maker) == (path, False)
    assert "made from something else" in store.damaged[0]


def test_a_failed_maker_leaves_nothing(store: Store, maker: Maker) -> None:
    def fail(folder: Path) -> None:
        (folder / "half.txt").write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.obtain(ADDRESS, fail, {}, NEVER)
    assert store.find(ADDRESS) is None
    assert not list((store.root / "tmp").iterdir())
    assert obtain(store, maker)[1] is False


def test_two_processes_make_one_entry(tmp_path: Path) -> None:
    script = (
        "import sys, threading, time; from pathlib import Path; from harness.run.store import Address, Store\n"
        "def make(folder):\n"
        "    time.sleep(0.5); (folder / 'who.txt').write_text(sys.argv[2])\n"
        f"address = Address('a', '{ADDRESS.key}')\n"
        f"entry = Store(Path(sys.argv[1])).obtain(address, make, {MADE_FROM}, threading.Event())\n"
        "print(entry.cached, (entry.path / 'who.txt').read_text())"
    )
    commands = [[sys.executable, "-c", script, str(tmp_path / "store"), who] for who in ("one", "two")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    answers = [process.communicate(timeout=30)[0].split() for process in processes]
    assert sorted(cached for cached, _ in answers) == ["False", "True"]
    assert answers[0][1] == answers[1][1]


def test_a_store_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match="--parity-store"):
        Store(tmp_path / "file" / "store")


def test_where_the_store_is(tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    assert location("off", hub).is_relative_to(scratch_of(hub))
    assert location(str(tmp_path / "mine"), hub) == tmp_path / "mine"
    assert location(None, hub) == tmp_path / "cache" / "ptycho-parity" / "store"
