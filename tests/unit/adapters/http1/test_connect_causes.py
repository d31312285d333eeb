from __future__ import annotations

import errno
import socket
import ssl

import pytest

from brine.adapters.http1.connect_causes import connect_cause


def certificate_error(message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = message
    return error


def handshake_error(reason: str | None) -> ssl.SSLError:
    error = ssl.SSLError(1, "handshake")
    error.reason = reason  # type: ignore[assignment]  # a real one has None in some cases
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "dns: no such host"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), None),
        (UnicodeError("label too long"), "dns: not a host name"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "refused"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "connect: network is unreachable"),
        (OSError("the name has no address"), "connect: failed"),
        (certificate_error("certificate has expired"), "tls: certificate has expired"),
        (handshake_error("WRONG_VERSION_NUMBER"), "tls: wrong version number"),
        (handshake_error(None), "tls: handshake failed"),
    ],
)
def test_the_cause_of_a_failed_connect_is_a_few_words(error: Exception, cause: str | None) -> None:
    assert connect_cause(error) == (cause or "dns: temporary failure in name resolution")
