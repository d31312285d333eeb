"""An origin on 127.0.0.1 that gives each story the replies of its script, and records its requests."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Self

from tests.conformance.story import BODILESS, Reply
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from tests.support.loopback import Peer

UNSCRIPTED = Reply(status=597, body=b"not in the script")


class ScriptedOrigin:
    """Answers by the first segment of the path; `script` sets the replies for it. `public`: the URL of the gateway."""

    def __init__(self) -> None:
        self.public = ""
        self._replies: dict[str, list[Reply]] = defaultdict(list)
        self._asked: dict[str, list[bytes]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = Loopback(self._converse)

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self._server.address)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def resolved(self, line: str, path: str) -> str:
        """Return a field line with the URLs and the path of a story."""
        return line.replace("{origin}", self.url).replace("{public}", self.public).replace("{path}", path)

    def script(self, path: str, *replies: Reply) -> None:
        """Forget the requests below `path`, and give these replies from now on, the last of them again and again."""
        with self._lock:
            self._asked[path] = []
            self._replies[path] = list(replies)

    def asked(self, path: str) -> list[bytes]:
        """The requests below `path`, whole, since it was scripted."""
        with self._lock:
            return list(self._asked[path])

    def _converse(self, peer: Peer) -> None:
        while asked := peer.read_request():
            method, target, _ = asked.split(b" ", 2)
            path = "/" + target[1:].partition(b"?")[0].partition(b"/")[0].decode("latin-1")
            with self._lock:
                self._asked[path].append(asked)
                replies = self._replies[path]
                chosen = UNSCRIPTED if not replies else replies.pop(0) if len(replies) > 1 else replies[0]
            time.sleep(chosen.delay)
            peer.send(self._written(chosen, method, path))
            if chosen.raw is not None or chosen.closes:
                return

    def _written(self, chosen: Reply, method: bytes, path: str) -> bytes:
        if chosen.raw is not None:
            return chosen.raw
        body = chosen.body or b""
        lines = [self.resolved(line, path) for line in chosen.fields]
        framed = any(line.lower().startswith(("content-length:", "transfer-encoding:")) for line in lines)
        if not framed and chosen.status not in BODILESS:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([f"HTTP/1.1 {chosen.status} Scripted", *lines, "", ""]).encode("latin-1")
        return head if method == b"HEAD" else head + body
