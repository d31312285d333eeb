"""The services that take a JSON document posted to "/" and the operation's name in X-Amz-Target."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from json import JSONEncoder
from typing import TYPE_CHECKING

from brine.adapters.aws.service import Call

if TYPE_CHECKING:
    from brine.adapters.aws.service import Service
    from brine.ports.deadline import Deadline

_encode = JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class JsonApi:
    """Operations of one such service. `target`: its API's name in X-Amz-Target; `version`: of its JSON protocol."""

    service: Service
    target: str
    version: str
    max_answer: int

    def call(self, operation: str, parameters: dict[str, object], deadline: Deadline | None = None) -> bytes:
        """Return the JSON text of the answer, which comes before `deadline`. Raises StoreError."""
        body = _encode(parameters).encode("ascii")
        call = Call(
            name=operation,
            method="POST",
            path="/",
            headers={
                "content-type": f"application/x-amz-json-{self.version}",
                "x-amz-target": f"{self.target}.{operation}",
            },
            body=body,
            payload_hash=sha256(body).hexdigest(),
            max_answer=self.max_answer,
        )
        return self.service.send(call, deadline).body
