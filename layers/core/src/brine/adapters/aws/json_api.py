"""Services with a JSON protocol: a document posted to "/", and the name of the operation in X-Amz-Target."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from json import JSONEncoder
from typing import TYPE_CHECKING

from brine.adapters.aws.call import ServiceCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.service import Service
    from brine.ports.deadline import Deadline

_encode = JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class JsonApi:
    """Calls the operations of one such service.

    target: the name of its API in X-Amz-Target. version: the version of its JSON protocol. max_answer: bytes.
    always: the parameters that every call has.
    """

    service: Service
    target: str
    version: str
    max_answer: int
    always: Mapping[str, object] = field(default_factory=dict)

    def call(self, operation: str, parameters: dict[str, object], deadline: Deadline | None = None) -> bytes:
        """Call an operation and return the JSON text of its answer before `deadline`. Raises StoreError."""
        body = _encode({**parameters, **self.always}).encode("ascii")
        call = ServiceCall(
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
