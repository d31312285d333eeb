"""The production stack has nothing of the samples, and the samples' stack adds what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.channels import parse_channels
from brine.adapters.config.routes import parse_routes
from brine.bootstrap.common import read_configuration
from tests.template.stack import ROOT

if TYPE_CHECKING:
    from tests.template.stack import Stack

PRODUCTION = {
    "GatewayFunction",
    "RefresherFunction",
    "ExchangeFunction",
    "AdminFunction",
    "RotatorFunction",
    "SmokeFunction",
}


def test_the_production_stack_has_the_product_s_functions_and_its_queues_for_refreshes_alone(stack: Stack) -> None:
    assert stack.functions.keys() == PRODUCTION
    assert stack.of_type("AWS::SQS::Queue").keys() == {"RefreshQueue", "FailedRefreshes"}
    assert stack.of_type("AWS::SecretsManager::Secret").keys() == {"ResponseKeys", "ExchangeKeys", "FunctionKeys"}


@pytest.mark.parametrize("word", ["httpbin", "report:", "shop", "orders"])
def test_neither_the_production_template_nor_its_routes_name_a_sample(word: str) -> None:
    assert word not in (ROOT / "template.yaml").read_text().lower()
    for file in (ROOT / "layers/routes").glob("*.toml"):
        shipped = [line for line in file.read_text().lower().splitlines() if not line.startswith("#")]
        assert word not in "\n".join(shipped), file


def test_the_production_stack_has_one_route_to_the_origin_and_no_channel(stack: Stack) -> None:
    text, source = read_configuration("routes", ROOT / "layers/routes/routes.toml")
    assert [route.prefix for route in parse_routes(text, stack.environment("GatewayFunction"), source=source)] == [
        "/api"
    ]
    text, source = read_configuration("channels", ROOT / "layers/routes/channels.toml")
    assert parse_channels(text, stack.environment("ExchangeFunction"), (), source=source) == ()


def test_the_sample_route_finds_its_origin_in_the_variables_that_the_samples_give(whole: Stack) -> None:
    text = (ROOT / "samples/routes/routes.d/samples.toml").read_text()
    (route,) = parse_routes(text, whole.environment("GatewayFunction"))
    assert (route.prefix, route.origin.host) == ("/httpbin", "httpbin.org")


def test_the_sample_files_lie_where_the_functions_look(stack: Stack, samples: Stack) -> None:
    layer = samples.template["Resources"]["SampleRoutesLayer"]
    assert "Metadata" not in layer  # no build: it is copied to /opt as it is
    folder = ROOT / "samples" / layer["Properties"]["ContentUri"]
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.toml")} == {
        "routes.d/samples.toml",
        "channels.d/samples.toml",
        "types.d/samples.toml",
    }
    extra = {"Fn::If": ["HasExtraRoutes", {"Ref": "ExtraRoutesLayer"}, {"Ref": "AWS::NoValue"}]}
    for name in stack.sealing:
        assert stack.functions[name]["Layers"][-1] == extra, name


@pytest.mark.parametrize(("function", "path"), [("ReportFunction", "/report"), ("ShopFunction", "/shop/{proxy+}")])
def test_a_sample_function_has_an_api_beside_the_gateway_s(samples: Stack, function: str, path: str) -> None:
    """SAM adds routes only to an API of the same template. Which methods there are is the app's to say."""
    (event,) = [one["Properties"] for one in samples.functions[function]["Events"].values() if one["Type"] == "HttpApi"]
    assert event["ApiId"] == {"Ref": "SamplesApi"}
    assert (event["Method"], event["Path"], event["PayloadFormatVersion"]) == ("ANY", path, "2.0")


@pytest.mark.parametrize("name", ["report", "shop"])
def test_the_routes_beside_the_code_take_their_origins_from_the_environment(whole: Stack, name: str) -> None:
    text = (ROOT / "functions" / name / "routes.toml").read_text()
    routes = parse_routes(text, whole.environment(f"{name.capitalize()}Function"))
    assert {route.origin.host for route in routes} == {"httpbin.org"}
    assert all(route.internal for route in routes)


def test_the_samples_give_the_parameters_that_the_production_stack_has(stack: Stack, samples: Stack) -> None:
    given = samples.template["Resources"]["Brine"]["Properties"]["Parameters"]
    assert given.keys() <= stack.parameters.keys()
    # What both have is passed on under the same name.
    shared = samples.parameters.keys() & stack.parameters.keys()
    assert {name: given[name] for name in shared} == {name: {"Ref": name} for name in shared}
