"""Gateways in memory with credentials for their origin, which checks them, and a token endpoint."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.secrets import MemorySecrets
from brine.bootstrap.credentials import credential_source
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.service.credentials.credentialed_origins import CredentialedOrigins
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.credentials.description import AwsSignature
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress

ROUTES = """
[[route]]
name = "keyed"
prefix = "/keyed"
origin = "https://origin.test"
origin_headers = { x-api-key = "secret:key", x-client = "brine" }
[[route]]
name = "basic"
prefix = "/basic"
origin = "https://origin.test"
origin_auth = { type = "basic", user = "secret:login#user", password = "secret:login#password" }
[[route]]
name = "oauth2"
prefix = "/oauth2"
origin = "https://origin.test"
grace = "1h"
retries = 0
origin_auth = { type = "oauth2", token_url = "https://login.test/token", client_id = "c", client_secret = "secret:c" }
[[route]]
name = "scoped"
prefix = "/scoped"
origin = "https://origin.test"
origin_auth = { type = "oauth2", token_url = "https://login.test/token", client_id = "c", client_secret = "secret:c", \
scope = "b" }
[[route]]
name = "signed"
prefix = "/signed"
origin = "https://origin.test"
origin_auth = { type = "sigv4", service = "s3" }
"""
LIFETIME = 1000  # seconds of a token


class MemorySigner:
    """Signs by a word."""

    def signed(self, request: Request, origin: OriginAddress, signature: AwsSignature, now: float) -> Request:
        return replace(request, fields=request.fields.replacing("authorization", f"{signature.service} at {now}"))


@dataclass
class TokenEndpoint:
    """Issues the tokens t1, t2 and so on, each for LIFETIME seconds, to the client `c` with its present secret."""

    secret: str = "hush"
    outcome: Outcome | None = None
    asked: list[Request] = field(default_factory=list)
    lifetime: float = LIFETIME

    def answer(self, address: OriginAddress, request: Request) -> Outcome:
        assert str(address) == "https://login.test"
        self.asked.append(request)
        if self.outcome is not None:
            return self.outcome
        coded = request.fields.get("authorization", "").removeprefix("Basic ")
        if b64decode(coded).decode() != f"c:{self.secret}":
            return Response(status=401, body=b'{"error": "invalid_client"}')
        token = {"access_token": f"t{len(self.asked)}", "token_type": "Bearer", "expires_in": self.lifetime}
        return Response(status=200, body=json.dumps(token).encode())


@dataclass
class CredentialedWorld:
    """A process with the routes of this file. `beside`: another one, with which it shares the stores and the rest.

    accepts: whether the origin accepts a request; otherwise it answers 401.
    """

    beside: CredentialedWorld | None = None
    accepts: Callable[[Request], bool] = lambda _: True
    drawn: float = 0.0
    refusal: int = 401

    secrets: MemorySecrets = field(init=False)
    tokens: TokenEndpoint = field(init=False)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        if self.beside is None:
            self.secrets = MemorySecrets({"secret:key": "hush", "secret:c": "hush"})
            self.tokens, self.world = TokenEndpoint(), World()
        else:
            self.secrets, self.tokens = self.beside.secrets, self.beside.tokens
            self.world = World(items=self.beside.world.items, leases=self.beside.world.leases)
        self.world.origin = MemoryOrigin(self._answer)
        self.world.restart()
        endpoints = MemoryOrigin(self.tokens.answer)
        source = credential_source(self.world.fetcher, self.secrets, MemorySigner(), endpoints, lambda: self.drawn)
        origins = CredentialedOrigins(self.world.fetcher.origins, lambda: source)
        fetcher = replace(self.world.fetcher, origins=origins)
        self.world.gateway = replace(self.world.gateway, routes=parse_routes(ROUTES, {}), fetcher=fetcher)
        self.ask = self.world.ask

    def _answer(self, address: OriginAddress, request: Request) -> Response:
        assert str(address) == "https://origin.test"
        if not (self.accepts if self.beside is None else self.beside.accepts)(request):
            return Response(status=self.refusal, fields=Fields([("www-authenticate", "Bearer")]))
        return response(200, b"for us", cache_control="max-age=60, stale-while-revalidate=600")

    @property
    def sent(self) -> list[Fields]:
        """The fields of the requests that the origin got."""
        return [request.fields for _, request in self.world.origin.requests]

    @property
    def bearers(self) -> list[str]:
        """The tokens of the requests that the origin got."""
        return [fields.get("authorization", "").removeprefix("Bearer ") for fields in self.sent]

    def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.world.pass_time(seconds)
