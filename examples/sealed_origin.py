"""An origin that answers in sealed envelopes. Its route lets clients choose their format (docs/formats.md).

    uv run python -m examples.sealed_origin [PORT]
    uv run brine dev --routes examples/sealed_origin.toml

GET /orders/ID returns an order. POST /orders takes an order, and returns it with the sum of its lines as `total`.
"""

from __future__ import annotations

import sys
import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from brine_codec import Codec, CodecError, Keyring
from brine_codec.envelope.http_target import canonical_target
from examples.shop import Line, Order, registry

SEALED = "application/vnd.brine.sealed"
LIFETIME = 300.0


# For this example the keys are in the routes file. On AWS both sides read them from Secrets Manager.
routes = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
keyring = Keyring.from_json(routes["route"][0]["transcoding"]["origin_keys"])
codec = Codec(keyring, purpose="brine origin", registry=registry())


class Origin(BaseHTTPRequestHandler):
    """Answers with orders."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        line = Line("apple", 2, Decimal("1.50"))
        placed = datetime(2026, 9, 21, 12, 30, tzinfo=UTC)
        self.give(Order(self.path.rpartition("/")[2], placed, Decimal("3.00"), [line]))

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        context = ("request", self.command, canonical_target(self.path))
        try:
            order = codec.open(content, context=context, now=time.time())
        except CodecError as error:
            self.send_error(400, str(error))
            return
        self.give(replace(order, total=sum((line.count * line.price for line in order.lines), Decimal())))

    def give(self, order: Order) -> None:
        """Answer with an envelope for this target. It expires after five minutes."""
        now = time.time()
        context = ("response", canonical_target(self.path))
        content = codec.seal(order, context=context, now=now, expires_at=now + LIFETIME)
        self.send_response(200)
        self.send_header("Content-Type", SEALED)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", f"max-age={LIFETIME:.0f}")
        self.send_header("ETag", f'"{order.id}"')
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Origin) as server:
        print(f"The origin is at http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
