"""A route has the authorizer that SAM would give it. An unsupported authorizer is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brine_cli.errors import TemplateError
from brine_cli.template.application import read_application
from brine_cli.template.authorizers import authorizer_of
from brine_cli.template.stacks import read_stack_template, resolve_stacks

FIXTURES = Path(__file__).parents[1] / "fixtures"


def authorizers(name: str) -> dict[str, str]:
    stacks = resolve_stacks(read_stack_template(FIXTURES / name), {}, {})
    return {route.key: route.authorizer for route in read_application(*stacks).routes}


def test_of_a_whole_template() -> None:
    assert authorizers("signed.yaml") == {
        "$default": "AWS_IAM",
        "ANY /open": "NONE",
        "OPTIONS /preflight": "NONE",
        "ANY /other": "NONE",
        "OPTIONS /chosen": "AWS_IAM",
    }


def test_defaults_of_an_empty_template() -> None:
    assert set(authorizers("template.yaml").values()) == {"NONE"}


ENABLED = {"EnableIamAuthorizer": True}
JWT: dict[str, Any] = {"Authorizers": {"Jwt": {}}}


@pytest.mark.parametrize(
    ("api", "event", "message"),
    [
        ({}, {"Authorizer": "AWS_IAM"}, "AWS_IAM needs EnableIamAuthorizer: true in the API's Auth"),
        ({"EnableIamAuthorizer": "true"}, {"Authorizer": "AWS_IAM"}, "AWS_IAM needs EnableIamAuthorizer: true"),
        ({"DefaultAuthorizer": "AWS_IAM"}, {}, "AWS_IAM needs EnableIamAuthorizer: true"),
        (ENABLED, {"Authorizer": "NONE"}, "Authorizer NONE needs a DefaultAuthorizer"),
        (ENABLED | JWT, {"Authorizer": "Jwt"}, "the local twin does not support the authorizer Jwt"),
        (JWT | {"DefaultAuthorizer": "Jwt"}, {}, "the local twin does not support the authorizer Jwt"),
    ],
)
def test_what_is_refused(api: dict[str, Any], event: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError, match=rf"^Fn\.E: {message}"):
        authorizer_of("Fn.E", {"Auth": event}, {"Auth": api})


def test_an_authorizer_that_no_route_uses_does_not_matter() -> None:
    assert authorizer_of("Fn.E", {}, {"Auth": JWT}) == "NONE"
