"""The credentials of a route, by which the gateway proves to the origin that it may send requests.

The description has the names of secrets and never their texts. Texts that routes.toml has itself are in no `repr`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.routing.origin import OriginAddress

type SecretKind = Literal["secret", "parameter"]
"""secret: a secret of AWS Secrets Manager. parameter: a parameter of AWS Systems Manager (SSM)."""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """The place of a secret text: its store, its name or ARN, and `member`: a name in the JSON object that it is.

    Without `member`, the whole text counts.
    """

    kind: SecretKind
    name: str
    member: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" + ("" if self.member is None else f"#{self.member}")


type CredentialText = str | SecretReference
"""A text of routes.toml itself, or a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAuth:
    """HTTP Basic authentication (RFC 7617)."""

    user: CredentialText = field(repr=False)
    password: SecretReference


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2Client:
    """The client credentials grant of OAuth 2.0 (RFC 6749 section 4.4).

    token_url: the address of the token endpoint, with `token_target` as its path and query. client_auth: how the client
    authenticates there: by the Authorization field, or in the content of its POST (section 2.3.1).
    """

    token_url: OriginAddress
    token_target: str
    client_id: CredentialText = field(repr=False)
    client_secret: SecretReference
    client_auth: Literal["basic", "post"] = "basic"
    scope: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSignature:
    """A Signature Version 4 with the role of the function. `region`: None for the function's own."""

    service: Literal["execute-api", "lambda", "s3"]
    region: str | None = None


type OriginAuth = BasicAuth | OAuth2Client | AwsSignature

_OF_AWS: Final = "x-amz-"
"""AWS refuses a request with such a field that is not signed, and it acts on those that are."""
_LOOPBACK: Final = re.compile(r"localhost|::1|127(?:\.[0-9]{1,3}){3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginCredentials:
    """The fields that the gateway adds to each request of a route, after all decisions about the request.

    origin_headers: names in lower case, and values. credentials_over_http: whether they may be sent to another machine
    without encryption.
    """

    origin_headers: tuple[tuple[str, CredentialText], ...] = field(default=(), repr=False)
    origin_auth: OriginAuth | None = None
    credentials_over_http: bool = False
    names: frozenset[str] = field(init=False)
    """The names of the fields that the gateway writes. No client can send them to the origin."""

    def __post_init__(self) -> None:
        names = frozenset(name for name, _ in self.origin_headers)
        object.__setattr__(self, "names", names if self.origin_auth is None else names | {"authorization"})

    @property
    def references(self) -> tuple[SecretReference, ...]:
        """The secrets that the credentials are made from."""
        match self.origin_auth:
            case BasicAuth(user=user, password=secret) | OAuth2Client(client_id=user, client_secret=secret):
                texts: tuple[CredentialText, ...] = (user, secret)
            case _:
                texts = ()
        texts = (*(text for _, text in self.origin_headers), *texts)
        return tuple(text for text in texts if isinstance(text, SecretReference))

    def are_readable_on_the_way(self, address: OriginAddress) -> bool:
        """Return whether secrets would go unencrypted to this address, without permission of the route."""
        are_secret = "authorization" in self.names or any(
            isinstance(text, SecretReference) for _, text in self.origin_headers
        )
        is_plain = address.scheme == "http" and _LOOPBACK.fullmatch(address.host) is None
        return are_secret and is_plain and not self.credentials_over_http

    def without_own(self, fields: Fields) -> Fields:
        """Return a client's fields without those that the gateway writes itself."""
        if isinstance(self.origin_auth, AwsSignature):
            fields = fields.without([name for name in fields.names if name.startswith(_OF_AWS)])
        return fields.without(self.names)
