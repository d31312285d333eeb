"""ministack with what it leaves out of policies and nested stacks. Run by the Python that ministack is in.

ministack still decides about policies. This module adds dynamodb:LeadingKeys, s3:authType, s3:signatureversion
and s3:signatureAge to each decision's input, and the caller's tags to policies with variables, as AWS documents them
(docs/decisions/0075). It applies the SAM transform to the templates of nested stacks, as CloudFormation does, and keeps
the attributes of resources that an update of a nested stack does not change.
"""

from __future__ import annotations

import calendar
import dataclasses
import json
import re
import time
from contextvars import ContextVar
from typing import Any, Final

from ministack.core import iam_evaluator  # type: ignore[import-not-found]  # it is in an environment of its own
from ministack.services.cloudformation import engine, provisioners  # type: ignore[import-not-found]  # as above

KINDS: Final = {f"dynamodb:{kind}Item": kind for kind in ("Put", "Update", "Delete", "Get", "ConditionCheck")}

VARIABLE: Final = re.compile(r"\$\{(aws:PrincipalTag/[^}]+)\}")

pin, ask, decide = iam_evaluator.pin_signed_body, iam_evaluator.enforce, iam_evaluator.evaluate
check = provisioners._check_nested_stack_capabilities
provision, update = provisioners._provision_resource, provisioners._update_resource
attributes: dict[tuple[str, str], Any] = {}
"""Of each resource, by its stack and its logical id."""
pinned: ContextVar[Any] = ContextVar("pinned", default=None)


def pin_signed_body(body: bytes) -> None:
    """Call ministack's own function, which forgets the request once its signature is checked."""
    pin(body)
    pinned.set(iam_evaluator._signed_request.get())


def enforce(
    key_id: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: Any = None
) -> Any:
    """Return ministack's decision, made with the missing keys."""
    request = pinned.get()
    context = dict(service_context or {})
    if request is not None and service == "dynamodb":
        context |= dynamodb_keys(request, action)
    if request is not None and service == "s3":
        context |= s3_keys(request)
    return ask(key_id, action, service, region, resource_arn=resource_arn, service_context=context)


def evaluate(context: Any, *policies: Any) -> Any:
    """Return ministack's decision, made with the tags of the caller in the place of their variables.

    A variable without a value stays as it is, and matches no key and no ARN.
    """
    tags = context.principal_keys

    def replaced(value: Any) -> Any:
        match value:
            case str():
                return VARIABLE.sub(lambda found: str(tags.get(found[1].lower(), found[0])), value)
            case list() | tuple():
                return type(value)(map(replaced, value))
            case dict():
                return {key: replaced(one) for key, one in value.items()}
            case iam_evaluator.ParsedStatement():
                fields = {field.name: replaced(getattr(value, field.name)) for field in dataclasses.fields(value)}
                return iam_evaluator.ParsedStatement(**fields)
            case _:
                return value

    return decide(context, *map(replaced, policies))


def dynamodb_keys(request: Any, action: str) -> dict[str, object]:
    """Return the partition keys of the items that a request names; none for a Query or a Scan."""
    asked = json.loads(request.body or b"{}")
    named = [asked]
    if "TransactItems" in asked:
        kind = KINDS.get(action)
        named = [item[kind] for item in asked["TransactItems"] if kind in item]
    for table in asked.get("RequestItems", {}).values():
        named += [{"Key": key} for key in table["Keys"]]
    keys = [part.get("Key") or part.get("Item") for part in named]
    leading = [key["pk"]["S"] for key in keys if key]
    return {"dynamodb:LeadingKeys": leading} if leading else {}


def s3_keys(request: Any) -> dict[str, object]:
    """Return how and when a request was signed."""
    query = {
        name.lower(): value[0] if isinstance(value, list) else value for name, value in request.query_params.items()
    }
    is_link = "x-amz-signature" in query or "signature" in query
    keys: dict[str, object] = {
        "s3:authType": "REST-QUERY-STRING" if is_link else "REST-HEADER",
        "s3:signatureversion": "AWS" if request.sigv2 else "AWS4-HMAC-SHA256",
    }
    if is_link:
        made = query.get("x-amz-date")
        age = 0.0 if made is None else time.time() - calendar.timegm(time.strptime(made, "%Y%m%dT%H%M%SZ"))
        keys["s3:signatureAge"] = str(int(age * 1000))
    return keys


def check_nested(parent: str, template: dict[str, Any]) -> None:
    """Check the capabilities for a nested stack, and then transform its template, which the caller deploys."""
    check(parent, template)
    transformed = engine._apply_transforms(template)
    template.clear()
    template.update(transformed)


def provision_resource(kind: str, logical_id: str, properties: Any, stack: str) -> Any:
    """Make a resource, and remember its attributes."""
    made = provision(kind, logical_id, properties, stack)
    attributes[stack, logical_id] = made[1]
    return made


def update_resource(
    kind: str, physical_id: str, old: Any, new: Any, stack: str, logical_id: str = "", old_attributes: Any = None
) -> Any:
    """Update a resource. One that does not change keeps its attributes."""
    known = old_attributes or attributes.get((stack, logical_id))
    updated = update(kind, physical_id, old, new, stack, logical_id, known)
    attributes[stack, logical_id] = updated[1]
    return updated


iam_evaluator.pin_signed_body = pin_signed_body
iam_evaluator.enforce = enforce
iam_evaluator.evaluate = evaluate
provisioners._check_nested_stack_capabilities = check_nested
provisioners._provision_resource = provision_resource
provisioners._update_resource = update_resource

if __name__ == "__main__":
    from ministack.app import main  # type: ignore[import-not-found]  # as above; it takes both by their names

    main()
