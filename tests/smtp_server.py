"""A mail server on loopback that takes mails, or does what a script says at each step."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class MailServer:
    """Takes connections until closed. `script` says, by command (`connect`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `.`), what
    to answer instead of "yes"; an empty answer hangs up, "silence" says nothing for as long as the client waits,
    "lost" takes the mail and hangs up before it says so.
    """

    port: int
    script: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    offers_tls: bool = True
    password: str = ""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    commands: list[str] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """What was accepted, read."""
        return [message_from_bytes(raw, policy=default) for _, raw in self.taken]  # type: ignore[misc]


class _Gone(Exception):
    pass


class _Visit:
    def __init__(self, server: MailServer, plain: socket.socket, over: threading.Event) -> None:
        self.server, self.socket, self.over = server, plain, over
        self.file = plain.makefile("rb")

    def say(self, step: str, usual: str) -> None:
        answer = self.server.script.get(step, usual)
        if answer == "silence":
            self.over.wait(20)
        if answer in {"", "silence", "lost"}:
            raise _Gone
        self.socket.sendall(answer.replace("\n", "\r\n").encode() + b"\r\n")

    def run(self) -> None:
        self.say("connect", "220 here")
        to, secure = "", False
        while line := self.file.readline():
            words = line.decode("ascii", "replace").strip()
            command = words.split(" ")[0].upper()
            self.server.commands.append(command)
            match command:
                case "EHLO":
                    offers = ["STARTTLS"] if self.server.tls and not secure and self.server.offers_tls else []
                    offers += ["AUTH PLAIN"] if self.server.password else []
                    lines = ["here", *offers]
                    last = len(lines) - 1
                    self.say("EHLO", "\n".join(f"250{' ' if n == last else '-'}{word}" for n, word in enumerate(lines)))
                case "STARTTLS":
                    assert self.server.tls
                    self.say("STARTTLS", "220 go on")
                    self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
                    self.file, secure = self.socket.makefile("rb"), True
                case "AUTH":
                    self.say("AUTH", "235 welcome")
                case "MAIL":
                    self.say("MAIL", "250 yes")
                case "RCPT":
                    to = words.partition("<")[2].rstrip(">")
                    self.say(f"RCPT {to}" if f"RCPT {to}" in self.server.script else "RCPT", "250 yes")
                case "DATA":
                    self.say("DATA", "354 go on")
                    if not self.server.script.get("DATA", "354").startswith("354"):
                        continue
                    body = b""
                    while (piece := self.file.readline()) not in {b".\r\n", b""}:
                        body += piece
                    verdict = self.server.script.get(".", "250 taken")
                    if verdict == "lost" or verdict.startswith("250"):
                        self.server.taken.append((to, body))
                    self.say(".", "250 taken")
                case "QUIT":
                    self.say("QUIT", "221 bye")
                    return
                case _:
                    self.say(command, "250 yes")


@contextlib.contextmanager
def mail_server(**how: object) -> Iterator[MailServer]:
    """A server for one test."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = MailServer(listener.getsockname()[1], **how)  # type: ignore[arg-type]
    over, threads = threading.Event(), []

    def visit(plain: socket.socket) -> None:
        with contextlib.suppress(OSError, _Gone), plain:
            plain.settimeout(20)
            guest = _Visit(server, plain, over)
            try:
                guest.run()
            finally:
                guest.file.close()
                guest.socket.close()

    def accept() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threads.append(threading.Thread(target=visit, args=(plain,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (acceptor, *threads):
            thread.join(20)
