"""The template sets exactly the environment that the code reads, with the same defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.settings import Settings
from tests.template.stack import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.template.stack import Stack

ROUTES = (ROOT / "layers/routes/routes.toml").read_text()
LAMBDA = {
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "of the role",
    "AWS_SECRET_ACCESS_KEY": "of the role",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
}
# Settings without which a function works, and those that have a use for it.
ONLY_FOR = {
    "BRINE_REFRESH_QUEUE": ("GatewayFunction", "AdminFunction"),
    "BRINE_FUNCTION_KEYS_SECRET": ("AdminFunction",),
    "BRINE_NAMESPACE": (),
    "BRINE_CHANNELS": ("ExchangeFunction",),
    "BRINE_EMULATED_PRINCIPAL": ("ExchangeFunction", "GatewayFunction", "AdminFunction"),
}
# A key has no place in a configuration: this one is for emulators, as files of recorded responses are. In Lambda, the
# lean client is right.
NEVER_SET = {
    *("BRINE_SIGNING_KEYS", "BRINE_AWS_CLIENT"),
    *("BRINE_RECORD_ORIGIN", "BRINE_RECORD_ALIAS", "BRINE_PLAY_ORIGIN"),
}
# What a VPC or Lambda gives. A stack has one VPC, whose endpoints have the names of AWS by private DNS.
OF_THE_NETWORK = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    *(f"AWS_ENDPOINT_URL_{name}" for name in ("CLOUDFORMATION", "CLOUDWATCH", "DYNAMODB", "S3")),
    *(f"AWS_ENDPOINT_URL_{name}" for name in ("SECRETS_MANAGER", "SQS", "SSM")),
    *("https_proxy", "AWS_CA_BUNDLE"),
}
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}


class Recording(Mapping[str, str]):
    """An environment that remembers the names that were read."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def test_a_function_gets_every_setting_and_nothing_else(stack: Stack) -> None:
    in_routes = set(re.findall(r"^origin = .*\$\{(\w+)\}", ROUTES, re.MULTILINE))
    assert in_routes == {"BRINE_ORIGIN"}
    for name in stack.sealing:
        function = stack.functions[name]
        environment = Recording(LAMBDA | stack.environment(name))
        Settings.from_environment(environment)
        others = {variable for variable, only in ONLY_FOR.items() if name not in only}
        expected = (
            (environment.asked - LAMBDA.keys() - others - NEVER_SET - OF_THE_NETWORK)
            | POWERTOOLS
            | in_routes
            | {"BRINE_VARIABLES"}
        )
        assert function["Environment"]["Variables"].keys() == expected, name


def test_defaults_are_the_same_in_both_places(stack: Stack) -> None:
    required = ("BRINE_TABLE", "BRINE_BUCKET", "BRINE_SIGNING_KEYS_SECRET", "BRINE_ROUTES", "BRINE_TYPES")
    for name in stack.sealing:
        full = {key: value for key, value in stack.environment(name).items() if key not in ONLY_FOR}
        bare = {variable: full[variable] for variable in required}
        from_template = Settings.from_environment(LAMBDA | full)
        from_code = Settings.from_environment(LAMBDA | bare)
        assert replace(from_template, environment={}) == replace(from_code, environment={}), name


def test_the_names_are_those_of_the_resources(whole: Stack) -> None:
    for name in whole.sealing:
        settings = Settings.from_environment(LAMBDA | whole.environment(name))
        assert settings.table in whole.of_type("AWS::DynamoDB::Table")
        assert settings.bucket in whole.of_type("AWS::S3::Bucket")
        assert settings.signing_keys_secret in whole.of_type("AWS::SecretsManager::Secret")


def test_the_routes_that_ship_can_be_read(stack: Stack) -> None:
    environment = stack.environment("GatewayFunction")
    (route,) = parse_routes(ROUTES, environment)
    assert route.prefix == "/api"
    assert route.origin.host == environment["BRINE_ORIGIN"].removeprefix("https://")


def test_the_routes_lie_where_the_functions_look(stack: Stack) -> None:
    """A layer without a build method is copied to /opt as it is."""
    assert stack.of_type("AWS::Serverless::LayerVersion")["RoutesLayer"]["ContentUri"] == "layers/routes"
    assert "Metadata" not in stack.template["Resources"]["RoutesLayer"]
    for name in ("GatewayFunction", "RefresherFunction"):
        assert stack.environment(name)["BRINE_ROUTES"] == "/opt/routes.toml"
        assert {"Ref": "RoutesLayer"} in stack.functions[name]["Layers"], name
