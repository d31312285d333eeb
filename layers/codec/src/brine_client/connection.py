"""HTTP/1.1 over persistent connections, one per host and thread in use. Redirects are not followed."""

from __future__ import annotations

import select
from _thread import allocate_lock  # importing threading takes 2 ms

from brine_client.errors import AnswerInvalid, ClientError, Unreachable
from brine_client.response import ClientResponse

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

    from brine_client.request import ClientRequest

LARGEST_IDLE_POOL = 8
LARGEST_ANSWER = 128 * 1024 * 1024


class Connections:
    """A pool of idle connections. Threads may share it. Close it after use.

    largest: bytes of the largest response.
    """

    def __init__(self, largest: int = LARGEST_ANSWER) -> None:
        self._largest = largest
        self._idle: list[tuple[tuple[str, str], HTTPConnection]] = []
        self._lock = allocate_lock()

    def exchange(self, request: ClientRequest, timeout: float) -> ClientResponse:
        """Send a request and return the response. Each wait for the network may take `timeout` seconds.

        If the server has closed an idle connection, the request is sent once more over a new one. Raises Unreachable,
        and AnswerInvalid for a response that is too large.
        """
        kept = self._take(request.origin)
        if kept is not None:
            try:
                return self._over(kept, request, timeout)
            except Unreachable as error:
                if not isinstance(error.__cause__, ConnectionError) or not request.may_repeat:
                    raise
        response = self._over(self._connect(request.origin), request, timeout)
        response.is_resent = kept is not None
        return response

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _over(self, connection: HTTPConnection, request: ClientRequest, timeout: float) -> ClientResponse:
        from http.client import HTTPException  # noqa: PLC0415 - takes 25 ms, which importing the client should not

        try:
            connection.timeout = timeout
            if connection.sock is not None:
                connection.sock.settimeout(timeout)
            connection.request(request.method, request.target, body=request.body, headers=request.fields)
            response = connection.getresponse()
            length = response.length
            if length is None and not response.chunked:  # every gateway and store declares the length
                raise HTTPException("the response may be cut off: it declares no length")  # noqa: TRY301 - one handler for all failures
            body = b"" if length is not None and length > self._largest else self._read(response)
            if max(length or 0, len(body)) > self._largest:
                raise AnswerInvalid(f"{request.host} answers with more than {self._largest} bytes")
            fields = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, HTTPException, UnicodeError) as error:  # UnicodeError: the name is no host name
            connection.close()
            raise Unreachable(f"{request.host} did not answer: {type(error).__name__}: {error}") from error
        except (ClientError, ValueError):  # ValueError: a field that cannot be sent
            connection.close()
            raise
        if response.will_close or not response.isclosed():
            connection.close()
        else:
            self._give_back(request.origin, connection)
        return ClientResponse(response.status, fields, body)

    def _read(self, response: HTTPResponse) -> bytes:
        """Return the body. A chunked body is cut one byte above the limit."""
        return response.read() if response.length is not None else response.read(self._largest + 1)

    def _connect(self, origin: tuple[str, str]) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415 - see above

        scheme, host = origin
        return HTTPSConnection(host) if scheme == "https" else HTTPConnection(host)

    def _take(self, origin: tuple[str, str]) -> HTTPConnection | None:
        with self._lock:
            mine = [kept for kept in self._idle if kept[0] == origin]
            for kept in reversed(mine):
                self._idle.remove(kept)
                if _is_quiet(kept[1]):
                    return kept[1]
                kept[1].close()
        return None

    def _give_back(self, origin: tuple[str, str], connection: HTTPConnection) -> None:
        with self._lock:
            self._idle.append((origin, connection))
            dropped = self._idle.pop(0)[1] if len(self._idle) > LARGEST_IDLE_POOL else None
        if dropped is not None:
            dropped.close()


def _is_quiet(connection: HTTPConnection) -> bool:
    """Return whether the server has sent no bytes since its last response.

    Such bytes mean that it closes the connection.
    """
    poll = select.poll()  # select.select takes descriptors up to 1023 only
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)
