"""Composes an explainer from the environment of a gateway's function: for the local twin and for operators."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from brine.bootstrap.gateway import build_gateway
from brine.service.admin.explain.explainer import Explainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.http1.client import HttpClient


def build_explainer(
    environment: Mapping[str, str], client: HttpClient | None = None, *, clock: Callable[[], float] = time.time
) -> Explainer:
    """Return an explainer for the gateway of a function with this environment. Raises ConfigError.

    It goes by the state that all processes of the function share: the table, the bucket and the routes. Arguments as
    for `build_gateway`.
    """
    return Explainer(gateway=build_gateway(environment, client, clock=clock))
