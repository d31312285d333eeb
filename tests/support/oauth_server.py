"""An API behind Authlib's OAuth 2.0 server, over real HTTP: its token endpoint authenticates clients."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Self

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

CLIENT = "shop"
SCOPE = "orders.read"


@dataclass
class _Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """The only client."""

    secret: str

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return SCOPE if SCOPE in (scope or SCOPE).split() else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return False

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return False

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


@dataclass
class _Token(TokenMixin):  # type: ignore[misc]  # Authlib has no types
    """An issued token."""

    text: str
    scope: str
    expires_at: float
    revoked: bool = False

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int(self.expires_at - time.time())

    def is_expired(self) -> bool:
        return time.time() >= self.expires_at

    def is_revoked(self) -> bool:
        return self.revoked


class _Grant(grants.ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


@dataclass
class OAuthServer:
    """The server. `lifetime`: seconds of a token; `secret`: that of the client; `api_key`: what /keyed asks for.

    `asked`: the status of each answer of the token endpoint. `got`: the Authorization fields of the API's requests.
    """

    lifetime: int = 3600
    secret: str = "first-secret"
    api_key: str = "first-key"
    delay: float = 0.0
    port: int = 0
    asked: list[int] = field(default_factory=list)
    got: list[str] = field(default_factory=list)
    tokens: dict[str, _Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._lock = Lock()
        self._app = self._application()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def revoke_all(self) -> None:
        """Revoke all tokens that are issued."""
        for token in self.tokens.values():
            token.revoked = True

    def _application(self) -> Flask:
        app = Flask("oauth")
        server = AuthorizationServer(
            app,
            query_client=lambda client_id: _Client(self.secret) if client_id == CLIENT else None,
            save_token=self._save,
        )
        server.register_grant(_Grant)
        server.register_token_generator("default", self._token)
        protect = ResourceProtector()
        protect.register_token_validator(_Validator(self))

        @app.post("/token")
        def token() -> Any:
            time.sleep(self.delay)
            answer = server.create_token_response()
            with self._lock:
                self.asked.append(answer.status_code)
            return answer

        @app.get("/api/<path:path>")
        def api(path: str) -> Any:
            self.got.append(request.headers.get("authorization", ""))
            with protect.acquire(SCOPE):
                return Response(f"for {CLIENT}: {path}", headers={"cache-control": "max-age=60"})

        @app.get("/keyed/<path:path>")
        def keyed(path: str) -> Any:
            if request.headers.getlist("x-api-key") != [self.api_key]:
                return Response("no such key", status=403)
            return Response(f"keyed: {path}", headers={"cache-control": "max-age=60"})

        return app

    def _token(self, **_: object) -> dict[str, Any]:
        text = f"token-{next(self._numbers)}"
        return {"token_type": "Bearer", "access_token": text, "expires_in": self.lifetime, "scope": SCOPE}

    def _save(self, token: dict[str, Any], _: object) -> None:
        text = token["access_token"]
        self.tokens[text] = _Token(text, token["scope"], time.time() + self.lifetime)

    def __enter__(self) -> Self:
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", self.port, self._app, threaded=True, request_handler=_Quiet
        )
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Validator(BearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    def __init__(self, server: OAuthServer) -> None:
        super().__init__()
        self.server = server

    def authenticate_token(self, token_string: str) -> _Token | None:
        return self.server.tokens.get(token_string)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name that werkzeug has
        pass
