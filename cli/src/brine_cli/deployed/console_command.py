"""Serves the console of a stack until Ctrl-C."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from brine.domain.http.messages import Request
from brine_cli.commands import signals
from brine_cli.deployed.console_server import ConsoleServer
from brine_cli.deployed.stack_client import StackClient, signed_requests
from brine_cli.http.admission import Admission
from brine_cli.http.listener import listen, url_of
from brine_cli.http.server import HttpServer
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from brine_cli.deployed.signed_requests import SignedRequests
    from brine_cli.deployed.stack_client import StackPlace

HOST = "127.0.0.1"


def serve_console(place: StackPlace, port: int) -> int:
    """Serve the console of a stack at a port of this machine, 0 for a free one. Raises CommandError."""
    with waiting(f"looking for the admin API of the stack {place.name}"):
        requests = signed_requests(place)
        takes_tokens = _takes_tokens(requests)
    with signals.until_stopped(), listen(HOST, port) as listener:
        server = ConsoleServer(requests=requests, admission=Admission.at(listener, HOST), takes_tokens=takes_tokens)
        url = server.url(url_of(listener))
        with HttpServer(listener, server):
            print(url, flush=True)
            print(f"brine: the console of the stack {place.name}. Open the URL. Ctrl-C ends it", file=sys.stderr)
            signals.wait()
    return 0


def _takes_tokens(requests: SignedRequests) -> bool:
    """Return whether the admin API asks for a token. Raises CommandError if it refuses the user's signature."""
    answer = requests.send(Request(method="GET", path=f"{requests.address.path}/version"))
    if answer.status == 401 and not requests.token:
        return True
    if answer.status != 200 or not _is_json(answer.body):
        StackClient(requests).get("version", {})
    return False


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
