"""The events that the local twin does not serve, each with the command that sends the function such an event."""

from __future__ import annotations

from typing import Final

_GENERATED: Final = {
    "AlexaSkill": "alexa-skills-kit intent-answer",
    "Cognito": "cognito sync-trigger",
    "DynamoDB": "dynamodb update",
    "Kinesis": "kinesis get-records",
    "S3": "s3 put",
    "SNS": "sns notification",
}
"""The arguments of `sam local generate-event` that print such an event, by the type of the event."""
_REST: Final = "the local twin serves HTTP APIs (events of type HttpApi), no REST APIs"


def unserved_event(where: str, function: str, kind: str) -> str:
    """Return the line for an event that the twin does not serve: what it is, and what to do instead.

    where: the function and the name of the event.
    """
    if kind == "Api":
        return f"{where} (Api): {_REST}. Try: brine invoke {function} -e EVENT.json"
    if kind in _GENERATED:
        return f"{where} ({kind}). Try: sam local generate-event {_GENERATED[kind]} | brine invoke {function} -e -"
    return f"{where} ({kind}). Try: brine invoke {function} -e EVENT.json"
