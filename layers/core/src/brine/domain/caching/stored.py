"""Stored responses (RFC 9111 sections 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from brine.domain.http.messages import Response

if TYPE_CHECKING:
    from brine.domain.bodies.stored_body import BodyReference, PartialBody, ZstdFrame
    from brine.domain.http.fields import Fields
    from brine.domain.purging.dependency import AppliedStamps, Dependency


@dataclass(frozen=True, slots=True)
class Selection:
    """Digests of the selecting request fields, in the order of the stored response's `vary`.

    `key_id` identifies the key of these digests. None stands for a field that the request did not have.
    """

    key_id: int = 0
    digests: tuple[bytes | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """A received response without hop-by-hop fields, and the metadata that RFC 9111 needs to reuse it.

    Times are seconds since 1970, as floats. `request_time` and `response_time` are those of the exchange that stored or
    last freshened it (RFC 9111 section 4.2.3). `fetch_started` is when the fetch of the body began; purges are compared
    with it. `vary` names the selecting request fields, and `selection` has digests of their values. `generation` is the
    fencing token of its fill. `applied_stamps`: purges that were known before the fetch but have a later time.
    `dependencies`: the stored responses that it was made from. `tenant_digest` and `target_key`: of its resource, for
    operators. A lookup takes both from the request.
    `stale_from`: the time of the soft purge that ended its freshness. The lookup sets it; it is not stored.
    `frame`: the body as a frame of zstd, if it is stored so; see `zstd`.
    """

    method: str
    target: str
    route: str
    status: int
    fields: Fields
    body: bytes | BodyReference | PartialBody
    request_time: float
    response_time: float
    fetch_started: float
    vary: tuple[str, ...] = ()
    selection: Selection = Selection()
    tags: tuple[str, ...] = ()
    generation: int = 0
    applied_stamps: AppliedStamps = ()
    dependencies: tuple[Dependency, ...] = ()
    tenant_digest: str = ""
    target_key: str = ""
    stale_from: float = inf
    frame: ZstdFrame | None = field(default=None, compare=False, repr=False)

    @property
    def zstd(self) -> bytes | None:
        """The body as a frame of zstd; None without one, or if the frame was made from another body."""
        frame = self.frame
        return frame.data if frame is not None and frame.body is self.body else None

    @property
    def began(self) -> float:
        """When the fetch of the body began."""
        return self.fetch_started

    @property
    def confirmed(self) -> float:
        """When the exchange began that fetched or last validated the response."""
        return self.request_time

    @property
    def size(self) -> int:
        """The length of the body in bytes, loaded or not. For a body in parts, it is the length of the complete one."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size

    @property
    def response(self) -> Response:
        """The response itself. Raises TypeError when its body is not loaded."""
        if not isinstance(self.body, bytes):
            raise TypeError("the body is in the body store, or in parts: load it first")
        return Response(status=self.status, fields=self.fields, body=self.body)
