"""Composes the figures about the requests to a deployed gateway, for its admin function."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from brine.adapters.cloudwatch.metrics import CloudWatchMetrics
from brine.adapters.http1.client import HttpClient
from brine.bootstrap.common import connect_aws
from brine.errors import ConfigError
from brine.service.admin.statistics import Statistics
from brine.settings import CacheSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"


def build_statistics(
    environment: Mapping[str, str], client: HttpClient | None = None, *, clock: Callable[[], float] = time.time
) -> Statistics:
    """Return the figures of the gateway whose metrics are in the namespace of this environment. Raises ConfigError.

    It calls no service yet. Arguments as for `build_admin`.
    """
    namespace = environment.get(NAMESPACE)
    if not namespace:
        raise ConfigError(f"the environment variable {NAMESPACE} is not set: give it the namespace of the metrics")
    aws = connect_aws(CacheSettings.from_environment(environment), client or HttpClient())
    return Statistics(metrics=CloudWatchMetrics(aws, namespace), clock=clock, monotonic=time.monotonic)
