"""The resolved scenario of a case as table rows: key, value, and where the value comes from."""

import re
from pathlib import Path

_LINE = re.compile(r"( *)([\w.-]+):(?: (.*))?")
_INDENT = 2


def rows(path: Path) -> list[dict[str, str]]:
    """One row for each value of a `scenario.yaml`: dotted `key`, `value`, `origin`, and the first word of it as `kind`.

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
