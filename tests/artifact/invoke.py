"""Import a handler and invoke it once: `invoke.py app.handler EVENT.json ANSWER.json`. Standard library only.

The answer's file gets the handler's return value, and the file of every module that was loaded for it.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path


class Context:
    """As much of Lambda's context as a function may count on everywhere."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"
    function_name = "gateway"
    memory_limit_in_mb = "1024"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:gateway"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


def main(handler: str, event: str, answer: str) -> None:
    module, _, name = handler.rpartition(".")
    returned = getattr(importlib.import_module(module), name)(json.loads(Path(event).read_text()), Context())
    files = sorted({file for module in sys.modules.values() if (file := getattr(module, "__file__", None))})
    Path(answer).write_text(json.dumps({"returned": returned, "modules": files}))


main(*sys.argv[1:])
