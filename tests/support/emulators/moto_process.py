"""moto, answering one request at a time: with threads, two conditional writes can both win.

Binds a free port of 127.0.0.1, prints it, and serves until terminated.
"""

from __future__ import annotations

import logging
import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from brine_cli.emulators import moto_transactions

if __name__ == "__main__":
    moto_transactions.patch_moto()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
