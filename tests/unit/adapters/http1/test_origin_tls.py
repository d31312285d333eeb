from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import time
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from brine.adapters.http1 import HttpClient
from brine.adapters.http1.origin import HttpOrigin
from brine.domain.http.messages import Request
from brine.errors import OriginMalformed, OriginUnreachable
from brine.ports.deadline import Deadline
from tests.support.loopback import Loopback, answering_always, answering_once_and_closing

if TYPE_CHECKING:
    from pathlib import Path

    from brine.domain.routing.origin import OriginAddress

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "brine test")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def fetch(client: HttpClient, address: OriginAddress, max_body: int = 1_000_000) -> bytes:
    deadline = Deadline(time.monotonic() + 5, time.monotonic)
    return HttpOrigin(client, max_body=max_body).fetch(address, Request(method="GET", path="/"), deadline).body


def test_a_trusted_origin_is_fetched_from_over_one_kept_connection(
    certificate: Path, server_side: ssl.SSLContext
) -> None:
    made: list[ssl.SSLContext] = []

    def tls() -> ssl.SSLContext:
        made.append(trusting(certificate))
        return made[-1]

    with HttpClient(tls=tls) as client, Loopback(answering_always(OK), server_side) as server:
        assert [fetch(client, server.address) for _ in range(3)] == [b"ok"] * 3
        client.close()

    assert (server.connections, len(made)) == (1, 1)


def test_a_large_body_arrives_over_tls(certificate: Path, server_side: ssl.SSLContext) -> None:
    body = bytes(range(256)) * 2000
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with (
        HttpClient(tls=lambda: trusting(certificate)) as client,
        Loopback(answering_always(answer), server_side) as server,
    ):
        assert fetch(client, server.address) == body
        client.close()


def test_an_origin_whose_certificate_nobody_vouches_for_is_unreachable(server_side: ssl.SSLContext) -> None:
    with (
        HttpClient() as client,
        Loopback(answering_always(OK), server_side) as server,
        pytest.raises(OriginUnreachable, match="CERTIFICATE_VERIFY_FAILED") as failure,
    ):
        fetch(client, server.address)

    assert failure.value.cause == "tls: self-signed certificate"
    assert server.requests == []


def test_an_origin_with_a_certificate_for_another_name_is_unreachable(
    certificate: Path, server_side: ssl.SSLContext
) -> None:
    with HttpClient(tls=lambda: trusting(certificate)) as client, Loopback(answering_always(OK), server_side) as server:
        elsewhere = type(server.address)(scheme="https", host="localhost", port=server.address.port)
        with pytest.raises(OriginUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(client, elsewhere)


def test_an_origin_that_does_not_speak_tls_is_unreachable(certificate: Path) -> None:
    with HttpClient(tls=lambda: trusting(certificate)) as client, Loopback(lambda peer: peer.send(OK)) as server:
        plain = type(server.address)(scheme="https", host="127.0.0.1", port=server.address.port)
        with pytest.raises(OriginUnreachable):
            fetch(client, plain)


def test_a_body_until_close_that_ends_without_tls_saying_so_is_cut(
    certificate: Path, server_side: ssl.SSLContext
) -> None:
    # The server closes the TCP connection and sends no closing alert, as an attacker would who cuts the line.
    script = answering_once_and_closing(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
    with (
        HttpClient(tls=lambda: trusting(certificate)) as client,
        Loopback(script, server_side) as server,
        pytest.raises(OriginMalformed),
    ):
        fetch(client, server.address)
