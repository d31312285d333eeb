"""Which client makes the calls to AWS."""

from __future__ import annotations

import importlib.util

import pytest
from moto import mock_aws

from brine.adapters.aws.choice import chosen_client
from brine.errors import ConfigError

IN_LAMBDA = [
    {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"},
    {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"},
]
ELSEWHERE = [
    {},
    {"AWS_LAMBDA_FUNCTION_NAME": "orders", "LAMBDA_TASK_ROOT": "/var/task"},
    {"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"},
]


@pytest.fixture
def without_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", {"botocore": None}.__getitem__)


@pytest.mark.parametrize("environment", IN_LAMBDA)
def test_in_lambda_it_is_the_lean_client(environment: dict[str, str]) -> None:
    assert chosen_client(environment) == "lean"
    assert chosen_client({}, environment) == "lean", "an environment that the function gives need not say it"


@pytest.mark.parametrize("environment", IN_LAMBDA)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "AWS_CA_BUNDLE"])
def test_in_lambda_too_a_proxy_or_certificates_of_a_company_need_botocore(
    environment: dict[str, str], name: str
) -> None:
    assert chosen_client(environment | {name: "value"}) == "botocore"
    assert chosen_client(environment | {name: ""}) == "lean"
    assert chosen_client(environment | {name: "value", "BRINE_AWS_CLIENT": "lean"}) == "lean"


@pytest.mark.parametrize("environment", ELSEWHERE)
def test_elsewhere_it_is_botocore(environment: dict[str, str]) -> None:
    assert chosen_client(environment, environment) == "botocore"


@pytest.mark.parametrize("environment", [*IN_LAMBDA, *ELSEWHERE])
def test_while_moto_mocks_aws_it_is_botocore(environment: dict[str, str]) -> None:
    with mock_aws():
        assert chosen_client(environment) == "botocore"
    assert (chosen_client(environment) == "lean") == (environment in IN_LAMBDA)


@pytest.mark.parametrize("environment", [*IN_LAMBDA, *ELSEWHERE])
@pytest.mark.parametrize("name", ["lean", "botocore"])
def test_a_setting_comes_before_the_place(environment: dict[str, str], name: str) -> None:
    with mock_aws():
        assert chosen_client(environment | {"BRINE_AWS_CLIENT": name}) == name
    assert chosen_client(environment | {"BRINE_AWS_CLIENT": name}) == name


def test_an_empty_setting_is_none() -> None:
    assert chosen_client({"BRINE_AWS_CLIENT": ""}) == "botocore"


@pytest.mark.parametrize("value", ["boto3", "Lean", "1"])
def test_an_unknown_client_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=rf"^BRINE_AWS_CLIENT is '{value}': write lean or botocore$"):
        chosen_client({"BRINE_AWS_CLIENT": value})


@pytest.mark.usefixtures("without_botocore")
def test_where_botocore_is_not_installed_it_is_the_lean_client() -> None:
    assert chosen_client({}) == "lean"
    with pytest.raises(
        ConfigError, match=r"^BRINE_AWS_CLIENT is 'botocore', but botocore is not installed: install it"
    ):
        chosen_client({"BRINE_AWS_CLIENT": "botocore"})
