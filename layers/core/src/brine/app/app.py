"""The app: routes in code, behind one Lambda handler."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Unpack, overload

from brine.app.registrations import Registrations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from brine.adapters.powertools.cors import CorsConfig
    from brine.app.engine import Engine
    from brine.app.options import ReadOptions, WriteOptions
    from brine.app.registrations import ExceptionClasses
    from brine.service.hooks import AfterAnswer, AfterFetch, BeforeFetch, BeforeStore
    from brine.testing.client import AppClient
    from brine.testing.clock import Clock
    from brine.testing.reply import Replies
    from brine.testing.routes import RoutesFile
    from brine_codec import Registry


class App:
    """Routes in code. Each has a Python function as its origin, and goes through the gateway as any route does.

    environment: the settings; by default the variables of the process. The app reads them at the first event, and in
    Lambda at the cold start. validation: True lets Powertools check and convert the arguments by their annotations,
    which needs pydantic. None does so only if a function takes more than texts of the path. cors: a CORSConfig
    of Powertools. registry: the classes that need explicit versions or migrations. The annotations register all others.
    session: a session of boto3 or botocore, which then makes all calls to AWS.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        validation: bool | None = None,
        cors: CorsConfig | None = None,
        registry: Registry | None = None,
        session: object | None = None,
    ) -> None:
        self._environment = environment
        self._session = session
        self._registrations = Registrations(validation=validation, registry=registry, cors=cors)
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    def get[F: Callable[..., Any]](self, rule: str, **options: Unpack[ReadOptions]) -> Callable[[F], F]:
        """Answer GET and HEAD by the decorated function. `rule`: a path such as "/orders/<order_id>".

        The function gets the arguments in the path, and `fetch` if it has an argument of this name. It returns an
        object that the codec takes, or a Response of Powertools. Raises ConfigError for wrong settings.
        """
        return self._decorator(rule, "GET", dict(options))

    def post[F: Callable[..., Any]](self, rule: str, **options: Unpack[WriteOptions]) -> Callable[[F], F]:
        """Answer POST by the decorated function. A success invalidates the stored responses of the same path."""
        return self._decorator(rule, "POST", dict(options))

    def put[F: Callable[..., Any]](self, rule: str, **options: Unpack[WriteOptions]) -> Callable[[F], F]:
        """Answer PUT by the decorated function. A success invalidates the stored responses of the same path."""
        return self._decorator(rule, "PUT", dict(options))

    def patch[F: Callable[..., Any]](self, rule: str, **options: Unpack[WriteOptions]) -> Callable[[F], F]:
        """Answer PATCH by the decorated function. A success invalidates the stored responses of the same path."""
        return self._decorator(rule, "PATCH", dict(options))

    def delete[F: Callable[..., Any]](self, rule: str, **options: Unpack[WriteOptions]) -> Callable[[F], F]:
        """Answer DELETE by the decorated function. A success invalidates the stored responses of the same path."""
        return self._decorator(rule, "DELETE", dict(options))

    def use(self, middlewares: list[Callable[..., Any]]) -> None:
        """Wrap every function in these middlewares of Powertools. They run when a function does, and not on a hit."""
        self._registrations.check_open(f"app.use({middlewares!r})")
        self._registrations.middlewares += middlewares

    def exception_handler[F: Callable[..., Any]](self, classes: ExceptionClasses) -> Callable[[F], F]:
        """Let the decorated function turn exceptions of these classes into a Response of Powertools."""

        def register(handler: F) -> F:
            self._registrations.check_open(_described("exception_handler", handler))
            self._registrations.exception_handlers.append((classes, handler))
            return handler

        return register

    @overload
    def before_fetch[H: BeforeFetch](self, route: H) -> H: ...
    @overload
    def before_fetch[H: BeforeFetch](self, route: str) -> Callable[[H], H]: ...
    def before_fetch(self, route: Any) -> Any:
        """Call the decorated function before each request to a server, with the request and the route's name.

        It returns the request to send, such as one with a signature, or None for the same request. It does not see the
        client's identity, which is in no cache key. `@app.before_fetch("orders")` is for one route.
        """
        return self._hook("before_fetch", route)

    @overload
    def after_fetch[H: AfterFetch](self, route: H) -> H: ...
    @overload
    def after_fetch[H: AfterFetch](self, route: str) -> Callable[[H], H]: ...
    def after_fetch(self, route: Any) -> Any:
        """Call the decorated function with each response of a server, its request, and the route's name.

        It returns the response to use, or None for the same. It raises `brine.Rejected` if the response is not usable.
        """
        return self._hook("after_fetch", route)

    @overload
    def before_store[H: BeforeStore](self, route: H) -> H: ...
    @overload
    def before_store[H: BeforeStore](self, route: str) -> Callable[[H], H]: ...
    def before_store(self, route: Any) -> Any:
        """Call the decorated function before a response is stored. It returns False to prevent that."""
        return self._hook("before_store", route)

    @overload
    def after_answer[H: AfterAnswer](self, route: H) -> H: ...
    @overload
    def after_answer[H: AfterAnswer](self, route: str) -> Callable[[H], H]: ...
    def after_answer(self, route: Any) -> Any:
        """Call the decorated function with each answer, the client's request, and the route's name, also on a hit.

        It may return another answer. The gateway marks this answer as private, because the function may read facts
        about the client that are in no cache key.
        """
        return self._hook("after_answer", route)

    @property
    def handler(self) -> Callable[[Any, Any], dict[str, object]]:
        """The Lambda handler: it answers HTTP events, and takes the messages of the function's refresh queue."""
        if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            self.engine()  # at the cold start, which has more time and CPU
        return self._handle

    def openapi(self, *, title: str = "API", version: str = "1.0.0", **description: Any) -> str:
        """Return the OpenAPI document of the functions as JSON. It needs pydantic.

        title, version: of your API. description: the other arguments of Powertools' `get_openapi_json_schema`, such as
        servers and security_schemes.
        """
        from brine.adapters.powertools.openapi import openapi_document  # noqa: PLC0415 - no request needs it

        return openapi_document(self._registrations.functions, title=title, version=version, **description)

    @property
    def current_event(self) -> APIGatewayProxyEventV2:
        """The event of the request that a function answers, as Powertools has it. For functions that change something.

        In a function for GET, the event has no identity of the client, and only the header fields in `key_headers`
        and the trace fields.
        """
        from brine.adapters.powertools.resolver import current_event  # noqa: PLC0415 - only a function that runs needs it

        event: APIGatewayProxyEventV2 = current_event()
        return event

    @property
    def registrations(self) -> Registrations:
        """The functions, middlewares, exception handlers and hooks of the app."""
        return self._registrations

    def engine(self) -> Engine:
        """Return the composed gateway, made at the first call from the environment. Raises ConfigError."""
        with self._lock:
            if self._engine is None:
                from brine.app.engine import connected_engine  # noqa: PLC0415 - so that importing an app costs little

                environment = os.environ if self._environment is None else self._environment
                self._engine = connected_engine(self._registrations, environment, session=self._session)
                self._registrations.is_closed = True
            return self._engine

    def test(
        self,
        fetch: Mapping[str, Replies] | None = None,
        *,
        routes: RoutesFile = None,
        clock: Clock | None = None,
    ) -> AppClient:
        """Return a client of this app in memory, for tests. It needs no environment.

        fetch: the answers of the servers behind routes, by the name of the route: content for every path, a mapping of
        paths to contents, or a function of the target. A content may be a `brine.testing.Reply` or an exception.
        routes: the path of routes.toml; None: the file beside the module of the functions, if there is one; False: no
        file. clock: by default, a new `brine.testing.Clock`, which begins in 2027. Raises ConfigError.
        """
        from brine.testing.client import AppClient  # noqa: PLC0415 - for tests alone

        return AppClient(self._registrations, fetch, routes=routes, clock=clock)

    def _handle(self, event: Any, context: Any) -> dict[str, object]:
        return self.engine().handle(event, context)

    def _hook(self, kind: str, route: Any) -> Any:
        def register(hook: Any, name: str | None) -> Any:
            self._registrations.check_open(_described(kind, hook))
            self._registrations.hooks.append((kind, name, hook))
            return hook

        return register(route, None) if callable(route) else lambda hook: register(hook, route)

    def _decorator[F: Callable[..., Any]](self, rule: str, method: str, options: dict[str, Any]) -> Callable[[F], F]:
        def register(function: F) -> F:
            self._registrations.register(function, rule, method, dict(options))
            return function

        return register


def _described(kind: str, function: Any) -> str:
    """Return the module and the name of a function that is registered, as errors name it."""
    return f"{getattr(function, '__module__', 'app')}: {kind} {getattr(function, '__qualname__', repr(function))}"
