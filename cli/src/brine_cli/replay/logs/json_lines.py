"""Access logs with a JSON object in each line: API Gateway's, also with CloudWatch's prefix; nginx's; the twin's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from brine_cli.replay.logs.members import Members
from brine_cli.replay.rows import WrongLine

if TYPE_CHECKING:
    from brine_cli.replay.logs.reading import Reading
    from brine_cli.replay.rows import Row

_decode = json.JSONDecoder().raw_decode
_DEEP: Final = "its objects are nested too deeply"


class JsonLines:
    """Reads lines of this format. The text before the first brace of a line is ignored."""

    def __init__(self, reading: Reading) -> None:
        self._members = Members(reading)

    def row(self, line: str) -> Row | None:
        """Return the request of a line. Raises WrongLine."""
        start = line.find("{")
        if start < 0:
            raise WrongLine("there is no JSON object in this line")
        try:
            record, _ = _decode(line, start)
        except ValueError as error:
            raise WrongLine(f"this is not JSON: {error}") from None
        except RecursionError:
            raise WrongLine(_DEEP) from None
        return self.row_of(record)

    def row_of(self, record: dict[str, Any]) -> Row | None:
        """Return the request of a record. Raises WrongLine."""
        try:
            return self._members.row(_flat(record) if any(isinstance(one, dict) for one in record.values()) else record)
        except RecursionError:
            raise WrongLine(_DEEP) from None


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a record with the members of objects in it, by names such as `authorizer.claims.org`."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
