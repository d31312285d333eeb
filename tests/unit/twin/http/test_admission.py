"""Servers on this machine answer programs of this machine, and no web page of another machine."""

from __future__ import annotations

from typing import Any

import pytest

from brine_cli.http.admission import Admission
from brine_cli.http.listener import listen

PORT = 3000
OURS = Admission(port=PORT, names=frozenset({"127.0.0.1"}))
HOST = "127.0.0.1:3000"


def status(
    host: str | list[str] = HOST,
    admission: Admission = OURS,
    *,
    method: str = "GET",
    target: str = "/",
    **fields: Any,
) -> int | None:
    """The status of the rejection, or None. `fields` are named with underscores."""
    lines = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, values in {"host": host, **fields}.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    refusal = admission.refusal(method, target.encode("latin-1"), lines)
    return None if refusal is None else refusal.status


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:3000", "localhost:3000", "LocalHost:3000", "[::1]:3000", "bucket.localhost:3000", " localhost:3000"],
)
def test_the_names_of_this_machine_are_answered(host: str) -> None:
    assert status(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:3000",
        "localhost.evil.test:3000",
        "127.0.0.1.evil.test:3000",
        "evillocalhost:3000",
        "localhost",
        "localhost:3001",
        "localhost.:3000",
        "127.0.0.1.:3000",
        "127.1:3000",
        "127.0.0.2:3000",
        "2130706433:3000",
        "0x7f.1:3000",
        "0.0.0.0:3000",
        "10.0.0.1:3000",
        "[::]:3000",
        "[::ffff:127.0.0.1]:3000",
        "host.docker.internal:3000",
    ],
)
def test_another_name_is_misdirected(host: str) -> None:
    assert status(host) == 421


@pytest.mark.parametrize(
    "host",
    [
        [],
        ["localhost:3000", "localhost:3000"],
        ["localhost:3000", "evil.test"],
        "",
        ":3000",
        "localhost:",
        "localhost:3000,evil.test",
        "user@localhost:3000",
        "localhost:3000@evil.test",
        "localhost:3000/",
        "localhost:-1",
        "localhost:300000",
        "localhost:65536",
        "evil.test:99999",
        "[1:2]:3000",
        "[::::]",
        "[.]:3000",
        "localhost:3000 evil.test",
        "[::1",
        "[127.0.0.1]:3000x",
        "http://localhost:3000",
        "local\xa0host:3000",
        "\u0661\u0662\u0667.0.0.1:3000".encode().decode("latin-1"),
    ],
)
def test_a_host_that_is_not_one_name_with_a_port_is_a_bad_request(host: str | list[str]) -> None:
    assert status(host) == 400


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("http://localhost:3000/x", None),
        ("HTTP://LOCALHOST:3000/x?a=http://evil.test/", None),
        ("/x?http://evil.test/", None),
        ("//evil.test/x", None),
        ("http://evil.test/x", 421),
        ("http://evil.test:3000", 421),
        ("ws://evil.test:3000/", 421),
        ("http://localhost:3001/", 421),
        ("http://user@localhost:3000/", 400),
        ("http:///x", 400),
        ("http://localhost:65536/", 400),
        ("http://[1:2]:3000/", 400),
        ("http://localhost:3000", None),
        ("http://localhost:3000?x", None),
    ],
)
def test_the_authority_of_an_absolute_target_counts_as_the_host_does(target: str, expected: int | None) -> None:
    assert status(target=target) == expected
    assert status("evil.test:3000", target=target) == 421


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:5173",
        "http://localhost",
        "https://LOCALHOST:5173",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "http://shop.localhost:5173",
    ],
)
def test_pages_of_this_machine_are_answered(origin: str) -> None:
    assert status(origin=origin) is None
    assert status(method="OPTIONS", origin=origin, access_control_request_method="PUT") is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "https://evil.test:3000",
        "http://localhost.evil.test:3000",
        "http://evillocalhost",
        "http://localhost@evil.test",
        "http://localhost:5173@evil.test",
        "http://evil.test http://localhost:5173",
        "http://localhost:5173, http://evil.test",
        "http://localhost:5173/",
        "http://localhost.:5173",
        "http://127.0.0.2",
        "http://10.0.0.1:3000",
        "null",
        "NULL",
        "",
        "file://",
        "chrome-extension://localhost",
        "ws://localhost:5173",
        "localhost:5173",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_of_another_machine_is_refused(origin: str, method: str) -> None:
    assert status(method=method, origin=origin) == 403
    assert status(method=method, origin=["http://localhost:5173", origin]) == 403
    assert status(method=method, origin=origin, upgrade="websocket", sec_fetch_site="same-origin") == 403


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sec_fetch_site": "none"}, None),
        ({"sec_fetch_site": "same-origin"}, None),
        ({"sec_fetch_site": "same-site"}, None),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "Cross-Site"}, 403),
        ({"sec_fetch_site": "unheard-of"}, 403),
        ({"sec_fetch_site": ["none", "cross-site"]}, 403),
        ({"sec_fetch_site": "cross-site", "referer": "http://localhost:5173/page?x"}, None),
        ({"sec_fetch_site": "cross-site", "referer": "http://localhost:5173"}, None),
        ({"sec_fetch_site": "cross-site", "referer": "https://evil.test/http://localhost:5173/"}, 403),
        ({"sec_fetch_site": "cross-site", "referer": "http://localhost@evil.test/"}, 403),
        ({"sec_fetch_site": "cross-site", "referer": "http://localhost:5173@evil.test/"}, 403),
        ({"sec_fetch_site": "cross-site", "referer": ["http://localhost/", "https://evil.test/"]}, 403),
    ],
)
def test_a_browser_request_without_an_origin_is_judged_by_its_site_and_referer(
    fields: dict[str, Any], expected: int | None
) -> None:
    assert status(**fields) == expected


@pytest.mark.parametrize(
    ("method", "mode", "destination", "expected"),
    [
        ("GET", "navigate", "document", None),
        ("HEAD", "navigate", "document", None),
        ("POST", "navigate", "document", 403),
        ("GET", "navigate", "iframe", 403),
        ("GET", "navigate", "object", 403),
        ("GET", "no-cors", "image", 403),
        ("GET", "no-cors", "script", 403),
        ("GET", "cors", "empty", 403),
    ],
)
def test_of_another_sites_requests_only_a_followed_link_is_answered(
    method: str, mode: str, destination: str, expected: int | None
) -> None:
    fields: dict[str, Any] = {"sec_fetch_site": "cross-site", "sec_fetch_mode": mode, "sec_fetch_dest": destination}
    assert status(method=method, **fields) == expected


def test_further_hosts_and_origins_can_be_allowed() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        allowed = Admission.at(
            listener, "127.0.0.1", hosts=["Box.Test", "tunnel.test:80"], origins=["HTTPS://App.test", "null"]
        )
    assert [status(host, allowed) for host in ("box.test", "BOX.test:9", "tunnel.test", "tunnel.test:80")] == [None] * 4
    assert status("tunnel.test:81", allowed) == 421
    host = f"localhost:{port}"
    assert [status(host, allowed, origin=origin) for origin in ("https://app.test", "null")] == [None, None]
    assert [status(host, allowed, origin=origin) for origin in ("http://app.test", "https://app.test:1")] == [403, 403]
    assert [status(host, allowed) for host in ("box.test:65535", "box.test:65536")] == [None, 400]
    # A page that was itself loaded under an allowed name, from another port of it.
    assert status("box.test", allowed, origin="http://box.test:5173") is None
    assert status(host, allowed, origin="http://box.test:5173") == 403
    assert Admission.from_json(allowed.to_json()) == allowed


def test_a_server_at_all_addresses_is_answered_by_address_but_not_by_name() -> None:
    everywhere = Admission(port=PORT, names=frozenset({"0.0.0.0"}))  # noqa: S104 - nothing is bound
    assert [status(host, everywhere) for host in ("192.168.1.5:3000", "[fe80::1]:3000", HOST)] == [None] * 3
    assert [status(host, everywhere) for host in ("192.168.1.5:80", "box.test:3000")] == [421, 421]
    assert status("192.168.1.5:3000", everywhere, origin="http://192.168.1.5:5173") is None
    assert status("192.168.1.5:3000", everywhere, origin="http://198.51.100.7") == 403


def test_a_refusal_names_the_reason_and_the_remedy() -> None:
    def told(*lines: tuple[bytes, bytes]) -> str:
        refusal = OURS.refusal("GET", b"/", lines)
        assert refusal is not None
        return refusal.detail

    assert "'evil.test:3000'" in told((b"host", b"evil.test:3000"))
    assert "--allow-host evil.test:3000" in told((b"host", b"evil.test:3000"))
    assert "port 3000 of localhost" in told((b"host", b"evil.test"))
    assert "'https://evil.test'" in told((b"host", HOST.encode()), (b"origin", b"https://evil.test"))
    assert "--allow-origin https://evil.test" in told((b"host", HOST.encode()), (b"origin", b"https://evil.test"))
    long = told((b"host", HOST.encode()), (b"origin", b"\x1b[31m\xff" * 2000))
    assert long.isascii()
    assert long.isprintable()
    assert len(long) < 800


def test_a_refusal_never_advises_to_allow_the_null_origin() -> None:
    """A sandboxed page of any site sends `Origin: null`."""
    refusal = OURS.refusal("GET", b"/", [(b"host", HOST.encode()), (b"origin", b"null")])
    assert refusal is not None
    assert "--allow-origin" not in refusal.detail
    assert "serve it from an address of this machine" in refusal.detail
