"""A call reaches the checked machine and no other, believes the right certificate only, and is bounded.

The server is a real one on loopback with a certificate authority made here; only what DNS says is scripted, through the
parameter that is there for it.
"""

import asyncio
import gzip
import socket
import ssl
import threading
import time

import pytest

from tenancy import egress
from tenancy.egress import Answer, EgressFailed, EgressRefused, Failure, Refusal, calling
from tests.tls import OK, Authority, serving

NAME = "hooks.example.com"


class Dns:
    """Answers in turn; the last one for ever. `asked` are the names."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), []

    async def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


HERE = ["127.0.0.1"]


def to(port: int, host: str = NAME, target: str = "/hook") -> egress.WebAddress:
    return egress.WebAddress(host, port, target, None)


def call(address: egress.WebAddress, dns: Dns | None = None, **more) -> Answer:
    return asyncio.run(egress.call(address, resolver=dns or Dns(HERE), **more))


def failure(address: egress.WebAddress, dns: Dns | None = None, **more) -> Failure:
    with pytest.raises(EgressFailed) as failed:
        call(address, dns, **more)
    assert NAME not in repr(failed.value)
    assert failed.value.__cause__ is None
    return failed.value.failure


def test_a_call_says_the_name_in_sni_and_host_and_sends_the_body(authority):
    with serving(authority.server_context(NAME)) as server:
        answer = call(to(server.port), body=b'{"a":1}', headers={"webhook-id": "msg_1"})
    assert (answer.status, answer.body, answer.cut) == (200, b"ok", False)
    assert server.names == [NAME]
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook HTTP/1.1"
    assert f"Host: {NAME}:{server.port}" in lines
    assert {"Content-Length: 7", "webhook-id: msg_1", "Accept-Encoding: identity", "Connection: close"} <= set(lines)
    assert body == b'{"a":1}'


def test_the_usual_times_are_those_of_the_design():
    assert (calling.CONNECT_SECONDS, calling.ANSWER_SECONDS, calling.LARGEST_BODY) == (5.0, 10.0, 262_144)


def test_a_get_has_no_body(authority):
    with serving(authority.server_context(NAME)) as server:
        assert call(to(server.port), method="GET").status == 200
    assert b"ontent-" not in server.heard[0]


def test_a_name_is_looked_up_once_so_a_second_answer_changes_nothing(authority):
    dns = Dns(HERE, ["169.254.169.254"])
    with serving(authority.server_context(NAME)) as server:
        assert call(to(server.port), dns).status == 200
    assert dns.asked == [NAME]


@pytest.mark.parametrize(
    "numbers",
    [
        ["169.254.169.254"],
        ["127.0.0.1", "10.0.0.7"],
        ["10.0.0.7", "127.0.0.1"],
        ["127.0.0.1", "fe80::1%2"],
        ["127.0.0.1", "::ffff:127.0.0.1"],
        ["127.0.0.1"] * 8 + ["192.168.0.1"],
    ],
)
def test_one_forbidden_number_among_the_answers_refuses_the_name(authority, numbers):
    with serving(authority.server_context(NAME)) as server:
        with pytest.raises(EgressRefused) as refused:
            call(to(server.port), Dns(numbers))
        assert server.connections == 0
    assert refused.value.reason is Refusal.NOT_PUBLIC


def test_loopback_is_refused_where_nobody_allowed_it(authority, settings):
    settings.EGRESS_LOOPBACK = False
    with serving(authority.server_context(NAME)) as server:
        with pytest.raises(EgressRefused):
            call(to(server.port))
        with pytest.raises(EgressRefused):
            egress.address(f"https://127.0.0.1:{server.port}/")
        assert server.connections == 0


def test_a_redirect_is_an_answer_and_is_not_followed(authority):
    redirect = b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
    dns = Dns(HERE)
    with serving(authority.server_context(NAME), redirect) as server:
        answer = call(to(server.port), dns)
    assert (answer.status, answer.headers["location"]) == (302, "https://169.254.169.254/latest/")
    assert (server.connections, dns.asked) == (1, [NAME])


def test_a_certificate_for_another_name_is_refused_and_nothing_is_sent(authority):
    with serving(authority.server_context("other.example.com")) as server:
        assert failure(to(server.port)) is Failure.CERTIFICATE
        assert server.heard == []


def test_an_expired_certificate_and_one_of_a_stranger_are_refused(authority, tmp_path):
    with serving(authority.server_context(NAME, expired=True)) as server:
        assert failure(to(server.port)) is Failure.CERTIFICATE
    (tmp_path / "stranger").mkdir()
    with serving(Authority(tmp_path / "stranger").server_context(NAME)) as server:
        assert failure(to(server.port)) is Failure.CERTIFICATE
        assert server.heard == []


def test_old_tls_is_refused(authority):
    context = authority.server_context(NAME)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options &= ~ssl.OP_NO_TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(context) as server:
        assert failure(to(server.port)) is Failure.TLS


def test_numbers_are_called_with_a_certificate_for_the_number(authority):
    with serving(authority.server_context("127.0.0.1")) as server:
        assert asyncio.run(egress.call(egress.address(f"https://127.0.0.1:{server.port}/x"))).status == 200
    with serving(authority.server_context("::1"), host="::1") as server:
        assert asyncio.run(egress.call(egress.address(f"https://[::1]:{server.port}/x"))).status == 200
        assert f"Host: [::1]:{server.port}".encode() in server.heard[0]
    with serving(authority.server_context(NAME), host="::1") as server:
        assert failure(egress.address(f"https://[::1]:{server.port}/x")) is Failure.CERTIFICATE


def test_the_system_is_asked_for_names(authority):
    with serving(authority.server_context("localhost")) as server:
        address = egress.address(f"https://localhost:{server.port}/x")
        assert asyncio.run(egress.call(address)).status == 200


def test_a_name_that_does_not_exist_is_not_found(authority):
    async def nothing(name: str) -> list[str]:
        raise socket.gaierror(-2, f"{name} is not known")

    assert failure(to(443), nothing) is Failure.NAME_NOT_FOUND
    assert failure(to(443), Dns([])) is Failure.NAME_NOT_FOUND


def test_the_second_number_is_tried_when_the_first_takes_no_connection(authority):
    with serving(authority.server_context(NAME)) as server:
        assert call(to(server.port), Dns(["::1", "127.0.0.1"])).status == 200


def test_nobody_there_is_not_connected(authority):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert failure(to(port)) is Failure.NOT_CONNECTED


def test_one_who_takes_the_connection_and_says_nothing_is_slow(authority, monkeypatch):
    monkeypatch.setattr(calling, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # TLS never begins
        assert failure(to(listener.getsockname()[1])) is Failure.SLOW_TO_CONNECT


def test_a_slow_name_server_is_slow(authority, monkeypatch):
    monkeypatch.setattr(calling, "CONNECT_SECONDS", 0.3)

    async def never(name: str) -> list[str]:
        await asyncio.sleep(30)
        return HERE

    assert failure(to(443), never) is Failure.SLOW_TO_CONNECT


def test_an_answer_that_drips_is_given_up(authority, monkeypatch):
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 1.0)

    def drip(secure, _request):
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            secure.sendall(b"x")
            time.sleep(0.05)

    with serving(authority.server_context(NAME), drip) as server:
        assert failure(to(server.port)) is Failure.SLOW_TO_ANSWER


def test_headers_without_end_are_given_up(authority):
    def bomb(secure, _request):
        secure.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            secure.sendall(b"X-%d: %b\r\n" % (number, b"y" * 1000))

    with serving(authority.server_context(NAME), bomb) as server:
        assert failure(to(server.port)) in {Failure.HEADERS_TOO_LARGE, Failure.BROKEN_ANSWER}


def test_a_whole_head_that_is_too_large_is_given_up(authority):
    head = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000 + b"\r\nContent-Length: 0\r\n\r\n"
    with serving(authority.server_context(NAME), head) as server:
        assert failure(to(server.port)) in {Failure.HEADERS_TOO_LARGE, Failure.BROKEN_ANSWER}


def test_interim_answers_without_end_are_given_up(authority):
    def forever(secure, _request):
        while True:
            secure.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 100)

    with serving(authority.server_context(NAME), forever) as server:
        assert failure(to(server.port)) is Failure.HEADERS_TOO_LARGE


def test_interim_answers_are_passed_over(authority):
    with serving(authority.server_context(NAME), b"HTTP/1.1 100 Continue\r\n\r\n" + OK) as server:
        assert call(to(server.port)).status == 200


@pytest.mark.parametrize("framing", ["length", "chunks", "none"])
def test_a_large_answer_is_read_up_to_256_kb(authority, framing):
    def much(secure, _request):
        head = {"length": b"Content-Length: 100000000\r\n", "chunks": b"Transfer-Encoding: chunked\r\n", "none": b""}
        secure.sendall(b"HTTP/1.1 200 OK\r\n" + head[framing] + b"\r\n")
        piece = b"z" * 8192
        for _ in range(12_000):
            secure.sendall(b"2000\r\n" + piece + b"\r\n" if framing == "chunks" else piece)

    with serving(authority.server_context(NAME), much) as server:
        answer = call(to(server.port))
    assert (answer.status, len(answer.body), answer.cut) == (200, 256 * 1024, True)


def test_a_body_in_tiny_chunks_is_bounded_on_the_wire(authority):
    def crumbs(secure, _request):
        secure.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            secure.sendall(b"1;" + b"e" * 200 + b"\r\nx\r\n")

    with serving(authority.server_context(NAME), crumbs) as server:
        assert failure(to(server.port)) is Failure.BROKEN_ANSWER


def test_nothing_is_unpacked(authority):
    packed = gzip.compress(b"0" * 5_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with serving(authority.server_context(NAME), head + packed) as server:
        answer = call(to(server.port))
    assert answer.body == packed


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        b"hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"\x00" * 4000,
        b"\x16\x03\x01" * 50,
    ],
)
def test_half_and_wrong_answers_are_broken(authority, said):
    with serving(authority.server_context(NAME), said) as server:
        assert failure(to(server.port)) is Failure.BROKEN_ANSWER


def test_a_server_without_tls_gets_nothing_to_read(authority):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def plain():
            connection, _address = listener.accept()
            with connection:
                heard.append(connection.recv(65_536))
                connection.sendall(OK)

        thread = threading.Thread(target=plain)
        thread.start()
        assert failure(to(listener.getsockname()[1]), body=b"secret") is Failure.TLS
        thread.join(10)
    assert b"secret" not in heard[0]
    assert b"POST" not in heard[0]


def test_the_environment_s_proxies_are_not_used(authority, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(authority.server_context(NAME)) as server:
        assert call(to(server.port)).status == 200


class Proxy:
    """Takes CONNECT, says `answer`, then passes bytes both ways to `port` on loopback."""

    def __init__(self, port: int, answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> None:
        self.port, self.answer, self.heard = port, answer, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _run(self) -> None:
        ours, _address = self.listener.accept()
        with ours:
            while b"\r\n\r\n" not in self.heard:
                self.heard += ours.recv(4096)
            ours.sendall(self.answer)
            if not self.answer.startswith(b"HTTP/1.1 2") or not self.answer.endswith(b"\r\n\r\n"):
                return
            with socket.create_connection(("127.0.0.1", self.port)) as theirs:
                back = threading.Thread(target=self._pump, args=(theirs, ours), daemon=True)
                back.start()
                self._pump(ours, theirs)
                back.join(10)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65_536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.listener.close()
        self.thread.join(15)


def test_a_proxy_is_told_the_number_and_sees_only_tls(authority, settings):
    with serving(authority.server_context(NAME)) as server, Proxy(server.port) as proxy:
        settings.EGRESS_PROXY = proxy.address
        assert call(to(server.port), body=b"secret").status == 200
        assert proxy.heard.startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % server.port)
        assert NAME.encode() not in proxy.heard
        assert server.names == [NAME]


def test_the_numbers_are_checked_in_front_of_a_proxy_too(authority, settings):
    settings.EGRESS_PROXY = "http://127.0.0.1:9"
    with pytest.raises(EgressRefused):
        call(to(443), Dns(["10.0.0.1"]))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nearly",
        b"nonsense\r\n\r\nx",
    ],
)
def test_a_proxy_that_refuses_is_a_failure_of_its_own(authority, settings, answer):
    with serving(authority.server_context(NAME)) as server, Proxy(server.port, answer) as proxy:
        settings.EGRESS_PROXY = proxy.address
        assert failure(to(server.port)) is Failure.PROXY
        assert server.connections == 0


def test_a_proxy_that_is_not_there_is_a_failure_of_its_own(authority, settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.EGRESS_PROXY = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert failure(to(443)) is Failure.PROXY


def test_many_calls_run_at_the_same_time(authority):
    def slow(secure, _request):
        time.sleep(0.5)
        secure.sendall(OK)

    async def all_of_them(port: int) -> list[Answer]:
        return await asyncio.gather(*(egress.call(to(port), resolver=Dns(HERE)) for _ in range(10)))

    with serving(authority.server_context(NAME), slow) as server:
        assert [answer.status for answer in asyncio.run(all_of_them(server.port))] == [200] * 10
