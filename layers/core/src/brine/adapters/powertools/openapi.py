"""The OpenAPI document of an app, by Powertools (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from brine.adapters.powertools.runner import described

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.service.functions.route_function import RouteFunction


def openapi_document(functions: Iterable[RouteFunction], **description: Any) -> str:
    """Return the document as JSON: each function by its path, its arguments and what it returns. Needs pydantic."""
    resolver = APIGatewayHttpResolver(enable_validation=True)
    for function in functions:

        def never_called(**_: Any) -> None:
            """Take the place of the function."""

        placeholder = described(function, never_called, function.hints(), returns=True)
        add = resolver.route(
            function.rule, method=function.method, tags=[function.route], description=function.call.__doc__ or ""
        )
        add(placeholder)
    return resolver.get_openapi_json_schema(**description)
