"""The access that a real browser gives a web page of another name to the twin and to its emulator."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parent / "fixtures/template.yaml"
ROOT_TEMPLATE = Path(__file__).parents[3] / "samples/template.yaml"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 120
NAMES = "--host-resolver-rules=MAP *.test 127.0.0.1"  # evil.test is this machine by DNS, as after a rebinding

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the PATH (Debian: apt-get install chromium)")

# Sends each request and posts the answer, as far as it can read it, or the error to its own server.
PAGE = """<!doctype html><script>
(async () => {
  const told = {};
  for (const [name, url, options] of %s) {
    try {
      const answer = await fetch(url, options);
      told[name] = {type: answer.type, status: answer.status, text: await answer.text()};
    } catch (error) { told[name] = {type: "unreadable", status: 0, text: String(error)}; }
  }
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""


class Site:
    """A web site on this machine that serves one page. `url` has a name that the browser takes it for."""

    def __init__(self, name: str, attempts: list[tuple[str, str, dict[str, Any]]], port: int = 0) -> None:
        self.told: Queue[dict[str, Any]] = Queue()
        page = (PAGE % json.dumps(attempts)).encode()
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(page if self.path == "/" else b"")

            def do_POST(self) -> None:
                told.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://{name}:{self._server.server_port}/"

    @contextmanager
    def served(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def chromium(folder: Path, url: str, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            f"--user-data-dir={folder}",
            NAMES,
            *options,
            url,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def visited(folder: Path, name: str, attempts: list[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """The answers that a page under `name` could read by its attempts: (name, URL, options of fetch)."""
    site = Site(name, attempts)
    with site.served(), chromium(folder, site.url, "--remote-debugging-port=0") as browser:
        try:
            return site.told.get(timeout=SECONDS)
        finally:
            browser.terminate()


def shown(folder: Path, url: str) -> str:
    """The page that the browser makes of `url`."""
    with chromium(folder, url, "--dump-dom") as browser:
        return browser.communicate(timeout=SECONDS)[0].decode()


@pytest.fixture(scope="module")
def console() -> list[str]:
    """The output of the twin on the console."""
    return []


@pytest.fixture(scope="module")
def twin(console: list[str]) -> Iterator[Twin]:
    with Twin(template=TEMPLATE, report=console.append) as running:
        yield running


def attempts_on(twin: Twin) -> list[tuple[str, str, dict[str, Any]]]:
    """All that a page can try which knows even the emulator's path."""
    aws = str(twin.aws_endpoint)
    key = (
        "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0"
    )
    headers = {"authorization": key, "x-amz-target": "secretsmanager.ListSecrets"}
    headers["content-type"] = "application/x-amz-json-1.1"
    rebound = f"http://evil.test:{urlsplit(aws).port}{urlsplit(aws).path}"
    signed = {"method": "POST", "headers": headers, "body": "{}"}
    form = {"method": "POST", "body": "content", "mode": "no-cors"}
    return [
        ("secrets", aws, signed),
        ("secrets by another name", rebound, signed),
        ("buckets", f"{aws}/?X-Amz-Signature=0", {}),
        ("gateway", f"{twin.url}/about", {}),
        ("gateway by another name", f"http://evil.test:{urlsplit(twin.url).port}/about", {}),
        ("form", f"{twin.url}/a-form", form),
    ]


def test_a_foreign_page_reads_and_changes_nothing(tmp_path: Path, twin: Twin, console: list[str]) -> None:
    console.clear()
    told = visited(tmp_path, "evil.test", attempts_on(twin))
    assert {name: answer["type"] for name, answer in told.items()} == {
        "secrets": "unreadable",
        "secrets by another name": "unreadable",
        "buckets": "unreadable",
        "gateway": "unreadable",
        "gateway by another name": "unreadable",
        "form": "opaque",  # a browser sends it; only the twin can say whether it refused it
    }
    assert [line[:27] for line in console if line.startswith("POST")] == ["POST /a-form -> 403: Origin"]


def test_a_page_of_this_machine_is_answered(tmp_path: Path, twin: Twin, console: list[str]) -> None:
    """This also shows that the attempts succeed where no rule refuses them."""
    console.clear()
    told = visited(tmp_path, "localhost", attempts_on(twin))
    assert told["secrets"]["status"] == 200
    assert "brine-dev-signingkeys" in told["secrets"]["text"]
    assert "brine-dev-bodies" in told["buckets"]["text"]
    assert told["secrets by another name"]["type"] == "unreadable"
    # The form came to the function, which has nothing under that path.
    assert [line.split("\n")[0] for line in console if line.startswith("POST")] == [
        "POST /a-form -> 502: KeepFunction raised"
    ]


def test_no_script_runs_in_a_page_that_a_link_makes_httpbin_answer(tmp_path: Path, twin: Twin) -> None:
    """It would be a page of this machine. The answer of `/base64/` is the page in its path."""
    script = "<p id=told>no script</p><script>told.textContent = 'a script'</script>"
    page = shown(tmp_path, f"{twin.httpbin}/base64/{base64.urlsafe_b64encode(script.encode()).decode()}")
    assert '<p id="told">no script</p>' in page


def test_no_script_runs_though_the_gateway_takes_off_what_httpbin_says(tmp_path: Path) -> None:
    """An answer may name any field in Connection, and the gateway passes none of them on (RFC 9110 7.6.1)."""
    script = quote("<p id=told>no script</p><script>told.textContent = 'a script'</script>")
    query = f"Connection=content-security-policy&Content-Type=text/html&x={script}"
    with Twin(template=ROOT_TEMPLATE, report=lambda _: None) as twin:
        page = shown(tmp_path, f"{twin.url}/httpbin/response-headers?{query}")
    assert "no script" in page
    assert ">a script<" not in page


def test_after_a_rebinding_the_page_is_a_refusal(tmp_path: Path, twin: Twin) -> None:
    """The browser takes both for one origin then, so no rule of the browser's would keep a script from reading it."""
    port = urlsplit(twin.url).port
    assert "pid" in shown(tmp_path / "own", f"http://localhost:{port}/about")
    page = shown(tmp_path / "rebound", f"http://evil.test:{port}/about")
    assert f"--allow-host evil.test:{port}" in page
    assert "pid" not in page
