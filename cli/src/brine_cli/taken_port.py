"""Says which process listens on a port, and how to choose another port."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from brine_cli.errors import shown
from brine_cli.running_twin import running_twins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine_cli.errors import PortTaken

_PROC: Final = Path("/proc")
_USUAL: Final = 3000
_LAST: Final = 65_535
_LISTENS: Final = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def remedy(error: PortTaken, options: Mapping[str, object]) -> str:
    """Return what to do, and the process that has the port, if it can be found.

    options: of the command that wanted the port, by their names, such as `aws_port`.
    """
    port, cause = error.port, error.__cause__
    name = next((name for name, value in options.items() if "port" in name and value == port), None)
    option = "--port" if name is None else f"--{name.replace('_', '-')}"
    number = cause.errno if isinstance(cause, OSError) else None
    if number == errno.EADDRNOTAVAIL:
        return "Give --host an address of this machine, such as 127.0.0.1, or leave it out."
    if number != errno.EADDRINUSE:
        return f"Start with `{option} {_USUAL}`, or with `{option} 0`, which takes a free port."
    other = f"`{option} {port + 1 if port < _LAST else _USUAL}`, or with `{option} 0`, which takes a free port"
    holder = _holder(port)
    return f"Stop {holder}, or start with {other}." if holder else f"Start with {other}."


def _holder(port: int) -> str | None:
    """Return a description of the process that listens on a port of this machine, or None."""
    for twin in running_twins(os.environ):
        if urlsplit(twin.url).port == port:
            return f"`brine dev` of {shown(Path(twin.template))}, process {twin.pid}, which has this port"
    inodes = set(_inodes(port))
    for process in _PROC.glob("[0-9]*") if inodes else ():
        try:
            if any(str(file.readlink()) in inodes for file in (process / "fd").iterdir()):
                words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                return f"process {process.name} ({Path(words[0]).name}), which has this port"
        except OSError:  # of another user, or ended
            continue
    return None


def _inodes(port: int) -> Iterator[str]:
    """Yield the names that sockets which listen on the port have in /proc/*/fd. Linux only."""
    for table in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{fields[9]}]"
