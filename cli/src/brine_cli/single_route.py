"""The routes file of `brine dev --origin`: one route from / to an origin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from brine.adapters.config.routes import parse_routes
from brine.errors import ConfigError
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

type Keys = Mapping[str, str | int | bool | list[str]]
"""Keys of a route, with their values."""

NAME: Final = "origin"

RFC_KEYS: Final[Keys] = {
    "forward_headers": "all",
    "grace": "1d",
    "set_cookie": "keep",
    "store_post": True,
    "retries": 0,
    "circuit_breaker": False,
    "new_keys_per_minute": False,
}
"""The keys of `--rfc`: the rules of RFC 9111 alone, and one request to the origin for each that is forwarded."""

RFC_NOTICE: Final = """\
--rfc: the gateway obeys RFC 9111 and adds no rule of its own. Use it for measurements, not for an API with users.
  off  the list of request headers that may reach the origin: all of them do, cookies included
  off  the rule for Set-Cookie: a response that sets a cookie is stored like any other
  off  retries, the circuit breaker, and the limit on new keys
  on   stale responses in place of errors for a day, and stored responses to POST"""


def single_route(origin: str, keys: Keys) -> str:
    """Return the text of a routes.toml with one route. Raises CommandError for a value that a route cannot have."""
    table: Keys = {"name": NAME, "prefix": "/", "origin": origin, **keys}
    text = "[[route]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
    try:
        parse_routes(text, {}, source="brine dev --origin")
    except ConfigError as error:
        raise CommandError(str(error)) from None
    return text
