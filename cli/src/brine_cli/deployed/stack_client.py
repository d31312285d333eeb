"""Asks the admin API of a deployed stack, for commands."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine_cli.deployed.signed_requests import TOKEN
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.deployed.signed_requests import AdminAnswer, SignedRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlace:
    """A stack, as the options of a command name it. endpoint_url: of an AWS emulator."""

    name: str
    region: str | None = None
    endpoint_url: str | None = None


class StackClient:
    """The admin API of a stack. Every method raises CommandError."""

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests
        self._address = requests.address

    @property
    def url(self) -> str:
        """The URL of the API that has the admin API."""
        return self._address.url

    def get(self, name: str, parameters: Mapping[str, str | None]) -> dict[str, Any]:
        """Return the document of a GET. A parameter that is None is left out."""
        given = {key: value for key, value in parameters.items() if value is not None}
        query = urlencode(given, quote_via=quote)
        return self._document("GET", name, Request(method="GET", path=self._path(name), query=query or None))

    def post(self, name: str, members: Mapping[str, object]) -> dict[str, Any]:
        """Return the document of a POST of a JSON object. A member that is None is left out."""
        body = json.dumps({key: value for key, value in members.items() if value is not None}).encode()
        fields = Fields([("content-type", "application/json")])
        return self._document("POST", name, Request(method="POST", path=self._path(name), fields=fields, body=body))

    def _path(self, name: str) -> str:
        return f"{self._address.path}/{name}"

    def _document(self, method: str, name: str, request: Request) -> dict[str, Any]:
        answer = self._requests.send(request)
        try:
            document = json.loads(answer.body)
        except ValueError:
            document = None
        if isinstance(document, dict):
            if answer.status == 200 or "checks" in document:  # a health that fails is an answer too
                return document
            if isinstance(document.get("detail"), str):
                raise CommandError(document["detail"].removesuffix("."))
        raise self._refused(method, name, answer)

    def _refused(self, method: str, name: str, answer: AdminAnswer) -> CommandError:
        """Return the error for an answer that is not the admin function's."""
        address, has_token = self._address, bool(self._requests.token)
        where = f"the admin API of the stack {address.stack}"
        match answer.status:
            case 401 if has_token:
                return CommandError(f"{where} refuses the token of {TOKEN}: it has expired, or is for another audience")
            case 401:
                return CommandError(f"{where} takes tokens and no signatures. Put a token into the variable {TOKEN}")
            case 403 if has_token:
                return CommandError(f"{where} refuses the token of {TOKEN}: it lacks the scope of AdminJwtScope")
            case 403:
                return CommandError(
                    f"{where} refuses the signature. Allow execute-api:Invoke on {address.permission(method, name)} to "
                    f"the user or role of these credentials, which must be of the account {address.account}"
                )
            case 429 | 503:
                return CommandError(f"{where} is busy ({answer.status}). Try again")
        return CommandError(
            f"{where} answers {answer.status} {answer.content_type} to {method} /_brine/{name}, and not as this "
            "version expects. Deploy the stack with the same version of Brine, and read the log of AdminFunction"
        )


def connect_stack(place: StackPlace) -> StackClient:
    """Return the client of a stack, with the user's access to AWS. Raises CommandError."""
    return StackClient(signed_requests(place))


def signed_requests(place: StackPlace) -> SignedRequests:
    """Return what sends signed requests to the admin API of a stack. Raises CommandError."""
    from brine.adapters.http1.client import HttpClient  # noqa: PLC0415 - errors above need no client of AWS
    from brine.bootstrap.common import connect_aws  # noqa: PLC0415 - the same
    from brine.errors import ConfigError  # noqa: PLC0415 - the same
    from brine.settings import CacheSettings  # noqa: PLC0415 - the same
    from brine_cli.aws.access import access_environment  # noqa: PLC0415 - the same
    from brine_cli.deployed.admin_address import AdminAddress  # noqa: PLC0415 - the same
    from brine_cli.deployed.signed_requests import SignedRequests  # noqa: PLC0415 - the same
    from brine_cli.deployed.stack_outputs import CloudFormation  # noqa: PLC0415 - the same

    access = access_environment(os.environ, endpoint_url=place.endpoint_url, region=place.region)
    try:
        settings = CacheSettings.from_environment({**access, "BRINE_TABLE": "-"})  # no table is used
        aws = connect_aws(settings, HttpClient())
    except ConfigError as error:
        raise CommandError(f"there is no access to AWS: {error}. Name the region with --region") from None
    stack = CloudFormation(aws).admin_stack(place.name)
    return SignedRequests(address=AdminAddress.of(stack), aws=aws, token=os.environ.get(TOKEN, ""))
