"""An origin that answers in JSON. Its route gives Python clients objects (docs/pickle-convert.md).

    uv run python -m examples.json_origin [PORT]
    uv run brine dev --routes examples/from_pickle.toml

GET /prices/PRODUCT returns a price as an API of any language writes it. GET /prices/lines/PRODUCT names a class.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PriceList(BaseHTTPRequestHandler):
    """Answers with the price of a product."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        folder, _, product = self.path.rpartition("/")
        content: dict[str, object] = {"sku": product, "price": 4.9}
        if folder.endswith("/lines"):
            content = {"$type": "shop.Line@1", "sku": product, "count": 1, "price": {"$decimal": "4.90"}}
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=300")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8081), PriceList) as server:
        print(f"The origin is at http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
