"""The user's choice of what a twin serves: a template, and other values and files than those of the template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from brine_cli.errors import CommandError, shown
from brine_cli.serving.env_file import read_env_file
from brine_cli.serving.variables import GivenVariables
from brine_cli.single_route import single_route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from brine_cli.single_route import Keys


HTTPBIN: Final = "http://httpbin.invalid"
"""The origin of the parameters while httpbin does not run, and the name of httpbin in recorded responses."""

RECORD_ORIGIN: Final = "BRINE_RECORD_ORIGIN"
RECORD_ALIAS: Final = "BRINE_RECORD_ALIAS"
PLAY_ORIGIN: Final = "BRINE_PLAY_ORIGIN"
"""The variables that tell functions of a file of recorded responses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a twin serves. The arguments are those of `Twin`, which explains them.

    single_route: the text of the route to `origin`, or None without one.
    """

    template: Path
    beside: Mapping[str, Path]
    parameters: Mapping[str, str]
    origin: str | None
    route_keys: Keys
    routes: Path | None
    secrets: Path | None
    env: Sequence[str]
    env_file: Path | None
    record_origin: Path | None
    play_origin: Path | None
    single_route: str | None = field(init=False)

    def __post_init__(self) -> None:
        """Check the choices. Raises CommandError."""
        if self.origin is not None and self.routes is not None:
            raise CommandError("give an origin or a routes file, not both")
        if self.origin is None and self.route_keys:
            raise CommandError(f"{', '.join(self.route_keys)}: only for the route to an origin. Give --origin URL too")
        if self.origin is not None:
            check_url("origin", self.origin)
        if self.record_origin is not None and self.play_origin is not None:
            raise CommandError("record the origin, or play what was recorded: give only one of both files")
        if self.play_origin is not None and not self.play_origin.is_file():
            raise CommandError(f"{self.play_origin}: no such file. Write it with --record-origin")
        if self.routes is not None and not self.routes.is_file():
            raise CommandError(f"{self.routes}: no such file")
        route = None if self.origin is None else single_route(self.origin, self.route_keys)
        object.__setattr__(self, "single_route", route)  # the class is frozen

    @property
    def chooses_routes(self) -> bool:
        """Whether the routes are not those of the template."""
        return self.origin is not None or self.routes is not None

    @property
    def files(self) -> Iterator[Path]:
        """The files and folders that are not of the template."""
        yield from self.routes_files
        for file in (self.secrets, self.env_file, self.play_origin):
            if file is not None:
                yield file

    @property
    def routes_files(self) -> Iterator[Path]:
        """The file of the routes that take the place of those of the template, and the folder beside it."""
        if self.routes is not None:
            yield self.routes
            yield self.routes.with_suffix(".d")

    def variables(self, httpbin: str | None) -> GivenVariables:
        """Return the variables that the user gives to functions. Raises CommandError. httpbin: its URL if it runs."""
        from_file = {} if self.env_file is None else read_env_file(self.env_file)
        for name, file in ((RECORD_ORIGIN, self.record_origin), (PLAY_ORIGIN, self.play_origin)):
            if file is not None:
                from_file[name] = str(file.resolve())
        if self.record_origin is not None and httpbin is not None:
            from_file[RECORD_ALIAS] = f"{httpbin}={HTTPBIN}"
        return GivenVariables.parse(self.env, from_file)

    def unread_env_file(self) -> str:
        """Return a sentence about a file `.env` beside the template that the user has not given, or ""."""
        file = self.template.parent / ".env"
        if self.env_file is not None or not file.is_file():
            return ""
        return f"{shown(file)} is not read without --env-file {shown(file)}."


def check_url(what: str, url: str) -> None:
    """Raise CommandError unless `url` is an http or https URL with a host."""
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port, or half an IPv6 address
        is_url = False
    if not is_url:
        raise CommandError(f"the {what} must be an http or https URL with a host, not {url!r}")
