"""routes.toml: read, checked, and every mistake named with its line and column.

The file is a list of `[[route]]` tables; layers/routes/routes.schema.json describes it for editors, docs/routes.md for
people. `${NAME}` in an origin stands for an environment variable, so one file serves every stage.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from urllib.parse import urlsplit

from brine.adapters.config.positions import Positions, not_toml
from brine.adapters.config.route_values import CIRCUIT_BREAKER, POLICY, QUERY, ROUTE, check_path
from brine.domain.resilience.circuit import CircuitBreaker
from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import QueryRule, Route, Routes
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.config.route_values import Readers
    from brine.domain.routing.transcoding import Transcoding

_URL = re.compile(r"[!-\[\]-~]+")  # no backslash: some servers take it for a slash
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def parse_routes(text: str, environment: Mapping[str, str], *, source: str = "routes.toml") -> Routes:
    """The routes that `text` describes. Raises ConfigError: `source:line:column: what is wrong`."""
    return _Reader(Positions(text), environment, source).routes(_document(text, source))


def route_names(text: str, *, source: str = "routes.toml") -> frozenset[str]:
    """The names of the routes, for who has no use for the rest, and not the variables that it takes. As above."""
    tables = _document(text, source).get("route")
    names = [table.get("name") for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []
    return frozenset(name for name in names if isinstance(name, str))


def _document(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, text, source) from None


class _Reader:
    """One reading of one file: knows where it is, so that it can say so."""

    def __init__(self, positions: Positions, environment: Mapping[str, str], source: str) -> None:
        self._positions = positions
        self._environment = environment
        self._source = source

    def fail(self, index: int | None, keys: tuple[str, ...], message: str) -> NoReturn:
        line, column = self._positions.find(index, keys)
        raise ConfigError(f"{self._source}:{line}:{column}: {message}") from None

    def routes(self, document: dict[str, Any]) -> Routes:
        for key in document.keys() - {"route"}:
            self.fail(None, (key,), f'unknown key "{key}": the file is a list of [[route]] tables')
        tables = document.get("route", [])
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            self.fail(None, ("route",), "the file needs at least one [[route]] table")
        routes = tuple(self.route(index, table) for index, table in enumerate(tables))
        for index, route in enumerate(routes):
            for other in routes[:index]:
                if route.name == other.name:
                    self.fail(index, ("name",), f'there is already a route named "{route.name}"')
                if route.prefix == other.prefix:
                    self.fail(index, ("prefix",), f'route "{other.name}" already has the prefix "{route.prefix}"')
        return Routes(routes)

    def route(self, index: int, table: dict[str, Any]) -> Route:
        for key in ("name", "prefix", "origin"):
            if key not in table:
                self.fail(index, (), f'the route has no "{key}"')
        tables = {"query": self.query, "circuit_breaker": self.circuit_breaker, "transcoding": self.transcoding}
        values: dict[str, Any] = {}
        policy: dict[str, Any] = {}
        for key, value in table.items():
            if key in POLICY:
                policy[key] = self.read(POLICY, index, (key,), value)
            elif key in ROUTE:
                values[key] = self.read(ROUTE, index, (key,), value)
            elif key in tables:
                values[key] = tables[key](index, value)
            elif key == "origin":
                values["origin"], values["base_path"] = self.origin(index, value)
            else:
                known = ", ".join(sorted((*ROUTE, *POLICY, *tables, "origin")))
                self.fail(index, (key,), f'unknown key "{key}"; a route knows {known}')
        if values.get("large_bodies") == "redirect" and "transcoding" in values:
            self.fail(index, ("large_bodies",), '"large_bodies" cannot redirect to what "transcoding" would convert')
        return Route(**values, policy=Policy(**policy))

    def query(self, index: int, value: object) -> QueryRule:
        return QueryRule(**self.table(QUERY, index, "query", value, '{ drop = ["utm_*"] }'))

    def circuit_breaker(self, index: int, value: object) -> CircuitBreaker | None:
        if value is False:
            return None
        example = '{ failures = 5, open_for = "30s" }, or false'
        return CircuitBreaker(**self.table(CIRCUIT_BREAKER, index, "circuit_breaker", value, example))

    def transcoding(self, index: int, value: object) -> Transcoding:
        from brine.adapters.config.transcoding_values import TRANSCODING, read_transcoding  # noqa: PLC0415 - for routes that have it

        table = self.table(TRANSCODING, index, "transcoding", value, '{ origin = "json" }')
        for key in ("origin_keys", "client_keys"):
            if key in table:
                table[key] = self.filled(index, ("transcoding", key), table[key])
        try:
            return read_transcoding(table)
        except ValueError as error:
            self.fail(index, ("transcoding",), f'"transcoding" {error}')

    def filled(self, index: int, keys: tuple[str, ...], text: str) -> str:
        """The text with what the environment has for each `${NAME}`."""
        for name in _VARIABLE.findall(text):
            if not self._environment.get(name):
                what = ".".join(keys)
                self.fail(
                    index, keys, f'"{what}" asks for the environment variable {name}, which is not set, or is empty'
                )
        return _VARIABLE.sub(lambda match: self._environment[match[1]], text)

    def table(self, readers: Readers, index: int, name: str, value: object, example: str) -> dict[str, Any]:
        """The values of a table inside a route."""
        if not isinstance(value, dict):
            self.fail(index, (name,), f'"{name}" must be a table, such as {example}')
        for key in value:
            if key not in readers:
                self.fail(index, (name, key), f'unknown key "{key}"; "{name}" knows {", ".join(sorted(readers))}')
        return {key: self.read(readers, index, (name, key), item) for key, item in value.items()}

    def read(self, readers: Readers, index: int, keys: tuple[str, ...], value: object) -> Any:
        try:
            return readers[keys[-1]](value)
        except ValueError as error:
            self.fail(index, keys, f'"{".".join(keys)}" {error}')

    def origin(self, index: int, value: object) -> tuple[OriginAddress, str]:
        if not isinstance(value, str):
            self.fail(index, ("origin",), '"origin" must be a URL in quotes')
        # What a variable holds may be secret, and urlsplit's errors quote it: messages show the text as it is written.
        url = self.filled(index, ("origin",), value)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            self.fail(index, ("origin",), f'"origin" is not a URL: "{value}"')
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _URL.fullmatch(url):
            self.fail(
                index,
                ("origin",),
                f'"origin" must be an http or https URL with a host, without blanks or backslashes; it is "{value}"',
            )
        if parts.username is not None or "?" in url or "#" in url:
            self.fail(index, ("origin",), '"origin" may hold no user, query or fragment')
        try:
            check_path(parts.path)
        except ValueError as error:
            self.fail(index, ("origin",), f'"origin" {error}')
        scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
        address = OriginAddress(scheme=scheme, host=parts.hostname, port=port or DEFAULT_PORTS[scheme])
        return address, parts.path.rstrip("/")
