"""Reads the keys of a route about the credentials for its origin. docs/origin-credentials.md describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from brine.adapters.config.mistakes import FoundMistake, HiddenMistake, Mistakes, mistake_at, read_item
from brine.adapters.config.route_keys.credential_texts import credential_text, secret_reference
from brine.adapters.config.tables import TableReader
from brine.adapters.config.values import choice
from brine.adapters.config.variables import with_variables
from brine.domain.credentials.description import (
    AwsSignature,
    BasicAuth,
    OAuth2Client,
    OriginCredentials,
)
from brine.domain.http.ambiguous import UNAMBIGUOUS_NAME
from brine.domain.http.conditions import RANGE_FIELDS
from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.domain.routing.policy import DEFAULT_FORWARD_HEADERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from brine.adapters.config.mistakes import Reader
    from brine.domain.credentials.description import CredentialText

_OF_THE_GATEWAY = RANGE_FIELDS | {
    *("cache-control", "cdn-loop", "connection", "expect", "forwarded", "host", "if-match", "if-modified-since"),
    *("if-none-match", "if-unmodified-since", "keep-alive", "proxy", "te", "trailer", "transfer-encoding", "upgrade"),
    *("via", "traceparent", "tracestate"),
}
KEYS = ("origin_headers", "origin_auth", "credentials_over_http")
_TYPES = ("basic", "oauth2", "sigv4")
_EXAMPLE = '{ type = "basic", user = "shop", password = "secret:NAME" }'
_A_URL = 'Write one, such as "https://login.example.com/oauth2/token".'
_SCOPE = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*")  # RFC 6749 appendix A.4


def origin_headers(environment: Mapping[str, str]) -> Reader:
    """Return the reader of `origin_headers`: names and texts. The names are in lower case."""
    text = credential_text(environment)

    def read(value: object) -> tuple[tuple[str, CredentialText], ...]:
        if not isinstance(value, dict):
            raise HiddenMistake('not a table. Write names and values, such as { x-api-key = "secret:NAME" }.')
        found: dict[str, CredentialText] = {}
        mistakes: list[FoundMistake] = []
        for name, item in value.items():
            try:
                _check_header_name(name, found)
                found[name.lower()] = read_item(name, item, text)
            except Mistakes as error:
                mistakes += error.found
        if mistakes:
            raise Mistakes(*mistakes)
        return tuple(found.items())

    return read


def _check_header_name(name: str, others: Collection[str]) -> None:
    if not UNAMBIGUOUS_NAME.fullmatch(name):
        told = f'"{name}" is not a header that is sent. Use only letters, digits and "-".'
    elif name.lower() in _OF_THE_GATEWAY or name.lower().startswith(("content-", "x-forwarded-")):
        told = f'"{name}" is written by the gateway itself. Leave it out.'
    elif name.lower() in others:
        told = f'"{name}" is there twice. Leave one out.'
    else:
        return
    raise mistake_at(name, told)


def origin_auth(environment: Mapping[str, str]) -> Reader:
    """Return the reader of `origin_auth`, a table. The `type` in it decides which keys it has."""
    tables = auth_tables(environment)

    def read(value: object) -> object:
        if not isinstance(value, dict):
            raise HiddenMistake(f"not a table. Write {_EXAMPLE}.")
        if "type" not in value:
            raise ValueError(f'no "type". Write one of {", ".join(f'"{one}"' for one in _TYPES)}.')
        return tables[read_item("type", value["type"], choice(*_TYPES))](value)

    return read


def auth_tables(environment: Mapping[str, str]) -> dict[str, TableReader]:
    """Return the readers of the tables, by their `type`."""
    text, secret = credential_text(environment), secret_reference(environment)
    plain = with_variables(environment, "one in quotes")
    basic: dict[str, Reader] = {"type": str, "user": lambda value: _user(text(value)), "password": secret}
    oauth2: dict[str, Reader] = {
        "type": str,
        "token_url": lambda value: _token_url(plain(value)),
        "client_id": text,
        "client_secret": secret,
        "client_auth": choice("basic", "post"),
        "scope": lambda value: _scope(plain(value)),
        "audience": plain,
    }
    sigv4: dict[str, Reader] = {
        "type": str,
        "service": choice("execute-api", "lambda", "s3"),
        "region": lambda value: _region(plain(value)),
    }
    return {
        "basic": TableReader(basic, required=("type", "user", "password"), make=_basic),
        "oauth2": TableReader(oauth2, required=("type", "token_url", "client_id", "client_secret"), make=_oauth2),
        "sigv4": TableReader(sigv4, required=("type", "service"), make=_sigv4),
    }


def credentials(items: dict[str, Any]) -> OriginCredentials | None:
    """Take the keys about credentials out of a route's items, and return the credentials; None without any."""
    found = OriginCredentials(**{key: items.pop(key) for key in KEYS if key in items})
    return found if found.names else None


def check_credentials(items: Mapping[str, Any], given: Collection[str]) -> None:
    """Check the credentials with the other keys of a route. Raises Mistakes.

    items: the values that could be read. given: the names of all keys of the route.
    """
    own = OriginCredentials(**{key: items[key] for key in KEYS if key in items})
    may_go_over_http = "credentials_over_http" in given and "credentials_over_http" not in items
    found = (*_header_clashes(own, items), *(() if may_go_over_http else _readable_addresses(own, items)))
    if found:
        raise Mistakes(*found)


def _header_clashes(own: OriginCredentials, items: Mapping[str, Any]) -> Iterator[FoundMistake]:
    names, auth = {name for name, _ in own.origin_headers}, own.origin_auth
    if auth is not None and "authorization" in names:
        yield _at(
            "origin_headers", '"origin_headers" has "authorization", which "origin_auth" writes. Leave one of both out.'
        )
    if isinstance(auth, AwsSignature) and any(name.startswith("x-amz-") for name in names):
        yield _at("origin_headers", '"origin_headers" has a name of "x-amz-", which "origin_auth" signs. Leave it out.')
    forwarded = items.get("forward_headers", "all")
    for key, listed in (
        ("forward_headers", frozenset() if forwarded == "all" else forwarded - DEFAULT_FORWARD_HEADERS),
        ("key_headers", items.get("key_headers", frozenset())),
    ):
        for name in sorted(own.names & listed):
            yield _at(
                key,
                f'"{name}" is in "forward_headers" or "key_headers", and the gateway writes it itself. '
                "Leave it out there.",
            )


def _readable_addresses(own: OriginCredentials, items: Mapping[str, Any]) -> Iterator[FoundMistake]:
    addresses = {"origin": items["origin"][0]} if "origin" in items else {}
    if isinstance(own.origin_auth, OAuth2Client):
        addresses["origin_auth.token_url"] = own.origin_auth.token_url
    for key, address in addresses.items():
        if own.are_readable_on_the_way(address):
            yield _at(
                key,
                f'"{key}" is http, so others on the way could read the credentials. Write an https URL, or '
                "credentials_over_http = true if the network is yours alone.",
            )


def _at(place: str, text: str) -> FoundMistake:
    return FoundMistake(text, tuple(place.split(".")), given="", is_key=True)


def _basic(*, type: str, **items: Any) -> BasicAuth:  # noqa: A002, ARG001 - the key of the table
    return BasicAuth(**items)


def _user(user: CredentialText) -> CredentialText:
    if isinstance(user, str) and ":" in user:  # RFC 7617 section 2
        raise HiddenMistake('":" ends the name of a user. Leave it out, and write the password as "password".')
    return user


def _oauth2(*, type: str, token_url: tuple[OriginAddress, str], **items: Any) -> OAuth2Client:  # noqa: A002, ARG001 - the key of the table
    address, target = token_url
    return OAuth2Client(token_url=address, token_target=target, **items)


def _sigv4(*, type: str, **items: Any) -> AwsSignature:  # noqa: A002, ARG001 - the key of the table
    return AwsSignature(**items)


def _token_url(url: str) -> tuple[OriginAddress, str]:
    """Return the address of a token endpoint, and its path with its query, if it has one (RFC 6749 section 3.2)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"not a URL. {_A_URL}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not re.fullmatch(r"[!-\[\]-~]+", url):
        raise ValueError(f"not an http or https URL with a host, without blanks and backslashes. {_A_URL}")
    if parts.username is not None or "#" in url:
        raise ValueError("a URL with a user or a fragment. Leave them out.")
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    address = OriginAddress(scheme=scheme, host=parts.hostname, port=port or DEFAULT_PORTS[scheme])
    return address, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _scope(text: str) -> str:
    if _SCOPE.fullmatch(text) is None:
        raise ValueError("not a list of scopes. Write names with one blank between them (RFC 6749 section 3.3).")
    return text


def _region(text: str) -> str:
    if re.fullmatch(r"[a-z]+(?:-[a-z]+)+-[0-9]", text) is None:
        raise ValueError('not the name of a region. Write one, such as "eu-central-1".')
    return text
