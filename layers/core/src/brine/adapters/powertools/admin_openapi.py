"""The OpenAPI document of the admin API (https://spec.openapis.org/oas/v3.1.0), made from the table of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.service.admin.api.schemas import MESSAGE, PROBLEM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.service.admin.api.argument import Argument, ArgumentKind
    from brine.service.admin.api.operations import AdminOperation
    from brine.service.admin.api.schemas import Schema

_SIGNATURE: Final = "signature"
_SCHEMAS: Final[dict[ArgumentKind, Schema]] = {
    "text": {"type": "string", "minLength": 1},
    "flag": {"type": "boolean"},
    "duration": {
        "anyOf": [
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1e10},
            {"type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d)$"},
        ]
    },
    "size": {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 999_999_999_999},
            {"type": "string", "pattern": "^[0-9]{1,12}(B|KB|MB|GB|KiB|MiB|GiB)?$"},
        ]
    },
    "number": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
    "lines": {
        "type": "array",
        "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
    },
}


def admin_openapi(operations: Iterable[AdminOperation], version: str) -> dict[str, object]:
    """Return the document of these operations. version: of the code."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Admin API of Brine",
            "version": version,
            "description": "Operators list, explain and purge stored responses (docs/admin.md).",
        },
        "security": [{_SIGNATURE: []}],
        "paths": {operation.path: {operation.method.lower(): _described(operation)} for operation in operations},
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {
                _SIGNATURE: {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "description": "A signature (SigV4) for execute-api, or a bearer token if the stack takes tokens.",
                }
            },
        },
    }


def _described(operation: AdminOperation) -> dict[str, object]:
    responses = {"200": _response("The document.", operation.answer), **_REFUSALS}
    if operation.may_fail:
        responses["503"] = _response("The same, with a check that fails.", operation.answer)
    found: dict[str, object] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": responses | {status: _problem(text) for status, text in _problems(operation).items()},
    }
    if operation.method == "GET":
        found["parameters"] = [_parameter(argument) for argument in operation.arguments]
    else:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _members(operation)}}}
    return found


def _problems(operation: AdminOperation) -> dict[str, str]:
    told = {"500": "A mistake of ours."}
    if operation.arguments:
        told["400"] = "An argument is wrong. The detail names it, its value and the remedy."
    if operation.uses_stores and not operation.may_fail:
        told["503"] = "A store did not answer."
    return told


def _parameter(argument: Argument) -> dict[str, object]:
    """Return a parameter of a query. An empty one counts as absent."""
    return {
        "name": argument.name,
        "in": "query",
        "required": argument.is_needed,
        "description": argument.meaning,
        "schema": {"anyOf": [_schema(argument), {"const": ""}]},
    }


def _members(operation: AdminOperation) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {
            argument.name: {**_schema(argument), "description": argument.meaning} for argument in operation.arguments
        },
        "required": [argument.name for argument in operation.arguments if argument.is_needed],
        "additionalProperties": False,
    }


def _schema(argument: Argument) -> Schema:
    return {"enum": list(argument.choices)} if argument.choices else _SCHEMAS[argument.kind]


def _response(text: str, schema: Schema) -> dict[str, object]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


_REFUSALS: Final = {
    "401": _response("API Gateway refuses the token.", MESSAGE),
    "403": _response("API Gateway refuses the signature, or the token lacks the scope.", MESSAGE),
}


def _problem(text: str) -> dict[str, object]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text, "content": content}
