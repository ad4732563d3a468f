"""Bad inputs of five kinds, drawn by a seeded generator: scenarios, data files, command lines, hubs and stores.

Each function returns the words of a command line; what these name has been written into the sandbox before.
"""

import io
import json
import os
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

Words = list[str]
NUMBERS = (0, -1, 1, 3, 1e22, -1e22, 10**6, 10**30, 1e308, 0.1, 5e-324, 2**63)
ODD = (
    None,
    True,
    False,
    "",
    "x",
    "..",
    "../../etc/passwd",
    "/dev/zero",
    "a" * 300,
    "\0",
    "\udcff",
    "é\n",
    [],
    {},
    [[]],
)
"""Values of another shape or kind than the one in their place."""
CASE = "small"
DEAR = ("run", "train", "infer", "calibrate", "nightly", "port check", "port map", "faults run", "faults sensitivity")
"""Verbs that would train on a good command line: theirs is made wrong in one more place."""
WRONG = (
    ["--no-such-option"],
    ["--profile", "huge"],
    ["--device", "gpu:99"],
    ["--backends", "one"],
    ["--python", "x=/"],
)
WORDS = (
    "", "-", "--", ".", "x", CASE, "hub/small/toy", "nosuch", "no/such", "a" * 300, "a/" * 300, "/proc/x", "pipe",
    "/dev/null", "/dev/full", "/dev/zero", "\x1b[31m", "é", "\udcff", "0", "-1", "1e22", "nan", "64", "128", "1e-400",
    "99999999999999999999", "smoke", "a=b", "=", "dataset.nphotons=1e22", "dataset.object.shape=[1000000, 1000000]",
    "dataset.scan.images=1000000000", "training.epochs=-1", "matrix.x=1", "dataset={}", "x.y=[", "scale.off",
    "scale.off=1e22", "toy,other", "toy", "torch=/bin/true", "gpu:0", "off", "all", "new.tar", "new.npz", "out", "%s",
    "{}", "*", "~", "~nobody/x",
)  # fmt: skip
"""What may stand in the place of an argument."""
READERS = ("judge", "report", "history", "reassembly", "patch-stats", "manifest", "readme", "bundle", "compare")
FILES_OF_A_HUB = (".json", ".npz", ".npy", ".yaml", ".safetensors", ".jsonl", ".log", ".csv", ".xml", ".md")


def odd_value(random: Random) -> Any:
    """A value that is likely to be wrong wherever it stands."""
    return random.choice((*NUMBERS, *ODD, float("nan"), float("inf"), _nested(), {"a": 1}, [1, 2], [0] * 1000))


def _nested() -> list[Any]:
    value: list[Any] = []
    for _ in range(200):
        value = [value]
    return value


def mutated(random: Random, value: Any) -> Any:
    """A JSON value with one of its nodes, at whatever depth, taken away, doubled or replaced."""
    if not (isinstance(value, dict | list) and value) or random.random() < 0.15:
        return odd_value(random)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key, copy = random.choice(keys), value.copy()
    change = random.random()
    if change < 0.12:
        del copy[key]
    elif change < 0.2 and isinstance(copy, dict):
        copy[random.choice(("", "x", str(key).upper(), f"{key}.{key}"))] = copy.pop(key)
    else:
        copy[key] = mutated(random, value[key])
    return copy


def mutated_bytes(random: Random, data: bytes) -> bytes:
    """Bytes cut short, flipped, doubled, replaced by noise or by nothing."""
    at, length = random.randrange(len(data) + 1), random.randrange(1, 64)
    return random.choice(
        (
            data[:at],
            b"",
            data[:at] + random.randbytes(length) + data[at + length :],
            data[:at] + random.randbytes(length) + data[at:],
            data[:at] + data[at + length :],
            data + data,
            random.randbytes(length),
        )
    )


def scenario(random: Random, box: "Sandbox") -> Words:
    """A scenario with a wrong value, key, or text; mostly listed, at times simulated."""
    text = box.scenario_text
    if random.random() < 0.7:
        whole = json.dumps(mutated(random, box.scenario), ensure_ascii=random.random() < 0.5)
        data = whole.encode("utf-8", "surrogatepass")
    else:
        data = mutated_bytes(random, _spoilt(random, text).encode())
    (box.folder / "more").mkdir()
    (box.folder / "more" / "odd.yaml").write_bytes(data)
    verb = random.choice((["list"], ["list", "--json"], ["explain", "odd"], ["simulate", "odd", "--to", "out"]))
    return [*verb, "--scenarios", "more"]


def _spoilt(random: Random, text: str) -> str:
    lines = text.splitlines()
    at = random.randrange(len(lines))
    odd = (
        "\t",
        "%YAML 1.1",
        "!!python/object:os.system",
        "&a [*a]",
        "a: b: c",
        "{",
        "- x",
        "<<: *a",
        "? [1]\n: 2",
        "\x00",
    )
    lines.insert(at, random.choice(odd))
    return "\n".join(lines)


def npz(random: Random, box: "Sandbox") -> Words:
    """A data file with a wrong array, or none; imported, or simulated from."""
    path = box.folder / random.choice(("odd.npz", "odd.npz", "odd.npz.bz2", "odd", "o dd.npz"))
    arrays = dict(box.arrays)
    if random.random() < 0.75:
        _spoil_an_array(random, arrays)
        path.write_bytes(_zipped(random, arrays))
    else:
        path.write_bytes(mutated_bytes(random, _zipped(random, arrays)))
    if random.random() < 0.7:
        return [
            "import",
            path.name,
            "--to",
            "new.npz",
            *random.choice(([], ["--detector", "128"], ["--detector", "7"])),
        ]
    return ["simulate", CASE, "--npz", path.name, "--to", "out"]


def _spoil_an_array(random: Random, arrays: dict[str, Any]) -> None:
    name = random.choice(list(arrays))
    array = arrays[name]
    changes: tuple[Callable[[], Any], ...] = (
        lambda: arrays.pop(name),
        lambda: array[..., :-1],
        lambda: array[:1],
        lambda: array[:0],
        lambda: array[None],
        lambda: np.full_like(array, np.nan),
        lambda: np.full_like(array, np.inf),
        lambda: -array,
        lambda: array * random.choice((0, 1e30, 1e-30)),
        lambda: array.astype(random.choice(("U5", "S3", "c16", "i1", "?", "f2", "M8[s]"))),
        lambda: np.array([str(odd_value(random)), None], dtype=object),
        lambda: np.zeros(3, dtype=[("a", "f4"), ("b", "i2")]),
        lambda: np.float32(3),
        lambda: np.moveaxis(array, 0, -1),
        lambda: np.broadcast_to(np.float32(0), (random.choice((1, 2_000)), *array.shape[1:]))[:, ...],
    )
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        changed = random.choice(changes)()
    if name in arrays:
        arrays[random.choice((name, name, name, name + "2", "../" + name))] = changed


def _zipped(random: Random, arrays: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            held = io.BytesIO()
            np.save(held, array, allow_pickle=True)
            data = held.getvalue()
            if random.random() < 0.03:
                data = data.replace(b"(", b"(999999999, ", 1)  # a header that lies about the shape
            archive.writestr(f"{name}.npy", data)
        if random.random() < 0.1:
            archive.writestr(random.choice(("readme.txt", "x.npy", "/abs.npy", "")) or "y", b"no array")
    return stream.getvalue()


def command_line(random: Random, box: "Sandbox") -> Words:
    """A verb with arguments and options of any value, in any number."""
    verb, parameters = random.choice(box.verbs)
    words = verb.split()
    for flags, is_flag in parameters:
        if not flags:
            words += [_word(random, box) for _ in range(random.choice((0, 1, 1, 1, 1, 2)))]
        elif random.random() < 0.35:
            words.append(random.choice(flags))
            if not is_flag or random.random() < 0.05:
                words.append(_word(random, box))
    if random.random() < 0.1:
        words.insert(random.randrange(len(words) + 1), _word(random, box))
    if verb in DEAR and "--help" not in words:
        words += random.choice(WRONG)
    return words


def _word(random: Random, box: "Sandbox") -> str:
    held = [path.relative_to(box.folder).as_posix() for path in box.folder.rglob("*")]
    likely = random.choice((CASE, "hub", "out", "hub/small/toy", "scale.off"))
    return random.choices((likely, random.choice(held), random.choice(WORDS)), (0.3, 0.2, 0.5))[0]


def hub(random: Random, box: "Sandbox") -> Words:
    """A hub of which one file is wrong, and a verb that reads it."""
    root = box.folder / "hub"
    found = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix in FILES_OF_A_HUB)
    records = [path for path in found if path.suffix == ".json"]
    spoil(random, random.choice(records if random.random() < 0.7 else found))
    verb = random.choice((*READERS, "compare-stats", "parity-log write", "golden propose"))
    more = {
        "compare": [str(box.hub)], "compare-stats": ["hub/small/other"], "bundle": ["new.tar"],
        "readme": ["--to", "new.md"],
        "manifest": ["--to", "new.json"], "parity-log write": ["--to", "log"], "golden propose": ["--to", "proposal"],
    }  # fmt: skip
    first = "hub/small/toy" if verb == "compare-stats" else "hub"
    return [*verb.split(), first, *more.get(verb, [])]


def store(random: Random, box: "Sandbox") -> Words:
    """A store of which one file is wrong, and a session that would take its results."""
    entries = sorted(path for path in (box.folder / "store").rglob("*") if path.is_file() and path.suffix != ".lock")
    spoil(random, random.choice(entries))
    return ["run", CASE, "--backends", "toy,other", "--hub", "again", "--store", "store"]


def spoil(random: Random, path: Path) -> None:
    """Change one file: another JSON value, other bytes, or another kind of thing in its place."""
    data = path.read_bytes()
    path.unlink()  # it may be one file with that of the good hub
    if path.suffix == ".json" and random.random() < 0.8:
        path.write_text(json.dumps(mutated(random, json.loads(data))), encoding="utf-8", errors="surrogatepass")
        return
    change = random.random()
    if change < 0.8:
        path.write_bytes(mutated_bytes(random, data))
    elif change < 0.85:
        path.mkdir()
    elif change < 0.9:
        os.mkfifo(path)
    elif change < 0.95:
        path.symlink_to(random.choice(("/dev/zero", "nowhere", path.name)))


NEEDED = {"command line": ("hub", "store"), "hub": ("hub",), "store": ("store",)}
"""What an input of each kind finds in its folder, beside the scenario."""
KINDS: dict[str, Callable[[Random, "Sandbox"], Words]] = {
    "scenario": scenario,
    "data file": npz,
    "command line": command_line,
    "hub": hub,
    "store": store,
}


class Sandbox:
    """A folder that is made afresh for each input, from a hub and a store that are made once."""

    def __init__(self, root: Path, scenario_text: str, verbs: list[tuple[str, list[tuple[list[str], bool]]]]) -> None:
        """`root` holds `hub`, `store` and `scenarios`."""
        self.root, self.folder, self.hub = root, root / "box", root / "hub"
        self.scenario_text, self.verbs = scenario_text, verbs
        self.scenario: dict[str, Any] = {}
        self.arrays: dict[str, Any] = {}

    def fresh(self, kind: str) -> None:
        """Make the folder for an input of this kind; files are links to those that were made once."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        for name in ("scenarios", *NEEDED.get(kind, ())):
            shutil.copytree(self.root / name, self.folder / name, copy_function=_linked)
        os.mkfifo(self.folder / "pipe")


def _linked(source: str, target: str) -> str:
    """A link, or for what verbs add lines to, a copy."""
    if source.endswith((".log", ".jsonl", ".lock")):
        return str(shutil.copyfile(source, target))
    os.link(source, target)
    return target


def verbs_of(command: Any, before: str = "") -> Iterator[tuple[str, list[tuple[list[str], bool]]]]:
    """Every verb with its parameters: the flags of each, none for an argument, and whether it takes no value."""
    for name, child in command.commands.items():
        whole = f"{before} {name}".strip()
        if hasattr(child, "commands"):
            yield from verbs_of(child, whole)
        else:
            of_child = [([*one.opts] if one.param_type_name == "option" else [], _is_flag(one)) for one in child.params]
            yield whole, of_child


def _is_flag(parameter: Any) -> bool:
    return bool(getattr(parameter, "is_flag", False))
