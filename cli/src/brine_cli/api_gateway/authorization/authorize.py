"""The check of a request by the authorizer of its route."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from brine_cli.api_gateway.authorization.function_access import FunctionAccess
from brine_cli.api_gateway.authorization.issuer_keys import IssuerKeys
from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.api_gateway.authorization.token_access import TokenAccess
from brine_cli.api_gateway.sigv4 import SignatureRefused, signer_of
from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from brine_cli.api_gateway.events import Event
    from brine_cli.http.messages import HttpRequest
    from brine_cli.lambda_runtime.environments import Invoker
    from brine_cli.template.event_sources import ApiRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAuthorization:
    """Adds the client to the event of a request, or refuses the request."""

    tokens: TokenAccess
    functions: FunctionAccess

    def __call__(self, request: HttpRequest, route: ApiRoute, event: Event, now: datetime) -> None:
        """Set `requestContext.authorizer` of `event`, if the route has an authorizer. Raises AccessRefused.

        now: in UTC.
        """
        context = event["requestContext"]
        match route.authorizer:
            case "NONE":
                pass
            case "AWS_IAM":
                context["authorizer"] = self._signer(request, now)
                event["headers"].pop("authorization", None)  # API Gateway removes it
            case JwtAuthorizer() as authorizer:
                context["authorizer"] = self.tokens(authorizer, route.scopes, event, now)
            case LambdaAuthorizer() as authorizer:
                context["authorizer"] = self.functions(authorizer, route, event)

    def _signer(self, request: HttpRequest, now: datetime) -> Event:
        try:
            return {"iam": signer_of(request, now).claims}
        except SignatureRefused as refused:
            raise AccessRefused(str(refused), HTTPStatus.FORBIDDEN) from None


def authorization(
    environments: Mapping[str, Invoker],
    report: Callable[[str], None],
    *,
    claims: Mapping[str, Any] | None = None,
    verifies: bool = False,
) -> RequestAuthorization:
    """Return the check of requests for a twin.

    environments: run the functions, by logical id. report: gets a line for each way in which a decision differs from
    that of AWS. claims: of the user, for all requests. verifies: check signatures.
    """
    return RequestAuthorization(
        tokens=TokenAccess(claims=claims, keys=IssuerKeys() if verifies else None),
        functions=FunctionAccess(environments=environments, claims=claims, report=report),
    )
