"""Composes the credentials of routes, for gateways with at least one such route."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from brine.service.credentials.credentialed_origins import CredentialedOrigins

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.aws.service import Aws
    from brine.adapters.http1.client import HttpClient
    from brine.ports.credentials import RequestSigner, SecretStore
    from brine.ports.origins import Origin
    from brine.service.credentials.credentialed_origins import CredentialSource
    from brine.service.http_cache.fetcher import Fetcher

MAX_TOKEN_RESPONSE = 262_144  # bytes


def with_aws_credentials(fetcher: Fetcher, aws: Aws, client: HttpClient) -> Fetcher:
    """Return the fetcher with the credentials of its routes. They are read, and their code loaded, at the first fetch.

    client: makes the connections to token endpoints.
    """

    def source() -> CredentialSource:
        from brine.adapters.aws.origin_secrets import AwsSecrets  # noqa: PLC0415 - no hit needs it
        from brine.adapters.aws.origin_signer import AwsOriginSigner  # noqa: PLC0415 - no hit needs it
        from brine.adapters.http1.origin import HttpOrigin  # noqa: PLC0415 - no hit needs it

        endpoints = HttpOrigin(client, max_body=MAX_TOKEN_RESPONSE)
        return credential_source(fetcher, AwsSecrets(aws), AwsOriginSigner(aws), endpoints)

    return replace(fetcher, origins=CredentialedOrigins(fetcher.origins, source))


def credential_source(
    fetcher: Fetcher,
    secrets: SecretStore,
    signer: RequestSigner,
    endpoints: Origin,
    drawn: Callable[[], float] = random.random,
) -> CredentialSource:
    """Return the source of the credentials of all routes. Tokens are kept in the stores of the fetcher.

    endpoints: makes the requests to token endpoints. drawn: returns numbers of [0, 1), for the times of renewals.
    """
    from secrets import token_bytes  # noqa: PLC0415 - no hit needs it

    from brine.service.credentials.origin_tokens import OriginTokens  # noqa: PLC0415 - no hit needs it
    from brine.service.credentials.secret_texts import SecretTexts  # noqa: PLC0415 - no hit needs it
    from brine.service.credentials.source import RouteCredentials  # noqa: PLC0415 - no hit needs it
    from brine.service.credentials.token_store import TokenStore  # noqa: PLC0415 - no hit needs it

    clock, single_flight = fetcher.clock, fetcher.single_flight
    texts = SecretTexts(secrets, clock)
    store = TokenStore(fetcher.responses.store.stamps.items, single_flight, fetcher.responses.keyring, token_bytes)
    tokens = OriginTokens(store, single_flight, texts, endpoints=endpoints, clock=clock, drawn=drawn)
    return RouteCredentials(texts, tokens, signer, clock)
