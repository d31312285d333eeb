"""Reads metrics by GetMetricData (API reference 2010-08-01), in CloudWatch's JSON protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brine.adapters.aws.service import Aws
    from brine.ports.admin import MetricQuery, MetricSeries
    from brine.ports.deadline import Deadline

_RETRIES: Final = RetryPolicy(budget=10.0, read_timeout=5.0)
_MAX_ANSWER: Final = 4_194_304
"""Bytes of an answer: one has at most 100,800 figures, and these queries have far fewer."""


class CloudWatchMetrics:
    """The MetricReader port on CloudWatch. namespace: of the metrics."""

    def __init__(self, aws: Aws, namespace: str, *, retry_policy: RetryPolicy = _RETRIES) -> None:
        service = Service(aws, "monitoring", retry_policy)
        self._api = JsonApi(service, "GraniteServiceVersion20100801", "1.0", _MAX_ANSWER)
        self._namespace = namespace

    def read(
        self,
        queries: Sequence[MetricQuery],
        dimensions: Mapping[str, str],
        *,
        begin: int,
        end: int,
        deadline: Deadline | None = None,
    ) -> list[MetricSeries]:
        """Return the figures of each query, with one call for each page of the answer. Raises StoreError."""
        found: list[dict[int, float]] = [{} for _ in queries]
        parameters: dict[str, object] = {
            "StartTime": begin,
            "EndTime": end,
            "ScanBy": "TimestampAscending",
            "MetricDataQueries": [self._query(number, query, dimensions) for number, query in enumerate(queries)],
        }
        while True:
            try:
                document = json.loads(self._api.call("GetMetricData", parameters, deadline))
                for result in document["MetricDataResults"]:
                    figures = found[int(result["Id"].removeprefix("q"))]
                    figures |= zip(map(int, result["Timestamps"]), map(float, result["Values"]), strict=True)
                token = document.get("NextToken")
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                raise StoreUnavailable("GetMetricData: an answer that is not CloudWatch's") from error
            if not token:
                return list(found)
            parameters = {**parameters, "NextToken": token}

    def _query(self, number: int, query: MetricQuery, dimensions: Mapping[str, str]) -> dict[str, Any]:
        metric = {
            "Namespace": self._namespace,
            "MetricName": query.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        }
        return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": query.period, "Stat": query.statistic}}
