"""The transport: signs requests, sends them to the gateway or to the store of large envelopes, and retries."""

from __future__ import annotations

from brine_client.connection import Connections
from brine_client.errors import AnswerInvalid
from brine_client.response import refusal

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_client.credentials import BotocoreSigner
    from brine_client.request import ClientRequest
    from brine_client.response import ClientResponse
    from brine_client.retries import Retries


class Transport:
    """Sends requests over persistent connections.

    timeout: seconds for each wait for the network.
    is_secure: whether the gateway has an https URL. Then the store must have one too.
    """

    def __init__(self, signer: BotocoreSigner, retries: Retries, timeout: float, *, is_secure: bool) -> None:
        self._signer = signer
        self._retries = retries
        self._timeout = timeout
        self._is_secure = is_secure
        self._connections = Connections()

    def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        self._connections.close()

    def signed(self, request: ClientRequest) -> tuple[ClientResponse, bool]:
        """Send a signed request. Return the response, and whether it came at the first attempt.

        Each attempt has a new signature, since signatures expire. Raises ClientError.
        """
        attempts = 0

        def attempt() -> ClientResponse:
            nonlocal attempts
            attempts += 1
            return self._exchange(self._signer.sign(request))

        response = self._retries.run(attempt)
        return response, attempts == 1 and not response.is_resent

    def signed_once(self, request: ClientRequest) -> ClientResponse:
        """Send a signed request without retries and return the response. Raises ClientError."""
        return self._exchange(self._signer.sign(request))

    def unsigned(self, request: ClientRequest) -> ClientResponse:
        """Send a request without a signature and return the response. Raises ClientError."""
        return self._retries.run(lambda: self._exchange(request))

    def stored(self, request: ClientRequest) -> ClientResponse:
        """Send a request to the store of large envelopes, whose URLs are signed already.

        Raises ClientError if it refuses.
        """
        if self._is_secure and request.origin[0] != "https":
            raise AnswerInvalid(f"a gateway reached by https leads to {request.host} without https")
        response = self.unsigned(request)
        if response.status >= 300:
            raise refusal(response)
        return response

    def _exchange(self, request: ClientRequest) -> ClientResponse:
        return self._connections.exchange(request, self._timeout + request.extra_timeout)
