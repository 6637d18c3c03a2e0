"""A mailbox on loopback: enough of IMAP for whoever fetches unread mails and marks them."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """`mails` by id; `refuses` names a command that is answered with NO; `gone` are ids that cannot be fetched."""

    port: int = 0
    mails: dict[str, bytes] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    refuses: str = ""
    gone: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)

    def put(self, raw: bytes) -> str:
        uid = str(len(self.mails) + 1)
        self.mails[uid] = raw
        return uid


def _serve(mailbox: Mailbox, plain: socket.socket) -> None:
    file = plain.makefile("rb")
    plain.sendall(b"* OK ready\r\n")
    while line := file.readline():
        tag, _, words = line.decode("utf-8", "replace").strip().partition(" ")
        command = words.upper()
        if mailbox.refuses and command.startswith(mailbox.refuses):
            plain.sendall(f"{tag} NO sorry\r\n".encode())
            continue
        if command.startswith("CAPABILITY"):
            plain.sendall(b"* CAPABILITY IMAP4rev1\r\n")
        elif command.startswith("UID SEARCH"):
            unread = " ".join(uid for uid in mailbox.mails if uid not in mailbox.seen)
            plain.sendall(f"* SEARCH {unread}\r\n".encode())
        elif found := re.match(r"UID FETCH (\d+) .*<0\.(\d+)>", command):
            uid, most = found[1], int(found[2])
            mailbox.fetched.append(uid)
            if uid not in mailbox.gone:
                raw = mailbox.mails[uid]
                head = f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)} BODY[]<0> {{{len(raw[:most])}}}\r\n"
                plain.sendall(head.encode() + raw[:most] + b")\r\n")
        elif found := re.match(r"UID STORE (\d+)", command):
            mailbox.seen.add(found[1])
        elif command.startswith("LOGOUT"):
            plain.sendall(b"* BYE\r\n" + f"{tag} OK done\r\n".encode())
            return
        plain.sendall(f"{tag} OK done\r\n".encode())


@contextmanager
def imap_server() -> Iterator[Mailbox]:
    """Listening until the end of the block."""
    mailbox, listener = Mailbox(), socket.create_server(("127.0.0.1", 0))
    mailbox.port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            with visitor:
                _serve(mailbox, visitor)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
