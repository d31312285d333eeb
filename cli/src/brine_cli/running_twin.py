"""The twin that runs for a template, as a file of the user's state folder describes it to other commands.

The folder is $XDG_STATE_HOME/brine, by default ~/.local/state/brine. Only the user may read the files: the address of
the AWS emulator is a secret.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTwin:
    """The addresses of a twin. `template`: the absolute path of what it serves. `pid`: its process.

    `aws_endpoint`: the AWS emulator. `resources`: the physical names by logical id, such as Table.
    """

    template: str
    url: str
    pid: int
    aws_endpoint: str = ""
    resources: dict[str, str] = field(default_factory=dict)

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def write(self, environment: Mapping[str, str]) -> Path:
        """Write the file of this twin, and return its path. A later twin of the template replaces it.

        Files of other twins with its URL are removed: those twins have ended, though their process ids may live again.
        """
        from tempfile import NamedTemporaryFile  # noqa: PLC0415 - only the twin writes

        path = state_file(Path(self.template), environment)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as new:  # for the user alone
            json.dump(asdict(self), new)
        for file in path.parent.glob("*.json"):
            other = RunningTwin.read(file)
            if other is not None and other.url == self.url:
                file.unlink(missing_ok=True)
        return Path(new.name).replace(path)

    @contextmanager
    def announced(self, environment: Mapping[str, str]) -> Iterator[None]:
        """Keep the file of this twin within the context. At the end, the file of a later twin stays.

        If the folder cannot be written, there is no file, and other commands need the URL.
        """
        path = state_file(Path(self.template), environment)
        with suppress(OSError):
            self.write(environment)
        try:
            yield
        finally:
            if self.read(path) == self:
                path.unlink(missing_ok=True)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return the twin that a file describes; None without the file, or if it is of another version."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @classmethod
    def of(cls, template: Path, environment: Mapping[str, str]) -> Self | None:
        """Return the twin of a template if it runs, else None."""
        twin = cls.read(state_file(template, environment))
        return twin if twin is not None and twin.is_alive else None


def running_twins(environment: Mapping[str, str]) -> list[RunningTwin]:
    """Return the twins that run, with the one first that started last."""
    files = sorted(state_folder(environment).glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [twin for twin in map(RunningTwin.read, files) if twin is not None and twin.is_alive]


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the user's state files. `environment`: the variables of the process."""
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "brine"


def state_file(template: Path, environment: Mapping[str, str]) -> Path:
    """Return the file that describes the running twin of a template."""
    return state_folder(environment) / f"{sha256(str(template.resolve()).encode()).hexdigest()[:16]}.json"
