"""The addresses of the emulators of a template, which stay the same between runs."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, Self

from brine_cli.errors import PortTaken
from brine_cli.http.listener import listen
from brine_cli.running_twin import state_file

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path

type Emulator = Literal["moto", "httpbin"]

_FIRST_PORT: Final = 20_000
_PORTS: Final = 10_000
"""The ports from which an emulator has one. Systems take the ports of outgoing connections from higher ones."""
_ATTEMPTS: Final = 5
_SECRET_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorAddresses:
    """The ports that the emulators usually have, each with its substitutes, and the secret path of the AWS emulator.

    ports: empty for any free port.
    """

    ports: Mapping[Emulator, tuple[int, ...]]
    secret: str

    @classmethod
    def new(cls) -> Self:
        """Return free ports and a new secret path."""
        return cls(ports={}, secret=os.urandom(_SECRET_BYTES).hex())

    @classmethod
    def of(cls, template: Path, environment: Mapping[str, str]) -> Self:
        """Return the addresses of a template: the same for each run of the user.

        The ports follow from the paths of the template and of the user's state folder. The secret is in that folder, in
        a file that only the user can read. If the folder cannot be written, each run has a new secret.
        """
        file = state_file(template, environment)
        names: tuple[Emulator, ...] = ("moto", "httpbin")
        return cls(
            ports={name: _ports(f"{name} {file}") for name in names},
            secret=_remembered(file.with_suffix(".secret")),
        )

    def listen(self, emulator: Emulator, host: str) -> tuple[socket.socket, str]:
        """Return a listening socket, and a line for the user if its port is not the usual one, or "".

        Raises PortTaken.
        """
        ports = self.ports.get(emulator, ())
        for port in ports:
            with suppress(PortTaken):
                listener = listen(host, port)
                other = f"{_SHOWN[emulator]} has the port {port} this time, since the port {ports[0]} is taken"
                return listener, "" if port == ports[0] else other
        listener = listen(host, 0)
        if not ports:
            return listener, ""
        port = listener.getsockname()[1]
        return listener, f"{_SHOWN[emulator]} has the port {port} this time, since its usual ports are taken"


_SHOWN: Final[Mapping[Emulator, str]] = {"moto": "the AWS emulator", "httpbin": "httpbin"}


def _ports(name: str) -> tuple[int, ...]:
    number = int.from_bytes(sha256(name.encode()).digest()[:4])
    return tuple(_FIRST_PORT + (number + attempt) % _PORTS for attempt in range(_ATTEMPTS))


def _remembered(file: Path) -> str:
    """Return the secret in a file. If it has none, write a new one there."""
    with suppress(OSError, ValueError):
        secret = file.read_text(encoding="ascii").strip()
        if len(bytes.fromhex(secret)) == _SECRET_BYTES:
            return secret
    secret = os.urandom(_SECRET_BYTES).hex()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = file.with_suffix(f".{os.getpid()}.new")
        new.touch(mode=0o600)
        new.write_text(secret, encoding="ascii")
        new.replace(file)
    return secret
