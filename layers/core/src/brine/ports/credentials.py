"""The protocols for the credentials of origins: the stores of secrets, and the signatures of AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from brine.domain.credentials.description import AwsSignature, SecretKind
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


class SecretStore(Protocol):
    """The texts of secrets. A text is in no message and in no `repr`."""

    def read(self, kind: SecretKind, name: str, *, deadline: Deadline | None = None) -> str:
        """Return the present text of a secret by its name or ARN. One round trip.

        Raises StoreError, also for a secret that does not exist or has no text.
        """


class RequestSigner(Protocol):
    """Signs requests to services of AWS with the role of this process."""

    def signed(self, request: Request, origin: OriginAddress, signature: AwsSignature, now: float) -> Request:
        """Return the request with the fields that prove the identity of its sender. `now`: seconds since 1970.

        Parts of the query may be encoded in another way: AWS signs one form, and the request must have the same.
        Raises StoreError if the process has no credentials of AWS.
        """
