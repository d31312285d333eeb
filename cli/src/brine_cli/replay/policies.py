"""The routes that a log is replayed against. A variable in them needs no value: no request is sent to an origin."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.domain.http.canonical import NEGOTIATION
from brine.domain.routing.tenant import tenant_header
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from brine.domain.routing.route import Routes

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class AnyVariables(Mapping[str, str]):
    """An environment in which each variable of routes has a value: its own, or else a placeholder."""

    def __init__(self, environment: Mapping[str, str], text: str) -> None:
        self._environment = environment
        self._placeholders = {
            match[1]: _placeholder(match[1], text[: match.start()]) for match in _VARIABLE.finditer(text)
        }

    def __getitem__(self, name: str) -> str:
        return self._environment.get(name) or self._placeholders[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._environment, *self._placeholders})

    def __len__(self) -> int:
        return len({*self._environment, *self._placeholders})


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file of routes, as text: workers parse it again."""

    name: str
    text: str

    def routes(self, environment: Mapping[str, str]) -> Routes:
        """Return its routes. Raises ConfigError."""
        return parse_routes(self.text, AnyVariables(environment, self.text), source=self.name)

    def require_variables(self, environment: Mapping[str, str], names: Collection[str], why: str, remedy: str) -> None:
        """Raise CommandError if a variable in the origin of one of these routes has no value.

        why: what needs the origin. remedy: what to do besides.
        """
        for table in tomllib.loads(self.text).get("route", ()):
            for name in _VARIABLE.findall(table.get("origin", "")) if table.get("name") in names else ():
                if not environment.get(name):
                    raise CommandError(
                        f'{why} the origin of the route {table["name"]}, "{table["origin"]}" in {self.name}, and '
                        f"{name} is not set. Set it in this shell{remedy}."
                    )


def read_policy(file: Path) -> PolicyFile:
    """Return the file. Raises CommandError if it cannot be read."""
    try:
        return PolicyFile(str(file), file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file}: the routes cannot be read: {error.strerror}. Name a routes.toml.") from None
    except UnicodeError:
        raise CommandError(f"{file}: the routes are not UTF-8. Save the file as UTF-8.") from None


def used_fields(routes: Routes) -> frozenset[str]:
    """Return the request fields of an access log that these routes may send to their origin, or select by."""
    used = frozenset[str]()
    for route in routes:
        policy = route.policy
        used |= NEGOTIATION | (policy.key_headers or frozenset()) | tenant_header(route.tenant)
        used |= {"referer", "user-agent"} if policy.forward_headers == "all" else policy.forward_headers
    return used


def tenant_sources(routes: Routes) -> frozenset[str]:
    """Return where these routes read tenants."""
    return frozenset(route.tenant for route in routes if route.tenant is not None)


def _placeholder(name: str, before: str) -> str:
    """Return a value for a variable: a URL at the beginning of a text, and else a name."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "x"
    return f"https://{plain}.invalid" if before.endswith(('"', "'")) else plain
