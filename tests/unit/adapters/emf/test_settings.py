"""The settings of the log come from the variables of Powertools and of Lambda."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from brine.adapters.emf.settings import ERROR, INFO, WARNING, LogSettings
from brine.domain.costs.usage import FunctionPrice
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("variables", "level", "lambda_level"),
    [
        ({}, INFO, None),
        ({"POWERTOOLS_LOG_LEVEL": ""}, INFO, None),
        ({"POWERTOOLS_LOG_LEVEL": "warning"}, WARNING, None),
        ({"LOG_LEVEL": "ERROR"}, ERROR, None),
        ({"POWERTOOLS_LOG_LEVEL": "INFO", "LOG_LEVEL": "ERROR"}, INFO, None),
        ({"AWS_LAMBDA_LOG_LEVEL": "WARN"}, WARNING, "WARN"),
        ({"AWS_LAMBDA_LOG_LEVEL": "TRACE"}, INFO, None),
        ({"AWS_LAMBDA_LOG_LEVEL": "WARN", "POWERTOOLS_LOG_LEVEL": "DEBUG"}, WARNING, "WARN"),
        ({"AWS_LAMBDA_LOG_LEVEL": "INFO", "POWERTOOLS_LOG_LEVEL": "ERROR"}, ERROR, None),
    ],
)
def test_the_stricter_level_counts(variables: Mapping[str, str], level: int, lambda_level: str | None) -> None:
    settings = LogSettings.from_environment(variables)
    assert (settings.level, settings.lambda_level) == (level, lambda_level)


@pytest.mark.parametrize("name", ["POWERTOOLS_LOG_LEVEL", "LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"])
def test_a_level_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        LogSettings.from_environment({name: "LOUD"})
    assert str(refusal.value) == f"{name} is 'LOUD': write DEBUG, INFO, WARNING, ERROR or CRITICAL"


def test_metrics_have_a_namespace_or_are_off() -> None:
    named = {"POWERTOOLS_METRICS_NAMESPACE": "Shop", "POWERTOOLS_SERVICE_NAME": "gateway"}
    settings = LogSettings.from_environment(named)
    assert (settings.namespace, settings.service) == ("Shop", "gateway")
    assert LogSettings.from_environment(named | {"POWERTOOLS_METRICS_DISABLED": "true"}).namespace is None
    assert LogSettings.from_environment(named | {"POWERTOOLS_METRICS_DISABLED": "false"}).namespace == "Shop"
    assert (LogSettings.from_environment({}).namespace, LogSettings().service) == (None, "service_undefined")


@pytest.mark.parametrize(
    ("machine", "architecture"), [("aarch64", "arm64"), ("arm64", "arm64"), ("x86_64", "x86_64"), ("riscv", "x86_64")]
)
def test_the_price_of_the_function_follows_from_its_memory_and_its_architecture(
    machine: str, architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    this = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((*this[:4], machine)))
    settings = LogSettings.from_environment({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"})
    assert settings.function == FunctionPrice(512, architecture)
    assert LogSettings.from_environment({}).function is None
