"""A customer who sends files through the scripted provider, and a scanner that speaks clamd's protocol on loopback."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

import pytest

from tenancy.isolation import activate
from tests.texting.attachments import samples
from tests.texting.desk import Desk, busy_desk, desk
from texting import receiving
from texting.models import Attachment, Message
from texting.providers import base

__all__ = ["busy_desk", "desk"]


def hear_files(
    desk: Desk, *files: bytes, body: str = "", declared: str = "image/jpeg", number="+12125550181"
) -> Message:
    """A customer's text with these files lying at the provider, in a transaction of its own."""
    from tests.texting.conftest import FAR_END

    mark = f"mm-{len(FAR_END.files)}"
    urls = []
    for file in files:
        urls.append(f"https://far.example/{len(FAR_END.files)}")
        FAR_END.files[urls[-1]] = file
    media = tuple(base.Media(declared, url) for url in urls)
    with activate(desk.organization):
        text = base.Inbound(mark, number, desk.line.number, body, mark, media=media)
        message = receiving.receive(desk.line, text)
        assert message is not None
        return message


def only_attachment(desk: Desk) -> Attachment:
    with activate(desk.organization):
        return Attachment.objects.get()


@dataclass
class Scanner:
    """What the pretended clamd was asked, and how it behaves."""

    address: str = ""
    seen: list[bytes] = field(default_factory=list)
    answer: bytes | None = None  # instead of what it finds


class _Clamd(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        scanner: Scanner = self.server.scanner  # type: ignore[attr-defined]
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        scanner.seen.append(content)
        found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if samples.EICAR in content else b"stream: OK\0"
        self.wfile.write(found if scanner.answer is None else scanner.answer)


@pytest.fixture
def local_scanner(settings) -> Iterator[Scanner]:
    """The same behind a socket of this machine, as clamd is installed by most systems."""
    with TemporaryDirectory() as folder:  # pytest's own folders may be too long for a socket's name
        path = f"{folder}/clamd.sock"
        with socketserver.ThreadingUnixStreamServer(path, _Clamd) as server:
            server.scanner = scanner = Scanner()  # type: ignore[attr-defined]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
            thread.start()
            scanner.address = settings.CLAMAV = f"unix://{path}"
            yield scanner
            server.shutdown()
            thread.join()


@pytest.fixture
def scanner(settings) -> Iterator[Scanner]:
    """A scanner that finds EICAR, configured."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Clamd) as server:
        server.scanner = scanner = Scanner()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        thread.start()
        scanner.address = settings.CLAMAV = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield scanner
        server.shutdown()
        thread.join()
