"""HTTP/1.1 over kept-alive connections, one per host and thread in use. Redirects are not followed."""

from __future__ import annotations

from _thread import allocate_lock  # threading would cost 2 ms of import

from brine_client.errors import ClientError, Unreachable

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from http.client import HTTPConnection
    from typing import Any

    from brine_client.request import Request

MOST_IDLE = 8
LARGEST_ANSWER = 128 * 1024 * 1024


class Answer:
    """A whole answer. Field names are in lower case."""

    __slots__ = ("body", "fields", "status")

    def __init__(self, status: int, fields: dict[str, str], body: bytes) -> None:
        self.status = status
        self.fields = fields
        self.body = body

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty when there is none."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    def document(self) -> Any:
        """The body read as JSON; None when it is none."""
        from json import loads  # noqa: PLC0415 - 8 ms that importing the client does not have to wait for

        try:
            return loads(self.body)
        except (ValueError, RecursionError):
            return None


class Connections:
    """Connections that wait for their next request. Threads may share it; close it when done."""

    def __init__(self) -> None:
        self._idle: list[tuple[tuple[str, str], HTTPConnection]] = []
        self._lock = allocate_lock()

    def exchange(self, request: Request, timeout: float) -> Answer:
        """Send a request and read the answer; each wait for the network may take `timeout` seconds.

        An idle connection may turn out to have been closed by the other side; then a new one is tried, once. Raises
        Unreachable.
        """
        kept = self._take(request.place)
        if kept is not None:
            try:
                return self._over(kept, request, timeout)
            except Unreachable as error:
                if not isinstance(error.__cause__, ConnectionError) or not request.may_repeat:
                    raise
        return self._over(self._connect(request.place), request, timeout)

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _over(self, connection: HTTPConnection, request: Request, timeout: float) -> Answer:
        from http.client import HTTPException  # noqa: PLC0415 - 25 ms that importing the client does not wait for

        try:
            connection.timeout = timeout
            if connection.sock is not None:
                connection.sock.settimeout(timeout)
            connection.request(request.method, request.target, body=request.body, headers=request.fields)
            response = connection.getresponse()
            length = response.length
            if length is not None and length > LARGEST_ANSWER:
                raise Unreachable(f"{request.host} answers with {length} bytes, more than {LARGEST_ANSWER}")
            body = response.read() if length is not None else response.read(LARGEST_ANSWER)
            fields = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, HTTPException) as error:
            connection.close()
            raise Unreachable(f"{request.host} did not answer: {type(error).__name__}: {error}") from error
        except ClientError:
            connection.close()
            raise
        if response.will_close or not response.isclosed():
            connection.close()
        else:
            self._give_back(request.place, connection)
        return Answer(response.status, fields, body)

    def _connect(self, place: tuple[str, str]) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415 - as above

        scheme, host = place
        return HTTPSConnection(host) if scheme == "https" else HTTPConnection(host)

    def _take(self, place: tuple[str, str]) -> HTTPConnection | None:
        with self._lock:
            for number in range(len(self._idle) - 1, -1, -1):
                if self._idle[number][0] == place:
                    return self._idle.pop(number)[1]
        return None

    def _give_back(self, place: tuple[str, str], connection: HTTPConnection) -> None:
        with self._lock:
            self._idle.append((place, connection))
            dropped = self._idle.pop(0)[1] if len(self._idle) > MOST_IDLE else None
        if dropped is not None:
            dropped.close()
