"""Finding data: folders in their order, then the environment, then the network; by hash where it is known."""

import hashlib
import http.server
import threading

import pytest

from harness.dataset import locate as module
from harness.dataset.locate import REGISTRY, DataNotFound, Published, locate
from harness.errors import HarnessError

NAME = "published.npz"
CONTENT = b"the published bytes"


@pytest.fixture
def published(monkeypatch, tmp_path):
    """A registry whose one file is at an address that nobody serves, and a cache of its own."""
    entry = Published("http://127.0.0.1:9/published.npz", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(module, "REGISTRY", {NAME: entry})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PARITY_DATA", raising=False)
    return entry


@pytest.fixture
def served(published, tmp_path, monkeypatch):
    """The same file at an address that a server answers."""
    site = tmp_path / "site"
    site.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(site))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/{NAME}"
        monkeypatch.setattr(module, "REGISTRY", {NAME: Published(address, published.sha256)})
        yield site / NAME
        server.shutdown()


def test_folders_are_searched_in_their_order(tmp_path, monkeypatch):
    monkeypatch.setenv("PARITY_DATA", str(tmp_path / "c"))
    for folder in "abc":
        (tmp_path / folder / "sub").mkdir(parents=True)
    (tmp_path / "c/sub/x.npz").write_bytes(b"c")
    assert locate("sub/x.npz", [tmp_path / "a", tmp_path / "b"]) == tmp_path / "c/sub/x.npz"
    (tmp_path / "b/sub/x.npz").write_bytes(b"b")
    assert locate("sub/x.npz", [tmp_path / "a", tmp_path / "b"]) == tmp_path / "b/sub/x.npz"


@pytest.mark.parametrize("name", ["../x.npz", "/etc/passwd", "a/../../x.npz"])
def test_names_cannot_leave_their_folder(tmp_path, name):
    with pytest.raises(HarnessError, match="must be a path below"):
        locate(name, [tmp_path])


def test_an_unknown_file_is_not_found(tmp_path, published):
    with pytest.raises(DataNotFound, match=r"dataset.file 'mine.npz' is in none of .*--parity-data"):
        locate("mine.npz", [tmp_path])


def test_a_published_file_is_verified_where_it_lies(tmp_path, published):
    (tmp_path / NAME).write_bytes(CONTENT)
    assert locate(NAME, [tmp_path]) == tmp_path / NAME
    (tmp_path / NAME).write_bytes(CONTENT[:-1])
    with pytest.raises(HarnessError, match="is not the published file"):
        locate(NAME, [tmp_path])


def test_without_a_network_it_is_not_found_and_says_why(tmp_path, published):
    with pytest.raises(DataNotFound, match=r"fetching it failed \(ConnectionError\)"):
        locate(NAME, [tmp_path])


def test_it_is_fetched_and_verified(tmp_path, served):
    served.write_bytes(CONTENT)
    found = locate(NAME, [tmp_path])
    assert found.read_bytes() == CONTENT
    assert tmp_path / "cache" in found.parents


def test_a_fetched_file_with_another_hash_is_refused(tmp_path, served):
    served.write_bytes(b"something else")
    with pytest.raises(HarnessError, match=NAME) as caught:
        locate(NAME, [tmp_path])
    assert not isinstance(caught.value, DataNotFound)


def test_the_registry_names_a_fixed_commit():
    for name, entry in REGISTRY.items():
        assert entry.url.endswith(name)
        assert len(entry.sha256) == 64
        assert "/8e1f93724921be1a443edccc669b4c88ae4a9b6a/" in entry.url


def test_a_download_is_told(served):
    served.write_bytes(CONTENT)
    told = []
    locate(NAME, [], told.append)
    assert told
    assert told[0].startswith(f"downloads {NAME}: ")
    assert told[0].endswith(f" of {len(CONTENT)} B")
    told.clear()
    locate(NAME, [], told.append)
    assert told == []
