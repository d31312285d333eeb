"""The combined and the common log format of Apache and nginx.

A virtual host may be in front of a line. At its end, nginx often has times: `rt=0.120 urt="0.118"`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.replay.logs.times import time_of_text
from brine_cli.replay.rows import UNKNOWN, Row, WrongLine

if TYPE_CHECKING:
    from brine_cli.replay.logs.reading import Reading

LINE: Final = re.compile(
    r"(?:\S+ )?\S+ \S+ (?:\S+|.*?) \[([^][]{1,60})\] "  # host, client, identity, user, time
    r'"((?:[^"\\]|\\.)*)" (\d{3}) (\d{1,15}|-)(?!\d)'  # request line, status, bytes
    r'(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?(.*)',  # Referer, User-Agent, the rest
    re.DOTALL,
)
_USUAL: Final = re.compile(
    r'\S+ \S+ \S+ \[([^][]{1,60})\] "([A-Z]+) (\S+) HTTP/[0-9.]+" (\d{3}) (\d{1,15}|-)(?!\d)(.*)', re.DOTALL
)
"""Most lines, which this finds faster."""
_METHOD: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECONDS: Final = re.compile(r'\b(?:urt|upstream_response_time|rt|request_time)="?([0-9]{1,9}(?:\.[0-9]{1,9})?)')


class CombinedLines:
    """Reads lines of this format."""

    def __init__(self, reading: Reading) -> None:
        self._targets = reading.targets
        self._wanted = reading.fields & {"referer", "user-agent"}

    def row(self, line: str) -> Row:
        """Return the request of a line. Raises WrongLine."""
        usual = None if self._wanted else _USUAL.match(line)
        if usual is not None:
            at, method, target, status, size, rest = usual.groups()
            return Row(
                time_of_text(at),
                method,
                self._targets.read(target),
                int(status),
                UNKNOWN if size == "-" else int(size),
                _seconds_in(rest),
            )
        match = LINE.match(line)
        if match is None:
            raise WrongLine("this is not a line of the combined log format")
        at, request, status, size, referer, agent, rest = match.groups()
        parts = request.split(" ")
        if len(parts) not in {2, 3} or not _METHOD.fullmatch(parts[0]):
            raise WrongLine(f"{request[:40]!r} is not a request line")
        extra = None
        if self._wanted:
            pairs = ("referer", referer), ("user-agent", agent)
            lines = tuple((name, text) for name, text in pairs if name in self._wanted and text and text != "-")
            extra = (None, lines, None, b"") if lines else None
        return Row(
            time_of_text(at),
            parts[0],
            self._targets.read(parts[1]),
            int(status),
            UNKNOWN if size == "-" else int(size),
            _seconds_in(rest),
            extra,
        )


def _seconds_in(rest: str) -> float:
    """Return the time of the origin at the end of a line."""
    found = _SECONDS.search(rest) if "t=" in rest or "time=" in rest else None
    return UNKNOWN if found is None else float(found[1])
