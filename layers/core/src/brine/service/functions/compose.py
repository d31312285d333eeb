"""Puts a gateway with routes in code together, from a fetcher and the functions of the routes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from brine.domain.formats.allowed_types import Types
from brine.domain.formats.media import Format
from brine.domain.routing.transcoding import Rendition, Transcoding
from brine.service.client_answers import ClientAnswers
from brine.service.compression.content_coder import ContentCoder
from brine.service.functions.function_client import FunctionClient
from brine.service.functions.predicted_stamps import PredictedStamps
from brine.service.functions.sealing import FUNCTION_PURPOSE, ObjectSealer
from brine.service.gateway import Gateway
from brine.service.hooks import HookedOrigins
from brine.service.http_cache.refresher import Refresher
from brine.service.http_cache.responder import Responder
from brine.service.origins.routed import RoutedOrigins
from brine.service.transcoding.content_converter import ContentConverter
from brine.service.transcoding.renditions import types_version
from brine.service.transcoding.transcoder import Transcoder
from brine_codec import Codec, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.routing.route import Routes
    from brine.service.functions.function_client import FunctionRunner
    from brine.service.hooks import HookTable
    from brine.service.http_cache.fetcher import Fetcher
    from brine.service.http_cache.refresh_requests import RefreshRequests
    from brine_codec import Keyring, KeyringSource, Registry

OF_FUNCTIONS: Final = Transcoding(origin=Format.SEALED, requests=Format.JSON, is_function=True)
"""The objects that functions return are stored sealed. Functions get the content of requests as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionGateway:
    """A gateway with routes in code, and the refresher of its stored responses."""

    gateway: Gateway
    refresher: Refresher


def function_codec(keyring: Keyring | KeyringSource, registry: Registry) -> Codec:
    """Return the codec of the objects that functions return. `registry` has their classes."""
    return Codec(keyring, purpose=FUNCTION_PURPOSE, registry=registry, limits=Limits(), gate=False)


def compose_functions(
    routes: Routes,
    fetcher: Fetcher,
    runner: Callable[[ObjectSealer], FunctionRunner],
    *,
    codec: Codec,
    registry: Registry,
    clock: Callable[[], float],
    refreshes: RefreshRequests | None = None,
    transcoders: Mapping[str, Transcoder] | None = None,
    hooks: HookTable | None = None,
    names_routes: bool = False,
) -> FunctionGateway:
    """Return a gateway for routes in code and routes of servers, and its refresher.

    runner: makes the runner of the functions. transcoders: those of the routes of servers, by the name of the route.
    names_routes: as in Gateway.
    """
    functions = FunctionClient(runner=runner(ObjectSealer(codec)), stamps=fetcher.responses.store.stamps, clock=clock)
    responses = replace(fetcher.responses, predicted=PredictedStamps(routes))
    servers = fetcher.origins if hooks is None else HookedOrigins(fetcher.origins, hooks)
    fetcher = replace(
        fetcher,
        origins=RoutedOrigins(functions, servers),
        hooks=hooks,
        responses=responses,
        responder=Responder(responses),
    )
    types = Types(registry)
    in_code = {route.name: _transcoder(route.name, codec, types, clock) for route in routes if route.origin.is_function}
    gateway = Gateway(
        routes=routes,
        fetcher=fetcher,
        clock=clock,
        refreshes=refreshes,
        transcoders={**(transcoders or {}), **in_code},
        finish=ClientAnswers(routes, hooks, clock),
        coder=ContentCoder(fetcher.responses.compressor),
        names_routes=names_routes,
    )
    functions.gateway = gateway
    return FunctionGateway(gateway=gateway, refresher=Refresher(routes, fetcher, clock))


def _transcoder(route: str, codec: Codec, types: Types, clock: Callable[[], float]) -> Transcoder:
    version = types_version(types)
    return Transcoder(
        route=route,
        transcoding=OF_FUNCTIONS,
        converter=ContentConverter(OF_FUNCTIONS, types, codec, None),
        renditions={form: Rendition(form, f"{form.name.lower()}-{version}") for form in OF_FUNCTIONS.client_formats},
        clock=clock,
    )
