"""The resolved scenario as rows: key, value, and where the value came from."""

import re
from pathlib import Path

_LINE = re.compile(r"( *)([\w.-]+):(?: (.*))?")
_INDENT = 2


def rows(path: Path) -> list[dict[str, str]]:
    """The values of a `scenario.yaml` by dotted key; `kind` is the first word of the origin, such as `override`.

    The file holds one value a line with its origin behind the last ` # `, as `Case.resolved_yaml` writes it.
    """
    found, sections = [], list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if (match := _LINE.fullmatch(line)) is None:
            continue
        indent, name, rest = match.groups()
        sections[len(indent) // _INDENT :] = [name]
        if rest is not None:
            value, _, origin = rest.rpartition(" # ")
            value, origin = (value, origin) if value else (rest, "")
            kind = re.split(r"[ :]", origin, maxsplit=1)[0]
            found.append({"key": ".".join(sections), "value": value, "origin": origin, "kind": kind})
    return found
