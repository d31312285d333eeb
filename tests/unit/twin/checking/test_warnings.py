"""Each warning about a route: a route that gets it, and the same route after its remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import brine_cli.checking
from brine_cli.checking.configuration.file_set import FileSet
from brine_cli.checking.configuration.known_variables import KnownVariables
from brine_cli.checking.configuration.readers import read_routes
from brine_cli.checking.warnings.rules import warnings_about_routes
from brine_cli.checking.warnings.warning import Surroundings
from brine_cli.template.event_sources import ApiRoute
from tests.support.markdown import read_page

if TYPE_CHECKING:
    from tests.unit.twin.checking.conftest import CheckRoutes

ROOT = Path(__file__).parents[4]
A = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "https://a.test"\n'
B = '[[route]]\nname = "b"\nprefix = "/b"\norigin = "https://b.test"\n'
OF_A = B.replace("b.test", "a.test/b")
ONE_URL = "circuit_breaker = { least_urls = 1 }\n"
LIFETIME = 'freshness_lifetime = "1m"\n'

ONE_FILE = [
    ("BR102", A + B.replace('"/b"', '"/A"'), A + B),
    ("BR103", A + B.replace("b.test", "a.test/v2"), A + B),
    ("BR103", A + OF_A.replace('"/b"', '"/c"'), A + OF_A.replace('"/b"', '"/a/b"')),
    (
        "BR104",
        f'{A}tenant = "claim:org"\n{B.replace('"/b"', '"/a/b"')}',
        f'{A}tenant = "claim:org"\n{B.replace('"/b"', '"/a/b"')}tenant = "claim:org"\n',
    ),
    ("BR110", f"{A}jitter = 0.1\n", f"{A}jitter = 0.1\n{LIFETIME}"),
    ("BR110", f"{A}early_refresh = 1\n", f'{A}early_refresh = 1\nnegative_lifetimes = {{ 404 = "1s" }}\n'),
    ("BR111", f"{A}timeout = 5000\n", f'{A}timeout = "5000ms"\n'),
    ("BR111", f'{A}circuit_breaker = {{ window = "40d" }}\n', f'{A}circuit_breaker = {{ window = "40s" }}\n'),
    ("BR111", f'{A}grace = "9999d"\n', f'{A}grace = "99d"\n'),
    ("BR114", f'{A}negative_lifetimes = {{ 304 = "1s" }}\n', f'{A}negative_lifetimes = {{ 302 = "1s" }}\n'),
    ("BR115", f'{A}negative_lifetimes = {{ 503 = "1h" }}\n', f'{A}negative_lifetimes = {{ 404 = "1h" }}\n'),
    ("BR116", f"{A}freshness_lifetime = 0\n", f"{A}freshness_lifetime = 1\n"),
    (
        "BR120",
        f'{A}tenant = "header:x-org"\nkey_headers = ["X-Org"]\n',
        f'{A}tenant = "header:x-org"\nforward_headers = ["X-Org"]\n',
    ),
    ("BR121", f'{A}tenant = "header:x-org"\n', f'{A}tenant = "header:x-org"\nforward_headers = "all"\n'),
    ("BR122", f'{A}set_cookie = "keep"\n', f'{A}set_cookie = "keep"\ntenant = "claim:org"\n'),
    (
        "BR123",
        f'{A}{LIFETIME}forward_headers = ["cookie"]\nkey_headers = []\n',
        f'{A}{LIFETIME}forward_headers = ["cookie"]\n',
    ),
    ("BR124", f'{A}key_headers = ["User-Agent"]\n', f'{A}key_headers = ["accept"]\n'),
    (
        "BR124",
        f'{A}{LIFETIME}forward_headers = ["x-request-id"]\n',
        f'{A}{LIFETIME}forward_headers = ["x-request-id"]\nkey_headers = []\n',
    ),
    ("BR125", f'{A}{LIFETIME}forward_headers = "all"\n', f'{A}forward_headers = "all"\n'),
    ("BR126", f'{A}query = {{ keep = ["a"], drop = ["utm_*"] }}\n', f'{A}query = {{ drop = ["utm_*"] }}\n'),
    ("BR127", f'{A}store_post = true\nquery_methods = ["POST"]\n', f'{A}query_methods = ["POST"]\n'),
    (
        "BR130",
        f"{A}{ONE_URL}{OF_A.replace('"/b"', '"/a/b"')}",
        f"{A}{ONE_URL}{OF_A.replace('"/b"', '"/a/b"')}{ONE_URL}",
    ),
    (
        "BR131",
        f'{A}origin_budget = "9/s"\n{OF_A.replace('"/b"', '"/a/b"')}',
        f'{A}origin_budget = "9/s"\n{OF_A.replace('"/b"', '"/a/b"')}origin_budget = "9/s"\n',
    ),
    (
        "BR132",
        f'{A}credentials_over_http = true\norigin_headers = {{ x-a = "secret:a" }}\n',
        f'{A}origin_headers = {{ x-a = "secret:a" }}\n',
    ),
    ("BR133", A.replace("https:", "http:").replace("a.test", "a.example.com"), A.replace("https:", "http:")),
    ("BR134", A.replace("https://a.test", "http://localhost:8000"), A),
    ("BR135", f'{A}public_url = "https://a.test"\n', f'{A}public_url = "https://b.test"\n'),
    ("BR136", A.replace("a.test", "{HOST}"), A),
    ("BR136", A.replace("https://a.test", "https://$HOST"), A),
    ("BR137", f'{A}origin_headers = {{ x-api-key = "abc" }}\n', f'{A}origin_headers = {{ x-shop = "abc" }}\n'),
    (
        "BR138",
        A.replace("/a", "/graphql"),
        A.replace("/a", "/graphql") + "circuit_breaker = { least_urls = 1 }\n",
    ),
    ("BR140", A.replace("https://a.test", "${MISSING}"), A.replace("https://a.test", "${GIVEN}")),
    (
        "BR150",
        f"{A.replace('prefix = "/a"', 'internal = true')}cache_preflights = true\n",
        A.replace('prefix = "/a"', "internal = true"),
    ),
]


@pytest.mark.parametrize(("code", "wrong", "right"), ONE_FILE)
def test_a_route_gets_the_warning_and_none_after_its_remedy(
    check_routes: CheckRoutes, code: str, wrong: str, right: str
) -> None:
    (found,) = check_routes(wrong)
    assert (found.code, found.is_warning) == (code, True)
    assert found.remedy.endswith(".")
    assert found.place is not None
    assert check_routes(right) == []


API = (
    ApiRoute(method="ANY", path="/shop/{proxy+}", function="Shop"),
    ApiRoute(method="ANY", path=None, function="Gateway"),
)
OF_TEMPLATE = [
    ("BR101", A.replace("/a", "/shop"), Surroundings(api_routes=API, gateways=frozenset({"Gateway"}))),
    ("BR105", f'{A}tenant = "claim:org"\n', Surroundings(authorizer_of=lambda _: "NONE")),
    ("BR105", f'{A}tenant = "claim:org"\n', Surroundings(authorizer_of=lambda _: "AWS_IAM")),
    ("BR105", f'{A}tenant = "iam:user"\n', Surroundings(authorizer_of=lambda _: "NONE")),
    ("BR106", f'{A}origin_headers = {{ x-a = "secret:a" }}\n', Surroundings(authorizer_of=lambda _: "NONE")),
    ("BR112", f'{A}timeout = "29s"\n', Surroundings(function_timeout=29)),
    ("BR113", f'{A}keep = "40d"\n', Surroundings(body_days=30)),
]


def warnings(tmp_path: Path, text: str, around: Surroundings) -> list[str]:
    """The codes of the warnings about the routes in a text."""
    file = tmp_path / "routes.toml"
    file.write_text(text)
    files = FileSet([file])
    found, mistakes = read_routes(files, KnownVariables({}, (), text), None)
    assert mistakes == []
    return [one.code for one in warnings_about_routes(found, around)]


@pytest.mark.parametrize(("code", "text", "around"), OF_TEMPLATE)
def test_a_route_that_does_not_fit_the_template_gets_the_warning(
    tmp_path: Path, code: str, text: str, around: Surroundings
) -> None:
    assert warnings(tmp_path, text, around) == [code]
    assert warnings(tmp_path, text, Surroundings(authorizer_of=lambda _: "MyJwt", body_days=90)) == []


def test_a_route_with_a_mistake_gets_no_warning(check_routes: CheckRoutes) -> None:
    assert [one.code for one in check_routes(f"{A}jitter = 0.1\nretries = 9\n")] == ["BR003"]


@pytest.mark.parametrize("place", ["jitter = 0.1 # brine: ignore BR110", "# brine: ignore BR101, BR110\njitter = 0.1"])
def test_a_comment_silences_the_warning_of_its_line_or_of_the_line_below(check_routes: CheckRoutes, place: str) -> None:
    assert check_routes(f"{A}{place}\n") == []


def test_a_comment_silences_no_other_warning_and_no_mistake(check_routes: CheckRoutes) -> None:
    assert [one.code for one in check_routes(f"{A}jitter = 0.1 # brine: ignore BR111\n")] == ["BR110"]
    assert [one.code for one in check_routes(f"{A}retries = 9 # brine: ignore BR003\n")] == ["BR003"]


def codes_in_code() -> set[str]:
    """All codes that the checks have."""
    folder = Path(brine_cli.checking.__file__).parent
    texts = (file.read_text() for file in folder.rglob("*.py") if file.name not in {"report.py", "ignored.py"})
    return {code for text in texts for code in re.findall(r'"(BR\d{3})"', text)}


def test_the_page_describes_every_code_and_no_other() -> None:
    rows = [row[0].strip("`") for row in read_page(ROOT / "docs/check.md").rows if row[0].startswith("`BR")]
    assert sorted(rows) == sorted(codes_in_code())


def test_every_warning_about_routes_has_a_test() -> None:
    tested = {code for code, *_ in (*ONE_FILE, *OF_TEMPLATE)}
    assert {code for code in codes_in_code() if "BR100" <= code < "BR160"} == tested
