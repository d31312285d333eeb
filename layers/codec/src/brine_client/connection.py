"""HTTP/1.1 over kept-alive connections, one per host and thread in use. Redirects are not followed."""

from __future__ import annotations

import select
from _thread import allocate_lock  # threading would cost 2 ms of import

from brine_client.errors import AnswerInvalid, ClientError, Unreachable

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse
    from typing import Any

    from brine_client.request import ClientRequest

LARGEST_IDLE_POOL = 8
LARGEST_ANSWER = 128 * 1024 * 1024


class ClientResponse:
    """A whole answer. Field names are in lower case.

    is_resent: the request had gone out before, over a connection that was lost.
    """

    __slots__ = ("body", "fields", "is_resent", "status")

    def __init__(self, status: int, fields: dict[str, str], body: bytes) -> None:
        self.status = status
        self.fields = fields
        self.body = body
        self.is_resent = False

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty when there is none."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    def document(self) -> Any:
        """The body read as JSON; None when it is none."""
        try:
            return self.json()
        except AnswerInvalid:
            return None

    def json(self) -> Any:
        """The body read as JSON. Raises AnswerInvalid when it is none."""
        from json import loads  # noqa: PLC0415 - 8 ms that importing the client does not have to wait for

        try:
            return loads(self.body)
        except (ValueError, RecursionError) as error:
            raise AnswerInvalid(f"an answer is not the JSON that it says it is: {type(error).__name__}") from None

    def text(self) -> str:
        """The body read as text. Raises AnswerInvalid when it is not UTF-8."""
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            raise AnswerInvalid("an answer is text, but not UTF-8") from None


class Connections:
    """Connections that wait for their next request. Threads may share it; close it when done.

    largest: bytes of an answer.
    """

    def __init__(self, largest: int = LARGEST_ANSWER) -> None:
        self._largest = largest
        self._idle: list[tuple[tuple[str, str], HTTPConnection]] = []
        self._lock = allocate_lock()

    def exchange(self, request: ClientRequest, timeout: float) -> ClientResponse:
        """Send a request and read the answer; each wait for the network may take `timeout` seconds.

        An idle connection may turn out to have been closed by the other side; then a new one is tried, once. Raises
        Unreachable, and AnswerInvalid for an answer that is too large.
        """
        kept = self._take(request.place)
        if kept is not None:
            try:
                return self._over(kept, request, timeout)
            except Unreachable as error:
                if not isinstance(error.__cause__, ConnectionError) or not request.may_repeat:
                    raise
        answer = self._over(self._connect(request.place), request, timeout)
        answer.is_resent = kept is not None
        return answer

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _over(self, connection: HTTPConnection, request: ClientRequest, timeout: float) -> ClientResponse:
        from http.client import HTTPException  # noqa: PLC0415 - 25 ms that importing the client does not wait for

        try:
            connection.timeout = timeout
            if connection.sock is not None:
                connection.sock.settimeout(timeout)
            connection.request(request.method, request.target, body=request.body, headers=request.fields)
            response = connection.getresponse()
            length = response.length
            if length is None and not response.chunked:  # every gateway and store says it
                raise HTTPException("the answer may be cut off: it does not say how long it is")  # noqa: TRY301
            body = b"" if length is not None and length > self._largest else self._read(response)
            if max(length or 0, len(body)) > self._largest:
                raise AnswerInvalid(f"{request.host} answers with more than {self._largest} bytes")
            fields = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, HTTPException, UnicodeError) as error:  # the last: of a name that cannot be a host's
            connection.close()
            raise Unreachable(f"{request.host} did not answer: {type(error).__name__}: {error}") from error
        except (ClientError, ValueError):  # the latter: of a field that cannot be sent
            connection.close()
            raise
        if response.will_close or not response.isclosed():
            connection.close()
        else:
            self._give_back(request.place, connection)
        return ClientResponse(response.status, fields, body)

    def _read(self, response: HTTPResponse) -> bytes:
        """The body; when it comes in chunks, one byte more than it may have."""
        return response.read() if response.length is not None else response.read(self._largest + 1)

    def _connect(self, place: tuple[str, str]) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415 - as above

        scheme, host = place
        return HTTPSConnection(host) if scheme == "https" else HTTPConnection(host)

    def _take(self, place: tuple[str, str]) -> HTTPConnection | None:
        with self._lock:
            mine = [kept for kept in self._idle if kept[0] == place]
            for kept in reversed(mine):
                self._idle.remove(kept)
                if _is_quiet(kept[1]):
                    return kept[1]
                kept[1].close()
        return None

    def _give_back(self, place: tuple[str, str], connection: HTTPConnection) -> None:
        with self._lock:
            self._idle.append((place, connection))
            dropped = self._idle.pop(0)[1] if len(self._idle) > LARGEST_IDLE_POOL else None
        if dropped is not None:
            dropped.close()


def _is_quiet(connection: HTTPConnection) -> bool:
    """Whether the server has said nothing since its last answer: what it says unasked is that it closes."""
    poll = select.poll()  # not select.select, which knows descriptors up to 1023 only
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)
