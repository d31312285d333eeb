"""Dynamic references and SSM parameters have the values of templates and of the file of secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.parameters import check_given
from brine_cli.template.published import Published
from brine_cli.template.ssm import SsmParameter, ssm_parameters
from brine_cli.template.stacks import read_stack_template, resolve_stacks

TEMPLATE = Path(__file__).parents[1] / "fixtures/authorized/template.yaml"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
PUBLISHED = Published(
    parameters={"/a/limit": "7"},
    secrets={"db": '{"user": "ada", "port": 5432}', "plain": "text", ARN: '{"user": "eve"}'},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{resolve:ssm:/a/limit}}", "7"),
        ("{{resolve:ssm:/a/limit:3}} and {{resolve:ssm-secure:/a/limit}}", "7 and 7"),
        ("{{resolve:secretsmanager:plain}}", "text"),
        ("{{resolve:secretsmanager:plain:SecretString}}", "text"),
        ("{{resolve:secretsmanager:db:SecretString:user}}", "ada"),
        ("{{resolve:secretsmanager:db:SecretString:port:AWSCURRENT}}", "5432"),
        (f"{{{{resolve:secretsmanager:{ARN}:SecretString:user}}}}", "eve"),
        (f"{{{{resolve:secretsmanager:{ARN}}}}}", '{"user": "eve"}'),
        ("no reference", "no reference"),
    ],
)
def test_a_reference_that_is_known(text: str, value: str) -> None:
    assert PUBLISHED.without_dynamic_references(text, "Fn") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{resolve:ssm:/b}}", "Fn: no stack here has the SSM parameter /b. .* write parameter:/b=VALUE into the file"),
        ("{{resolve:secretsmanager:x}}", "Fn: the local twin has no value for .* Write x=VALUE into the file of --sec"),
        ("{{resolve:secretsmanager:x:SecretString:k}}", 'Write x={"k": "VALUE"} into the file of --secrets'),
        ("{{resolve:secretsmanager:plain:SecretString:k}}", "the secret is not a JSON object with k"),
        ("{{resolve:secretsmanager:db:SecretString:k}}", "the secret is not a JSON object with k"),
    ],
)
def test_a_reference_that_is_not_known(text: str, message: str) -> None:
    with pytest.raises(NotEmulated, match=message):
        PUBLISHED.without_dynamic_references(text, "Fn")


def test_a_template_reads_its_own_parameters_and_those_of_the_user() -> None:
    published = Published(
        parameters={"/authorized/limit": "7"}, secrets={"authorized-db": '{"password": "p"}', ARN: "s"}
    )
    attributes = {("Uploads", "Ref"): "brine-dev-uploads", ("Generated", "Ref"): ARN}
    template = read_stack_template(TEMPLATE)
    assert template.reads_secrets
    (stack,) = resolve_stacks(template, {}, attributes, published)
    resource = stack.resolver.resource("OrdersFunction", {"Environment"})
    assert resource is not None
    assert resource["Properties"]["Environment"]["Variables"] == {
        "GREETING": "hello",
        "PASSWORD": "p",
        "PLAIN": "s",
        "LIMIT": "7",
    }
    assert list(ssm_parameters(stack.template, stack.resolver)) == [
        SsmParameter(name="/authorized/greeting", kind="String", value="hello"),
        SsmParameter(name="/authorized/uploads", kind="String", value="brine-dev-uploads"),
    ]


DECLARED = {
    "Origin": {"AllowedPattern": "^https?://[^/?#]+$", "ConstraintDescription": "must be scheme and host"},
    "Level": {"AllowedValues": ["INFO", 7]},
    "Odd": {"AllowedPattern": "[a-z&&[^b]]"},
    "Odder": {"AllowedPattern": "(?+"},
    "Free": None,
}


@pytest.mark.parametrize(
    "given", [{"Origin": "https://a"}, {"Level": "7"}, {"Odd": "x", "Odder": "x"}, {"Free": ""}, {"brine.X": "y"}]
)
def test_a_value_that_aws_would_accept(given: dict[str, str]) -> None:
    check_given(DECLARED, given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Origin": "api.example.com"}, "--parameter Origin=api.example.com: must be scheme and host"),
        ({"Level": "DEBUG"}, "--parameter Level=DEBUG: the template allows INFO, 7"),
    ],
)
def test_a_value_that_aws_would_refuse(given: dict[str, str], message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        check_given(DECLARED, given)
