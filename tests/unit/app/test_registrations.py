"""Functions that are registered: what a route gets from them, and the mistakes that are told at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from brine.app.app import App
from brine.app.engine import joined_routes, types_of
from brine.app.runner import needs_validation
from brine.errors import ConfigError
from brine.settings import Settings
from tests.support.gateway.parts import app_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.gateway.parts import Parts

MODULE = __name__


def one() -> int:
    return 1


def other() -> int:
    return 2


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("freshness_lifetime", "5 min"),
        ("tenant", "org"),
        ("tags", "orders"),
        ("tags", 3),
        ("tags", [1]),
        ("purges", "orders"),
        ("middlewares", [1]),
        ("middlewares", one),
        ("status", "201"),
        ("status", 404),
        ("status", True),
        ("unknown", 1),
        ("forward_headers", "all"),
        ("name", "A b"),
    ],
)
def test_a_mistake_names_module_method_rule_setting_and_value(setting: str, value: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        App().post("/x", **{setting: value})(one)
    text = str(raised.value)
    assert text.startswith(f'{MODULE}: POST "/x": ')
    assert setting in text
    shown = repr(value) if setting in {"tags", "purges", "middlewares", "status"} else str(value)
    assert shown in text or setting in {"unknown", "forward_headers"}


def test_an_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r'unknown setting "ttl"\. Known settings: .*grace.*tags.*version'):
        App().get("/x", ttl=3)(one)  # type: ignore[call-arg]


@pytest.mark.parametrize("value", [None, 3, "one", [one]])
def test_a_value_that_is_no_function_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="put the decorator above a function"):
        App().get("/x")(value)


@pytest.mark.parametrize("rule", ["/x/<a>", "/x/<fetch>"])
def test_an_argument_in_the_path_that_the_function_does_not_take_is_refused(rule: str) -> None:
    def function(fetch: Any) -> None: ...

    with pytest.raises(ConfigError, match=r'the path has the argument "(a|fetch)", and .*function does not take it'):
        App().get(rule)(function)


def test_a_function_may_take_all_arguments_by_one_name() -> None:
    def function(**arguments: Any) -> str:
        return str(sorted(arguments))

    App().get("/x/<a>")(function)


def test_two_functions_of_one_method_and_path_are_refused() -> None:
    app = App()
    app.get("/x")(one)
    with pytest.raises(ConfigError, match='GET "/x": another function has this method and path'):
        app.get("/x")(other)


def test_two_paths_with_one_name_are_refused() -> None:
    app = App()
    app.get("/x")(one)
    with pytest.raises(ConfigError, match='GET "/y": "/x" has the name "one" too'):
        app.get("/y")(one)
    app.get("/y", name="y")(one)


def test_two_methods_of_a_path_have_one_route_and_agree_on_its_settings() -> None:
    app = App()
    app.get("/x", grace="1m")(one)
    app.post("/x", tenant="claim:a")(one)
    with pytest.raises(ConfigError, match=r"tenant = .claim:b., but another method of this path has .claim:a."):
        app.put("/x", tenant="claim:b")(one)
    (route,) = app.registrations.routes()
    assert (route.name, route.policy.grace, route.tenant) == ("one", 60, "claim:a")


def test_a_refused_function_leaves_nothing_behind() -> None:
    app = App()
    wrongs: list[Any] = [{"grace": "x"}, {"tags": "x"}, {"name": "A b"}]
    for wrong in wrongs:
        with pytest.raises(ConfigError):
            app.get("/x", **wrong)(one)
    assert (app.registrations.functions, app.registrations.routes()) == ([], ())


def test_the_decorator_returns_the_function_so_that_it_can_be_called() -> None:
    assert App().get("/x")(one) is one


def test_no_route_comes_late(tmp_path: Path) -> None:
    app = app_of(one)
    app.registrations.is_closed = True
    with pytest.raises(ConfigError, match="/y: this comes too late: the app has made its handler"):
        app.get("/y")(other)


LATE: list[tuple[str, Callable[[App], object]]] = [
    ("exception_handler other", lambda app: app.exception_handler(ValueError)(other)),
    ("before_fetch other", lambda app: app.before_fetch("w")(other)),  # type: ignore[type-var]
    ("after_fetch other", lambda app: app.after_fetch(other)),  # type: ignore[type-var]
    ("before_store other", lambda app: app.before_store(other)),  # type: ignore[type-var]
    ("after_answer other", lambda app: app.after_answer(other)),  # type: ignore[type-var]
    ("app.use", lambda app: app.use([other])),
]


@pytest.mark.parametrize(("what", "register"), LATE, ids=[what for what, _ in LATE])
def test_nothing_else_comes_late(what: str, register: Callable[[App], object]) -> None:
    app = app_of(one)
    register(app)
    registrations = app.registrations
    registrations.is_closed = True
    kept = len(registrations.hooks), len(registrations.exception_handlers), len(registrations.middlewares)
    with pytest.raises(ConfigError, match=rf"{what}.*Move it above `handler = app.handler`"):
        register(app)
    assert (len(registrations.hooks), len(registrations.exception_handlers), len(registrations.middlewares)) == kept


def test_settings_that_a_method_does_not_have_are_refused() -> None:
    with pytest.raises(ConfigError, match='GET "/x": purges: a GET purges no tag'):
        App().get("/x", purges=["a"])(one)  # type: ignore[call-arg]
    with pytest.raises(ConfigError, match='DELETE "/x": tags: no response to DELETE is stored'):
        App().delete("/x", tags=["a"])(one)  # type: ignore[call-arg]


def test_an_argument_that_is_taken_by_position_alone_is_refused() -> None:
    def function(a: str, /) -> str:
        return a

    with pytest.raises(ConfigError, match='GET "/x/<a>": the function takes the argument "a" by position alone'):
        App().get("/x/<a>")(function)
    with pytest.raises(ConfigError, match='the function of tags takes the argument "a" by position alone'):
        App().get("/x/<a>", tags=lambda a, /: [a])(lambda a: a)


def test_an_annotation_that_cannot_be_resolved_is_told_with_the_function() -> None:
    def function(parts: Parts) -> None: ...  # the name is there for types alone

    with pytest.raises(ConfigError, match=r"an annotation of .*function cannot be read: name 'Parts' is not"):
        types_of(app_of(function).registrations)


def test_validation_is_needed_for_more_than_texts_in_the_path() -> None:
    for function in (lambda a: a, lambda a, fetch: [a, fetch]):
        assert not needs_validation(app_of(function, "/x/<a>").registrations)
    for function in (lambda a, limit=3: [a, limit], lambda a, body: [a, body]):
        assert needs_validation(app_of(function, "/x/<a>").registrations)


def test_without_pydantic_a_converted_argument_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def function(number: int) -> int:
        return number

    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"the argument number of .*function is converted by pydantic"):
        needs_validation(app_of(function, "/x/<number>").registrations)
    app = App(validation=False)
    app.get("/x/<number>")(function)
    assert not needs_validation(app.registrations)


def test_a_name_in_code_and_in_routes_toml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text('[[route]]\nname = "w"\nprefix = "/a"\norigin = "http://a.test"\n')
    environment = {
        "BRINE_TABLE": "t",
        "BRINE_BUCKET": "b",
        "BRINE_SIGNING_KEYS_SECRET": "s",
        "AWS_REGION": "eu-central-1",
        "BRINE_ROUTES": str(file),
    }
    settings = Settings.from_environment(environment)
    with pytest.raises(ConfigError, match='route "w": a function has this name too'):
        joined_routes(app_of(one).registrations, settings, "")
    file.write_text(file.read_text().replace('"w"', '"a"'))
    routes = joined_routes(app_of(one).registrations, settings, "team")
    assert {route.name: route.namespace for route in routes} == {"w": "team", "a": "team"}


def test_importing_an_app_imports_neither_powertools_nor_pydantic_nor_the_gateway() -> None:
    import subprocess  # noqa: PLC0415 - for this test only

    code = (
        "import sys; from brine.app.app import App; app = App(); "
        "late = ('aws_lambda_powertools', 'pydantic', 'brine.service.gateway'); "
        "print([name for name in late if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
