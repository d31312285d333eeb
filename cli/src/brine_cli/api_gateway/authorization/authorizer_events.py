"""The events of Lambda authorizers, in the payload formats 1.0 and 2.0.

(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.template.intrinsics import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine_cli.api_gateway.events import Event
    from brine_cli.template.event_sources import ApiRoute

_WITHOUT: Final = frozenset({"body", "isBase64Encoded", "version"})


def route_arn(event: Event) -> str:
    """Return the ARN of the call that a request makes: the API, the stage, the method and the path."""
    context = event["requestContext"]
    path = event["rawPath"].lstrip("/")
    place = f"{context['apiId']}/{context['stage']}/{context['http']['method']}/{path}"
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{place}"


def authorizer_event(version: str, event: Event, route: ApiRoute, identity: Sequence[str]) -> Event:
    """Return the event of a Lambda authorizer. identity: the values of its identity sources."""
    return _format_1(event, route, identity) if version == "1.0" else _format_2(event, identity)


def _format_2(event: Event, identity: Sequence[str]) -> Event:
    common = {name: value for name, value in event.items() if name not in _WITHOUT}
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": route_arn(event),
        "identitySource": list(identity) or None,
        **common,
        "requestContext": {**event["requestContext"], "authentication": None},
    }


def _format_1(event: Event, route: ApiRoute, identity: Sequence[str]) -> Event:
    context = event["requestContext"]
    joined = ",".join(identity)
    resource = route.path or "$default"
    cookies = {"cookie": "; ".join(event["cookies"])} if "cookies" in event else {}
    return {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": route_arn(event),
        "identitySource": joined,
        "authorizationToken": joined,
        "resource": resource,
        "path": event["rawPath"],
        "httpMethod": context["http"]["method"],
        "headers": event["headers"] | cookies,
        "queryStringParameters": event.get("queryStringParameters", {}),
        "pathParameters": event.get("pathParameters", {}),
        "stageVariables": {},
        "requestContext": {
            "accountId": context["accountId"],
            "apiId": context["apiId"],
            "domainName": context["domainName"],
            "domainPrefix": context["domainPrefix"],
            "extendedRequestId": context["requestId"],
            "httpMethod": context["http"]["method"],
            "identity": {
                "apiKey": "",
                "clientCert": None,
                "sourceIp": context["http"]["sourceIp"],
                "userAgent": context["http"]["userAgent"],
            },
            "path": event["rawPath"],
            "protocol": context["http"]["protocol"],
            "requestId": context["requestId"],
            "requestTime": context["time"],
            "requestTimeEpoch": context["timeEpoch"],
            "resourceId": context["routeKey"],
            "resourcePath": resource,
            "stage": context["stage"],
        },
    }
