"""The console of a twin in a real browser."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin
from tests.support.chromium import CHROMIUM, browser
from tests.unit.twin.wire import converse, fetch, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.chromium import Browser

SAMPLES = Path(__file__).parents[3] / "samples/template.yaml"
PICTURES = os.environ.get("BRINE_PICTURES")
"""A folder for pictures of the console, to look at. Without it, they are not written."""
SEEN = (
    *("/httpbin/cache/60",) * 3,
    "/httpbin/response-headers?Cache-Control=max-age=600&Surrogate-Key=menu%20page-7",
    *("/httpbin/cookies/set?a=1", "/httpbin/status/503", "/nowhere", "/httpbin/delay/1"),
    *("/report", "/httpbin/cache/60", "/httpbin/etag/abc", "/report"),
)
"""What else a picture shows: hits, misses, errors and a slow origin."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH (Debian: chromium)")


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=SAMPLES, report=lambda _: None, show=lambda _: None) as started:
        yield started


@pytest.fixture
def page(twin: Twin, tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as opened:
        opened.show(1400, 1500)
        opened.open(f"{twin.url}/_brine/")
        opened.wait("document.getElementById('connection').textContent === 'live'")
        yield opened
        assert opened.problems == []


def picture(page: Browser, name: str) -> None:
    if PICTURES:
        page.screenshot(Path(PICTURES) / f"{name}.png")


def text(page: Browser, element: str) -> str:
    return str(page.value(f"document.getElementById({json.dumps(element)}).innerText"))


def fill(page: Browser, **values: str) -> None:
    for name, value in values.items():
        element = json.dumps(name.replace("_", "-"))
        page.value(
            f"(() => {{ const one = document.getElementById({element}); one.value = {json.dumps(value)}; "
            "one.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )


def test_a_request_is_seen_explained_and_purged(twin: Twin, page: Browser) -> None:
    for _ in range(2):
        fetch(f"{twin.url}/report")
    page.wait("document.querySelectorAll('#rows tr').length >= 2")
    assert "hit" in page.value("document.querySelector('#rows tr').innerText")
    page.wait("document.getElementById('figures').innerText.includes('50 %')")
    page.wait("document.getElementById('slow-origins').innerText.includes('prices')")
    assert "127.0.0.1:" in text(page, "slow-origins")

    page.value("document.querySelector('#rows tr button').click()")
    page.wait("document.getElementById('explained').innerText.startsWith('A hit')")
    assert "RFC 9111 4.2" in text(page, "explained")

    fill(page, purge_kind="tag", purge_value="prices")
    assert page.value("document.getElementById('purge-now').disabled") is True
    page.value("document.getElementById('purge').requestSubmit()")
    page.wait("document.getElementById('purged').innerText.includes('This would end 1 item')")
    assert "/report" in text(page, "purged")
    if PICTURES:
        for path in SEEN:
            converse(twin.url, request(b"GET", path.encode()))
        page.wait(f"document.querySelectorAll('#rows tr').length >= {2 + len(SEEN)}")
        time.sleep(6)  # the tags and the circuits come every five seconds
    page.show(1400, page.value("document.documentElement.scrollHeight"))
    picture(page, "console-light")
    page.show(1400, page.value("document.documentElement.scrollHeight"), scheme="dark")
    picture(page, "console-dark")
    page.show(400, 1400, scheme="dark")
    assert page.value("document.documentElement.scrollWidth <= window.innerWidth") is True
    picture(page, "console-phone")
    page.value("document.getElementById('purge-now').click()")
    page.wait("document.getElementById('purged').innerText.startsWith('Purged hard')")

    page.value("document.getElementById('explain').requestSubmit()")
    page.wait("!document.getElementById('explained').innerText.startsWith('A hit')")


def test_what_can_be_purged_is_what_the_dry_run_showed(page: Browser) -> None:
    fill(page, purge_kind="tag", purge_value="menu")
    page.value("document.getElementById('purge').requestSubmit()")
    page.wait("!document.getElementById('purge-now').disabled")

    fill(page, purge_value="another")

    assert page.value("document.getElementById('purge-now').disabled") is True
    assert text(page, "purged") == ""


def test_the_text_of_a_request_is_never_markup(twin: Twin, page: Browser) -> None:
    fetch(f"{twin.url}/httpbin/anything/%3Cimg%20src=x%20onerror=alert(1)%3E")
    page.wait("document.getElementById('rows').innerText.includes('%3Cimg')")

    assert page.value("document.querySelectorAll('#rows img').length") == 0


def test_the_keyboard_reaches_the_filter_which_hides_other_requests(twin: Twin, page: Browser) -> None:
    fetch(f"{twin.url}/report")
    fetch(f"{twin.url}/httpbin/status/404")
    page.wait("document.getElementById('rows').innerText.includes('/httpbin/status/404')")

    page.value("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))")
    assert page.value("document.activeElement.id") == "filter"
    fill(page, filter="status/404")

    shown = page.value("[...document.querySelectorAll('#rows tr:not([hidden])')].map(row => row.innerText)")
    assert shown
    assert all("/httpbin/status/404" in row for row in shown)
