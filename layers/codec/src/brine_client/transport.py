"""Requests to the gateway and to the store of large envelopes: signed, sent, tried again."""

from __future__ import annotations

from brine_client.connection import Connections
from brine_client.errors import AnswerInvalid, refusal

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_client.connection import ClientResponse
    from brine_client.credentials import BotocoreSigner
    from brine_client.request import ClientRequest
    from brine_client.retries import Retries


class Transport:
    """Sends requests over kept-alive connections. `timeout`: seconds that each wait for the network may take.

    is_secure: whether the gateway is asked by https; then the store is too.
    """

    def __init__(self, signer: BotocoreSigner, retries: Retries, timeout: float, *, is_secure: bool) -> None:
        self._signer = signer
        self._retries = retries
        self._timeout = timeout
        self._is_secure = is_secure
        self._connections = Connections()

    def close(self) -> None:
        """Close the connections. They are made again when needed."""
        self._connections.close()

    def signed(self, request: ClientRequest) -> tuple[ClientResponse, bool]:
        """The answer to a request in the principal's name, and whether it was the first attempt's.

        Each attempt has a signature of its own, since signatures grow old. Raises ClientError.
        """
        attempts = 0

        def attempt() -> ClientResponse:
            nonlocal attempts
            attempts += 1
            return self._exchange(self._signer.sign(request))

        answer = self._retries.run(attempt)
        return answer, attempts == 1 and not answer.is_resent

    def signed_once(self, request: ClientRequest) -> ClientResponse:
        """The answer to a request in the principal's name, which is not tried again. Raises ClientError."""
        return self._exchange(self._signer.sign(request))

    def unsigned(self, request: ClientRequest) -> ClientResponse:
        """The answer to a request as it is. Raises ClientError."""
        return self._retries.run(lambda: self._exchange(request))

    def stored(self, request: ClientRequest) -> ClientResponse:
        """The answer of the store of large envelopes, whose URLs are signed already. Raises ClientError for a no."""
        if self._is_secure and request.place[0] != "https":
            raise AnswerInvalid(f"a gateway that is asked by https leads to {request.host} without")
        answer = self.unsigned(request)
        if answer.status >= 300:
            raise refusal(answer)
        return answer

    def _exchange(self, request: ClientRequest) -> ClientResponse:
        return self._connections.exchange(request, self._timeout + request.patience)
