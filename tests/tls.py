"""A certificate authority for one test, and a TLS server on loopback that says byte for byte what a test wants."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates; `file` is what its believers load."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        builder = self._builder(self.name, self.key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def server_context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """What a server needs to be these names or numbers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate(*names, expired=expired))
        return context

    def certificate(self, *names: str, expired: bool = False) -> Path:
        """A file with a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([]), key.public_key(), expired)
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=True)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = builder.add_extension(issuer, critical=False).sign(self.key, hashes.SHA256())
        file = self.folder / f"{x509.random_serial_number():x}.pem"
        file.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return file

    def _builder(self, subject: x509.Name, key, expired: bool = False) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + timedelta(days=-1 if expired else 1))
            .add_extension(identifier, critical=False)
        )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Speaker = Callable[[ssl.SSLSocket, bytes], None]


@dataclass
class Server:
    """Takes connections until closed. `heard` are the requests as they came, `names` what SNI said."""

    port: int
    heard: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0


@contextlib.contextmanager
def serving(context: ssl.SSLContext, answer: bytes | Speaker = OK, *, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server on loopback. `answer` is sent after the request's head and body, or speaks itself."""
    listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    server = Server(listener.getsockname()[1])
    context.sni_callback = lambda _socket, name, _context: server.names.append(name)
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                plain, _address = listener.accept()
            except OSError:
                return
            server.connections += 1
            thread = threading.Thread(target=speak, args=(plain,), daemon=True)
            threads.append(thread)
            thread.start()

    def speak(plain: socket.socket) -> None:
        plain.settimeout(30)
        with contextlib.suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as secure:
            request = read_request(secure)
            server.heard.append(request)
            if callable(answer):
                answer(secure, request)
            else:
                secure.sendall(answer)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (acceptor, *threads):
            thread.join(30)


def read_request(connection: socket.socket) -> bytes:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
