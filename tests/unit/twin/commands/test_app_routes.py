"""`brine purge --app` finds the routes of a function in its code, with the keys that the function has."""

from __future__ import annotations

import contextlib
import io
import sys
import time
from pathlib import Path

import pytest

from brine.adapters.memory.stores import MemoryItemStore, MemoryStampStore
from brine.adapters.sqs.refresh_message import read
from brine.domain.caching.cache_key import resource_of
from brine.errors import ConfigError, NotPurgeable
from brine.service.purge import Purger
from brine_cli.__main__ import main
from brine_cli.commands.app_routes import app_routes
from brine_cli.commands.purging import purge
from brine_cli.errors import CommandError
from tests.support.events import load_event

SHOP = Path(__file__).parents[4] / "functions/shop/app.py"


@pytest.fixture(autouse=True)
def modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test imports is forgotten after it."""
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def written(tmp_path: Path, code: str) -> Path:
    file = tmp_path / "app.py"
    file.write_text(code)
    return file


def purger(file: Path, namespace: str) -> Purger:
    return Purger(routes=app_routes(file, namespace), stamps=MemoryStampStore(MemoryItemStore()), clock=lambda: 1.8e9)


def test_a_purge_by_url_is_for_the_key_of_the_function() -> None:
    done = purger(SHOP, "shop").url("/shop/7", tenant="acme")
    assert (done.route, done.target) == ("dashboard", "/shop/7")
    assert done.stamp.startswith("key:shop#")
    stamps = {done.stamp, *(purger(SHOP, "shop").url(url, tenant="acme").stamp for url in ("/shop/8", "/shop/7?a=1"))}
    assert len({*stamps, purger(SHOP, "shop").url("/shop/7", tenant="globex").stamp}) == 4
    assert purger(SHOP, "other").url("/shop/7", tenant="acme").stamp.startswith("key:other#")
    assert purger(SHOP, "").url("/shop/7", tenant="acme").stamp == done.stamp.replace("shop#", "")


def test_the_sample_message_has_the_key_that_the_report_has() -> None:
    (record,) = load_event("sqs/refresh-report.json")["Records"]
    message = read(record["body"])
    done = purger(SHOP.parents[1] / "report/app.py", "report").url("/report")
    assert (message.route, message.target, f"key:{message.key}") == (done.route, done.target, done.stamp)


def test_the_services_of_a_function_have_no_url_to_purge() -> None:
    with pytest.raises(NotPurgeable, match="no route covers /orders/7"):
        purger(SHOP, "shop").url("/orders/7", tenant="acme")


def test_a_part_of_a_function_is_purged_by_the_path_that_the_function_fetches() -> None:
    variables = {"BRINE_HTTPBIN_ORIGIN": "http://httpbin.test"}
    routes = app_routes(SHOP, "shop", variables)
    done = Purger(routes=routes, stamps=MemoryStampStore(MemoryItemStore()), clock=lambda: 1.8e9).url(
        "/by/7?state=paid", tenant="acme", part="orders"
    )
    orders = routes.named("orders")
    assert orders is not None
    assert (done.route, done.target) == ("orders", "/anything/orders/by/7?state=paid")
    assert done.stamp == f"key:{resource_of(orders, 'acme', '/anything/orders/by/7?state=paid').key}"
    assert done.stamp.startswith("key:shop#")


def test_a_part_from_a_route_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NotPurgeable, match='no route is named "payments"'):
        purger(SHOP, "shop").url("/by/7", part="payments")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--route", "dashboard"), "--app FILE"),
        (("--url", "/shop/7"), "--app FILE"),
        (("--app", str(SHOP), "--namespace", "shop", "--url", "/by/7"), "--part ROUTE"),
    ],
)
def test_the_error_for_an_unknown_route_names_the_option_that_adds_routes(
    arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "server_time", lambda _: time.time())
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "a"\nprefix = "/a"\norigin = "http://a.test"\n')
    place = ("--endpoint-url", "http://127.0.0.1:9", "--table", "t", "--routes", str(routes))
    assert told in failure("purge", *place, *arguments)


def failure(*arguments: str) -> str:
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        assert main(arguments) == 1
    return errors.getvalue()


def test_the_code_may_import_what_is_beside_it(tmp_path: Path) -> None:
    (tmp_path / "prices_beside.py").write_text("PATH = '/prices'")
    code = "from brine import App\nfrom prices_beside import PATH\nthe_app = App()\n@the_app.get(PATH)\ndef one(): ..."
    before = list(sys.path)
    (route,) = app_routes(written(tmp_path, code), "")
    assert route.prefix == "/prices"
    assert sys.path == before


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("x = 1", "has no instances of brine.App"),
        ("from brine import App\na, b = App(), App()", "has 2 instances of brine.App"),
        ("import absent_module", "cannot be imported: ModuleNotFoundError: No module named 'absent_module'"),
        ("1 +", "cannot be imported: SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_names_it(tmp_path: Path, code: str, told: str) -> None:
    file = written(tmp_path, code)
    with pytest.raises(CommandError) as caught:
        app_routes(file, "")
    assert str(caught.value).startswith(f"{file} {told}")


def test_two_names_of_one_app_are_one_app(tmp_path: Path) -> None:
    code = "from brine import App\na = b = App()\n@a.get('/x')\ndef x(): ..."
    assert [route.name for route in app_routes(written(tmp_path, code), "")] == ["x"]


def test_a_file_that_is_absent_or_no_python_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"app\.py cannot be imported: FileNotFoundError"):
        app_routes(tmp_path / "app.py", "")
    with pytest.raises(CommandError, match=r"routes\.toml is no Python file"):
        app_routes(SHOP.with_name("routes.toml"), "")


def test_a_namespace_that_no_function_can_have_is_an_error() -> None:
    with pytest.raises(CommandError, match='the namespace "a#b" is not valid'):
        app_routes(SHOP, "a#b")


def test_a_wrong_setting_in_the_code_is_told_as_the_function_tells_it(tmp_path: Path) -> None:
    code = "from brine import App\napp = App()\n@app.get('/x', freshness_lifetime='soon')\ndef x(): ..."
    with pytest.raises((CommandError, ConfigError), match="freshness_lifetime"):
        app_routes(written(tmp_path, code), "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--tag", "a", "--app", str(SHOP)), "--app goes with --url or --route"),
        (("--url", "/shop/7", "--namespace", "shop"), "--namespace goes with --app"),
        (("--url", "/by/7", "--part", "orders"), "--part goes with --app and --url"),
    ],
)
def test_options_of_an_app_have_no_use_without_each_other(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["purge", *arguments]) == 2
    assert told in capsys.readouterr().err
