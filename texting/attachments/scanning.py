"""Asks ClamAV about a file, if one is configured (`settings.CLAMAV`): `tcp://host:3310` or `unix:///run/clamd.sock`.

INSTREAM (docs.clamav.net/manual/Usage/Scanning.html, man clamd): `zINSTREAM\\0`, then parts of four bytes of length
(network order) and that many bytes, ended by a part of length 0; the answer is one line, `stream: OK`,
`stream: <name> FOUND` or `... ERROR`. Anything but a plain OK is not one.
"""

import socket
import time
from urllib.parse import urlsplit

from django.conf import settings

from texting.models import Attachment

CONNECT_SECONDS = 3.0
WHOLE_SECONDS = 20.0  # for one file, with the answer
_PART = 128 * 1024
_MOST_ANSWER = 4096


class ScannerAway(Exception):
    """It could not be asked, or did not give an answer that can be relied on."""


def scan(content: bytes) -> Attachment.Verdict:
    """UNSCANNED without a scanner, else CLEAN or INFECTED. Raises ScannerAway. No transaction may be open."""
    if not settings.CLAMAV:
        return Attachment.Verdict.UNSCANNED
    end = time.monotonic() + WHOLE_SECONDS
    try:
        with _connected(settings.CLAMAV) as scanner:
            _say(scanner, b"zINSTREAM\0", end)
            for at in range(0, len(content), _PART):
                part = content[at : at + _PART]
                _say(scanner, len(part).to_bytes(4, "big") + part, end)
            _say(scanner, bytes(4), end)
            answer = _heard(scanner, end)
    except (OSError, ValueError):
        raise ScannerAway from None
    if answer == "stream: OK":
        return Attachment.Verdict.CLEAN
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Attachment.Verdict.INFECTED
    raise ScannerAway


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        local.settimeout(CONNECT_SECONDS)
        try:
            local.connect(parts.path)
        except OSError:
            local.close()
            raise
        return local
    return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=CONNECT_SECONDS)


def _say(scanner: socket.socket, what: bytes, end: float) -> None:
    scanner.settimeout(max(0.01, end - time.monotonic()))
    scanner.sendall(what)


def _heard(scanner: socket.socket, end: float) -> str:
    said = b""
    while not said.endswith((b"\0", b"\n")) and len(said) < _MOST_ANSWER:
        if (left := end - time.monotonic()) <= 0:
            raise TimeoutError
        scanner.settimeout(left)
        if not (part := scanner.recv(1024)):
            break
        said += part
    return said.rstrip(b"\0\n").decode()
