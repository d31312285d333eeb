"""routes.toml: read, checked, and every mistake named with its line and column.

The file is a list of `[[route]]` tables; layers/routes/routes.schema.json describes it for editors, docs/routes.md for
people. `${NAME}` in an origin stands for an environment variable, so one file serves every stage.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from urllib.parse import urlsplit

from brine.adapters.toml_positions import Positions, not_toml
from brine.domain.origin import DEFAULT_PORTS, OriginAddress
from brine.domain.policy import Policy
from brine.domain.route import DEFAULT_FORWARD_HEADERS, QueryRule, Route, Routes
from brine.domain.tags import MAX_TAG_LENGTH
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.route import ForwardHeaders

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_URL = re.compile(r"[!-~]+")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
MAX_ROUTE_TAGS = 8  # the others of a response's are for its origin to give
_NEVER_FORWARDED = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})


def parse_routes(text: str, environment: Mapping[str, str], *, source: str = "routes.toml") -> Routes:
    """The routes that `text` describes. Raises ConfigError: `source:line:column: what is wrong`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, text, source) from None
    return _Reader(Positions(text), environment, source).routes(document)


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
        values: dict[str, Any] = {}
        policy: dict[str, Any] = {}
        for key, value in table.items():
            if key in _POLICY:
                policy[key] = self.read(_POLICY, index, (key,), value)
            elif key in _ROUTE:
                values[key] = self.read(_ROUTE, index, (key,), value)
            elif key == "query":
                values[key] = self.query(index, value)
            elif key == "origin":
                values["origin"], values["base_path"] = self.origin(index, value)
            else:
                known = ", ".join(sorted((*_ROUTE, *_POLICY, "origin", "query")))
                self.fail(index, (key,), f'unknown key "{key}"; a route knows {known}')
        forwarded = values.setdefault("forward_headers", DEFAULT_FORWARD_HEADERS)
        if forwarded != "all":
            values["forward_headers"] = forwarded | policy.get("key_headers", frozenset())
        return Route(**values, policy=Policy(**policy))

    def query(self, index: int, value: object) -> QueryRule:
        if not isinstance(value, dict):
            self.fail(index, ("query",), '"query" must be a table, such as { drop = ["utm_*"] }')
        for key in value:
            if key not in _QUERY:
                self.fail(index, ("query", key), f'unknown key "{key}"; "query" knows {", ".join(sorted(_QUERY))}')
        return QueryRule(**{key: self.read(_QUERY, index, ("query", key), item) for key, item in value.items()})

    def read(
        self, readers: Mapping[str, Callable[[Any], Any]], index: int, keys: tuple[str, ...], value: object
    ) -> Any:
        try:
            return readers[keys[-1]](value)
        except ValueError as error:
            self.fail(index, keys, f'"{".".join(keys)}" {error}')

    def origin(self, index: int, value: object) -> tuple[OriginAddress, str]:
        if not isinstance(value, str):
            self.fail(index, ("origin",), '"origin" must be a URL in quotes')
        for name in _VARIABLE.findall(value):
            if name not in self._environment:
                self.fail(index, ("origin",), f'"origin" asks for the environment variable {name}, which is not set')
        # What a variable holds may be secret, and urlsplit's errors quote it: messages show the text as it is written.
        url = _VARIABLE.sub(lambda match: self._environment[match[1]], value)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            self.fail(index, ("origin",), f'"origin" is not a URL: "{value}"')
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _URL.fullmatch(url):
            self.fail(
                index,
                ("origin",),
                f'"origin" must be an http or https URL with a host and without blanks; it is "{value}"',
            )
        if parts.username is not None or parts.query or parts.fragment:
            self.fail(index, ("origin",), '"origin" may hold no user, query or fragment')
        scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
        address = OriginAddress(scheme=scheme, host=parts.hostname, port=port or DEFAULT_PORTS[scheme])
        return address, parts.path.rstrip("/")


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError('must be lower-case letters, digits and "-"')
    return value


def _prefix(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("/") or not re.fullmatch(r"[!-~]+", value):
        raise ValueError('must begin with "/" and be percent-encoded')
    if value != "/" and (value.endswith("/") or "//" in value or "?" in value or "#" in value):
        raise ValueError('must be a path without "?", "#", "//" and without a "/" at its end')
    return value


def _duration(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e10:
        return float(value)
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        return float(match[1]) * _SECONDS[match[2]]
    raise ValueError('must be a duration: seconds, or text such as "250ms", "60s", "5m", "1h", "2d"')


def _positive_duration(value: object) -> float:
    if (seconds := _duration(value)) > 0:
        return seconds
    raise ValueError("must be longer than nothing")


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("must be a number of bytes")


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    raise ValueError("must be a list of names in quotes")


def _tags(value: object) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(_texts(value)))
    if len(tags) > MAX_ROUTE_TAGS or any(len(tag) > MAX_TAG_LENGTH for tag in tags):
        raise ValueError(f"must be at most {MAX_ROUTE_TAGS} tags of at most {MAX_TAG_LENGTH} characters each")
    return tags


def _header_names(value: object) -> frozenset[str]:
    names = frozenset(name.lower() for name in _texts(value))
    for name in sorted(names):
        if not _TOKEN.fullmatch(name):
            raise ValueError(f'holds "{name}", which is no header name')
        if name in _NEVER_FORWARDED:
            raise ValueError(f'holds "{name}", which belongs to one connection and is never forwarded')
    return names


def _forward_headers(value: object) -> ForwardHeaders:
    if value == "all":
        return "all"
    if isinstance(value, list):
        return DEFAULT_FORWARD_HEADERS | _header_names(value)
    raise ValueError('must be "all" or a list of header names')


def _negative_lifetimes(value: object) -> dict[int, float]:
    if not isinstance(value, dict):
        raise ValueError('must be a table of statuses and durations, such as { 404 = "10s" }')  # noqa: TRY004 - as all
    for status in value:
        if not re.fullmatch(r"[3-5]\d\d", status):
            raise ValueError(f'has "{status}", which is no status of 300 to 599')
    return {int(status): _duration(lifetime) for status, lifetime in value.items()}


def _set_cookie(value: object) -> str:
    if value in {"shared", "strip", "refuse", "keep"}:
        return str(value)
    raise ValueError('must be "shared", "strip", "refuse" or "keep"')


_ROUTE: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "prefix": _prefix,
    "forward_headers": _forward_headers,
    "timeout": _positive_duration,
    "max_request_body": _size,
}
_POLICY: dict[str, Callable[[Any], Any]] = {
    "freshness_lifetime": _duration,
    "grace": _duration,
    "keep": _duration,
    "negative_lifetimes": _negative_lifetimes,
    "key_headers": _header_names,
    "set_cookie": _set_cookie,
    "store_post": _boolean,
    "request_directives": _boolean,
    "show_key": _boolean,
    "tags": _tags,
}
_QUERY: dict[str, Callable[[Any], Any]] = {
    "keep": lambda value: frozenset(_texts(value)),
    "drop": _texts,
    "sort": _boolean,
}
