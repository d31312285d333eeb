"""The console of a deployed stack in a real browser, with an admin API in this process."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from brine_cli.deployed.admin_address import AdminAddress
from brine_cli.deployed.console_server import ConsoleServer
from brine_cli.deployed.signed_requests import AdminAnswer
from brine_cli.deployed.stack_outputs import StackOutputs
from brine_cli.http.admission import Admission
from brine_cli.http.listener import listen, url_of
from brine_cli.http.server import HttpServer
from tests.e2e.twin.test_console import fill, picture, text
from tests.support.chromium import CHROMIUM, browser
from tests.unit.adapters.powertools.test_admin_resolver import Api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine.domain.http.messages import Request
    from tests.support.chromium import Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH (Debian: chromium)")
ARN = "arn:aws:cloudformation:eu-central-1:111122223333:stack/brine/0f"
URL = "https://a1.execute-api.eu-central-1.amazonaws.com/_brine"
EXPLAINED = {"verdict": {"sentence": "A hit.", "result": "hit", "reasons": []}}


@dataclass
class Deployed:
    """An admin API in this process. It lets in what has the token, if there is one."""

    needs: str = ""
    token: str = ""
    api: Api = field(default_factory=Api)
    address: AdminAddress = field(default_factory=lambda: AdminAddress.of(StackOutputs(ARN, {"AdminUrl": URL})))

    def send(self, request: Request) -> AdminAnswer:
        if self.needs and request.fields.get("authorization") != f"Bearer {self.needs}":
            return AdminAnswer(401, "application/json", b'{"message": "Unauthorized"}')
        body = request.body.decode() if request.method == "POST" else None
        name = request.path.removeprefix("/_brine/")
        status, document, headers = self.api(request.method, name, request.query or "", text=body)
        document |= EXPLAINED if name == "explain" else {}
        return AdminAnswer(status, headers["Content-Type"], json.dumps(document).encode())


@contextmanager
def opened(deployed: Deployed, folder: Path) -> Iterator[tuple[Browser, str]]:
    """The page in a browser, and its URL."""
    listener = listen("127.0.0.1", 0)
    admission = Admission.at(listener, "127.0.0.1")
    server = ConsoleServer(requests=deployed, admission=admission, takes_tokens=bool(deployed.needs))  # type: ignore[arg-type]  # it has what is used
    with HttpServer(listener, server), browser(folder) as page:
        page.show(1400, 1500)
        url = server.url(url_of(listener))
        page.open(url)
        yield page, url


def stored(deployed: Deployed) -> None:
    for path in ("/api/orders/7", "/timed/1"):
        deployed.api.stored.world.ask(path)
    metrics, now = deployed.api.metrics, int(deployed.api.stored.time()) // 60 * 60
    metrics.figures = {("Hit", "Sum"): {now: 30.0}, ("Miss", "Sum"): {now: 10.0}, ("Latency", "p95"): {now: 12.0}}


def test_an_operator_sees_explains_and_purges(tmp_path: Path) -> None:
    deployed = Deployed()
    stored(deployed)
    with opened(deployed, tmp_path) as (page, _):
        page.wait("document.querySelectorAll('#items tr').length === 2")
        page.wait("document.getElementById('figures').innerText.includes('75 %')")
        assert "/api/orders/7" in text(page, "items")
        assert page.value("document.getElementById('requests').offsetParent") is None
        assert text(page, "where").startswith("the stack brine, https://a1.execute-api")
        fill(page, list_url="/api/*")
        page.value("document.getElementById('list').requestSubmit()")
        page.wait("document.getElementById('listed').innerText === '1 item.'")
        page.value("document.querySelector('#items button').click()")
        page.wait("document.getElementById('explained').innerText.startsWith('A hit')")
        picture(page, "console-stack")
        page.value("document.querySelectorAll('#items button')[1].click()")
        page.wait("document.getElementById('purged').innerText.includes('This would end 1 item')")
        page.value("document.getElementById('purge-now').click()")
        page.wait("document.getElementById('purged').innerText.includes('Purged hard')")
        assert page.problems == []
    assert len(deployed.api.stored.stamps.stamps) == 1


def test_a_token_is_asked_for_and_kept_in_memory_only(tmp_path: Path) -> None:
    deployed = Deployed(needs="T0KEN")
    stored(deployed)
    with opened(deployed, tmp_path) as (page, url):
        page.wait("document.getElementById('connection').innerText === 'waiting for a token'")
        assert page.value("document.querySelectorAll('#items tr').length") == 0
        fill(page, token_value="T0KEN")
        page.value("document.getElementById('token').requestSubmit()")
        page.wait("document.querySelectorAll('#items tr').length === 2")
        kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
        assert "T0KEN" not in page.value(kept)
        assert "T0KEN" not in page.value("document.documentElement.outerHTML")
        page.open("about:blank")
        page.open(url)
        page.wait("document.getElementById('connection').innerText === 'waiting for a token'")


def test_without_the_secret_nothing_is_shown(tmp_path: Path) -> None:
    deployed = Deployed()
    stored(deployed)
    with opened(deployed, tmp_path) as (page, url):
        page.wait("document.querySelectorAll('#items tr').length === 2")
        page.open("about:blank")
        page.open(url.partition("#")[0])
        page.wait("document.getElementById('connection').innerText.includes('brine console')")
        assert page.value("document.querySelectorAll('#items tr').length") == 0
