"""`requested.json` and `seen.json` of a user's pair: the settings that were asked for, and those that a side had."""

from harness.records.record import Record

Setting = str | int | float | bool | None | list[str] | list[int] | list[float]


class SettingsRecord(Record):
    """Contents of `requested.json`, or of `seen.json` of a side: settings by name."""

    settings: dict[str, Setting]
