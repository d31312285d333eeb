"""The check of a request by the authorizer of its route."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.api_gateway.sigv4 import SignatureRefused, signer_of
from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer

if TYPE_CHECKING:
    from datetime import datetime

    from brine_cli.api_gateway.authorization.function_access import FunctionAccess
    from brine_cli.api_gateway.authorization.token_access import TokenAccess
    from brine_cli.api_gateway.events import Event
    from brine_cli.http.messages import HttpRequest
    from brine_cli.template.event_sources import ApiRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Adds the client to the event of a request, or refuses the request."""

    tokens: TokenAccess
    functions: FunctionAccess

    def __call__(self, request: HttpRequest, route: ApiRoute, event: Event, now: datetime) -> None:
        """Set `requestContext.authorizer` of `event`, if the route has an authorizer. Raises AccessRefused.

        now: in UTC.
        """
        match route.authorizer:
            case "NONE":
                return
            case "AWS_IAM":
                authorizer = self._signer(request, now)
                event["headers"].pop("authorization", None)  # API Gateway removes it
            case JwtAuthorizer() as of_tokens:
                authorizer = self.tokens(of_tokens, route.scopes, event, now)
            case LambdaAuthorizer() as of_function:
                authorizer = self.functions(of_function, route, event)
        event["requestContext"]["authorizer"] = authorizer

    def _signer(self, request: HttpRequest, now: datetime) -> Event:
        try:
            return {"iam": signer_of(request, now).claims}
        except SignatureRefused as refused:
            raise AccessRefused(str(refused), HTTPStatus.FORBIDDEN) from None
