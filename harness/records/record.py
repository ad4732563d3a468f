"""Base classes of all records: read from a JSON file and checked, immutable, and written back with the same keys."""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, ValidationError, model_serializer

from harness.errors import HarnessError
from harness.files import read_json, write_json

Number = int | float
"""A number in a JSON file; an integer stays one, so that a file that is read and written again is the same."""


class Record(BaseModel):
    """Contents of a JSON file of a hub. The fields are in the order of the file's keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def parse(cls, value: Any, source: str | Path) -> Self:
        """Check a decoded JSON value; raises HarnessError that names the file, `source`, and the first wrong key."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise HarnessError(f"{source}: {first_problem(error)}; make it anew by running the case again.") from error

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a JSON file; raises HarnessError when it is missing or broken."""
        return cls.parse(read_json(path), path)

    @classmethod
    def read_if_whole(cls, path: Path) -> Self | None:
        """Read a JSON file; None when it is missing or, in a killed session, broken."""
        try:
            return cls.read(path)
        except HarnessError:
            return None

    def write(self, path: Path) -> None:
        """Write the JSON file, atomically; numbers that are not finite become null."""
        write_json(path, self)


class SparseRecord(Record):
    """A record with optional keys: a field that was not given is None and is left out of the file."""

    @model_serializer(mode="wrap")
    def _without_absent_keys(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in written(self).items() if name in self.model_fields_set}


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong with a value, and where, as the middle of a sentence."""
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"])) or "the whole"
    if first["type"] == "missing":
        return f"lacks {key}"
    if first["input"] is None:
        return f"{key} is null, which stands for a figure that is not finite"
    return f"{key}: {first['msg']}, found {first['input']!r:.60}"
