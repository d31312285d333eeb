"""The settings of the log: the variables of Powertools for AWS Lambda, and those that Lambda sets."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brine.domain.costs.prices import GB_SECOND
from brine.domain.costs.usage import FunctionPrice
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
LEVEL_NAMES: Final = {INFO: "INFO", WARNING: "WARNING", ERROR: "ERROR"}
"""The levels of Brine's own lines."""
_LEVELS: Final = {"TRACE": 5, "DEBUG": DEBUG, **{name: level for level, name in LEVEL_NAMES.items()}} | {
    "WARN": WARNING,
    "CRITICAL": 50,
    "FATAL": 50,
}
UNDEFINED: Final = "service_undefined"
"""The service of a function without a name, as with Powertools."""
_LOG_LEVELS: Final = ("POWERTOOLS_LOG_LEVEL", "LOG_LEVEL")
_LAMBDA_LEVEL: Final = "AWS_LAMBDA_LOG_LEVEL"
_TRUE: Final = frozenset({"1", "true", "yes", "on", "y", "t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """The settings of the lines of a function.

    service: the value of the dimension `service`. namespace: of the metrics, or None: then there are none. level: the
    lowest level of log records. lambda_level: the level below which Lambda drops lines, if that is above INFO.
    function: the price of the function's time; None outside of Lambda. environment: has the id of the present trace.
    """

    service: str = UNDEFINED
    namespace: str | None = None
    level: int = INFO
    lambda_level: str | None = None
    function: FunctionPrice | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> LogSettings:
        """Return the settings in these variables. Raises ConfigError for a level that is not known."""
        is_disabled = environment.get("POWERTOOLS_METRICS_DISABLED", "").lower() in _TRUE
        level, lambda_level = _levels(environment)
        memory = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        return cls(
            service=environment.get("POWERTOOLS_SERVICE_NAME") or UNDEFINED,
            namespace=None if is_disabled else environment.get("POWERTOOLS_METRICS_NAMESPACE") or None,
            level=level,
            lambda_level=lambda_level,
            function=FunctionPrice(int(memory), _architecture()) if memory.isdecimal() else None,
            environment=environment,
        )


def _levels(environment: Mapping[str, str]) -> tuple[int, str | None]:
    """Return the lowest level of records, which is the stricter of two, and Lambda's own if that is above INFO."""
    name = next((name for name in _LOG_LEVELS if environment.get(name)), None)
    own = INFO if name is None else _level_in(environment, name)
    if not environment.get(_LAMBDA_LEVEL):
        return own, None
    level = _level_in(environment, _LAMBDA_LEVEL)
    return max(own, level), environment[_LAMBDA_LEVEL] if level > INFO else None


def _level_in(environment: Mapping[str, str], name: str) -> int:
    text = environment[name]
    level = _LEVELS.get(text.upper())
    if level is None:
        raise ConfigError(f"{name} is {text!r}: write DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return level


def _architecture() -> str:
    """Return the architecture of this process, as Lambda names it. The price of an unknown one is that of x86_64."""
    machine = os.uname().machine
    name = "arm64" if machine == "aarch64" else machine
    return name if name in GB_SECOND else "x86_64"
