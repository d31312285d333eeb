"""`brine purge` against the twin: its output, and its effect on answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SECONDS = 60
PAGE = "/httpbin/response-headers?Cache-Control=max-age=600&Surrogate-Key=tag"  # and a number, or so


HINT = ". If the route is in the code of a function, add --app FILE, such as --app functions/shop/app.py\n"


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=ROOT / "samples/template.yaml", port=0) as twin:
        yield twin


def purge(twin: Twin, *arguments: str, table: str | None = None) -> subprocess.CompletedProcess[str]:
    assert twin.aws_endpoint is not None
    place = ("--endpoint-url", twin.aws_endpoint, "--table", table or twin.resources["Table"])
    routes = ("--routes", "samples/routes/routes.d/samples.toml")
    origin = (
        {"BRINE_HTTPBIN_ORIGIN": twin.httpbin} if "--url" in arguments and twin.httpbin else {}
    )  # only for a URL's key
    return subprocess.run(
        [sys.executable, "-m", "brine_cli", "purge", *place, *routes, *arguments],
        cwd=ROOT,
        env={**os.environ, **origin},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def status_of(twin: Twin, path: str) -> str:
    """The Cache-Status of an answer from a process that has read no stamps yet."""
    twin.restart_functions()
    with urllib.request.urlopen(f"{twin.url}{path}", timeout=SECONDS) as answer:  # noqa: S310 - of the twin
        return str(answer.headers["Cache-Status"])


@pytest.mark.parametrize(
    ("number", "what", "told"),
    [
        (1, ("--everything",), "Purged hard: everything.\n"),
        (2, ("--route", "httpbin"), "Purged hard: all of the route httpbin.\n"),
        (3, ("--tag", "tag3"), 'Purged hard: all with the tag "tag3".\n'),
        (
            4,
            ("--url", f"{PAGE}4"),
            f"Purged hard: {PAGE}4, in all variants: {PAGE.removeprefix('/httpbin')}4 of the route httpbin.\n",
        ),
    ],
)
def test_a_purge_says_what_it_ends_and_does(twin: Twin, number: int, what: tuple[str, ...], told: str) -> None:
    path = f"{PAGE}{number}"
    assert "stored" in status_of(twin, path)
    assert "hit" in status_of(twin, path)
    done = purge(twin, *what)
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")
    assert "fwd=uri-miss; fwd-status=200; stored" in status_of(twin, path)
    assert "hit" in status_of(twin, path)


def test_a_soft_purge_has_it_validated(twin: Twin) -> None:
    assert "stored" in status_of(twin, f"{PAGE}soft")
    done = purge(twin, "--everything", "--soft")
    assert (done.returncode, done.stdout) == (0, "Purged softly, to be validated: everything.\n")
    assert "fwd=stale; fwd-status=200; stored" in status_of(twin, f"{PAGE}soft")


@pytest.mark.parametrize(
    ("what", "table", "told"),
    [
        (("--route", "nope"), None, 'brine: samples/routes/routes.d/samples.toml has no route named "nope"' + HINT),
        (
            ("--route", "nope", "--routes", "nope.toml"),
            None,
            "brine: the routes file nope.toml cannot be read: [Errno 2] No such file or directory: 'nope.toml'\n",
        ),
        (("--url", "/nope"), None, "brine: no route covers /nope" + HINT),
        (("--everything",), "nope", "brine: UpdateItem: ResourceNotFoundException (400)\n"),
    ],
)
def test_a_purge_that_fails_prints_one_line(twin: Twin, what: tuple[str, ...], table: str | None, told: str) -> None:
    failed = purge(twin, *what, table=table)
    assert (failed.returncode, failed.stdout, failed.stderr) == (1, "", told)


def test_a_tag_covers_the_responses_of_functions_too(twin: Twin) -> None:
    ends = [status_of(twin, "/report") for _ in range(2)]
    assert ["stored" in ends[0], "hit" in ends[1]] == [True, True]
    assert purge(twin, "--tag", "prices").stdout == 'Purged hard: all with the tag "prices".\n'
    assert "fwd=uri-miss; fwd-status=200; stored" in status_of(twin, "/report")


def test_without_tenants_a_url_of_a_function_is_purged_by_its_code(twin: Twin) -> None:
    status_of(twin, "/report")
    done = purge(twin, "--url", "/report", "--app", "functions/report/app.py", "--namespace", "report")
    assert done.stdout == "Purged hard: /report, in all variants: /report of the route report.\n"
    assert "fwd=uri-miss; fwd-status=200; stored" in status_of(twin, "/report")


def answered(twin: Twin, path: str) -> str:
    """The Cache-Status of an answer from the processes that run."""
    with urllib.request.urlopen(f"{twin.url}{path}", timeout=SECONDS) as answer:  # noqa: S310 - of the twin
        return str(answer.headers["Cache-Status"])


def test_a_new_url_is_fetched_once_after_its_tag_was_purged(twin: Twin) -> None:
    assert "stored" in answered(twin, f"{PAGE}-fresh&number=1")
    assert purge(twin, "--tag", "tag-fresh").returncode == 0
    assert "stored" in answered(twin, f"{PAGE}-fresh&number=2")
    assert "hit" in answered(twin, f"{PAGE}-fresh&number=2")


def test_a_fetch_that_a_purge_ended_is_not_called_stored(twin: Twin) -> None:
    path = "/httpbin/delay/8"
    with ThreadPoolExecutor(1) as threads:
        fetching = threads.submit(answered, twin, path)
        time.sleep(1)
        assert not fetching.done()
        assert purge(twin, "--route", "httpbin").returncode == 0
        assert not fetching.done(), "the purge came during the fetch"
        assert fetching.result(SECONDS) == "brine; fwd=uri-miss; fwd-status=200"
