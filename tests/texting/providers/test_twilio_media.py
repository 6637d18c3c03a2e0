"""Fetching a picture from Twilio: who is asked, with what, and when it is given up."""

import asyncio
import base64
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.texting.providers.fake_twilio import ACCOUNT
from tests.texting.providers.far_ends import SECRET, HurriedTwilio
from texting.providers.base import Credentials, Media, MediaFile, MediaProblem, MediaRefused, NotAccepted
from texting.providers.twilio import TwilioProvider
from texting.providers.twilio_media import MediaFetcher
from texting.statuses import ErrorKind

PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'c3' * 16}/Media/ME{'d4' * 16}"
PICTURE = Media("image/png", f"https://api.twilio.com{PATH}")
LIMIT = 1000

Answer = bytes | Callable[[socket.socket], None]


class Server:
    """Answers each request with the next of its answers, and keeps the heads of the requests."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.heads: list[str] = []
        self.answers: list[Answer] = []

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
                    head += more
                self.heads.append(head.decode())
                given = self.answers.pop(0) if self.answers else answer(500)
                with suppress(OSError):  # a client that gave up
                    given(connection) if callable(given) else connection.sendall(given)

    def credentials(self) -> list[str]:
        """The credentials of each request, empty for those without."""
        lines = [
            [line for line in head.split("\r\n") if line.lower().startswith("authorization:")] for head in self.heads
        ]
        return [base64.b64decode(found[0].split()[-1]).decode() if found else "" for found in lines]


def answer(status: int, content: bytes = b"", **headers: str) -> bytes:
    lines = {"Content_Type": "image/png", "Content_Length": str(len(content)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items() if value != "-")
    return f"HTTP/1.1 {status} x\r\nConnection: close\r\n{head}\r\n".encode() + content


def sent_on(location: str, status: int = 302) -> bytes:
    return answer(status, Location=location)


@contextmanager
def server() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Server(listener)
        thread = threading.Thread(target=running.serve, daemon=True)
        thread.start()
        yield running
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture
def api() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture
def store() -> Iterator[Server]:
    with server() as running:
        yield running


def fetch(
    base_url: str, media: Media = PICTURE, *, limit: int = LIMIT, hurried: bool = False, **credentials: str
) -> MediaFile:
    given = Credentials(**{"account": ACCOUNT, "secret": SECRET, "base_url": base_url, **credentials})

    async def run() -> MediaFile:
        async with (HurriedTwilio if hurried else TwilioProvider)(given).open_session() as session:
            return await session.fetch_media(media, limit=limit)

    return asyncio.run(run())


def refusal(base_url: str, media: Media = PICTURE, *, hurried: bool = False, **more: str) -> NotAccepted:
    with pytest.raises(NotAccepted) as refused:
        fetch(base_url, media, hurried=hurried, **more)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
    return refused.value


# --- who is asked, with what --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_credentials_go_to_the_api_and_not_to_the_store(api: Server, store: Server, status: int) -> None:
    api.answers = [sent_on(f"{store.url}/AC/file?Signature=s&Expires=1", status)]
    store.answers = [answer(200, b"picture")]
    assert fetch(api.url) == MediaFile("image/png", b"picture")
    assert api.credentials() == [f"{ACCOUNT}:{SECRET}"]
    assert store.credentials() == [""]
    assert api.heads[0].startswith(f"GET {PATH} HTTP/1.1")
    assert store.heads[0].startswith("GET /AC/file?Signature=s&Expires=1 HTTP/1.1")


def test_an_api_key_is_used_for_pictures_too(api: Server) -> None:
    api.answers = [answer(200, b"picture")]
    fetch(api.url, api_key="SK1", api_key_secret="key-secret")
    assert api.credentials() == ["SK1:key-secret"]


def test_the_credentials_do_not_come_back_when_a_store_sends_us_back_to_the_api(api: Server, store: Server) -> None:
    api.answers = [sent_on(store.url), answer(200, b"picture")]
    store.answers = [sent_on(api.url + PATH)]
    fetch(api.url)
    assert api.credentials() == [f"{ACCOUNT}:{SECRET}", ""]


FOREIGN = [
    "https://api.twilio.com.x.example" + PATH,
    "https://x.example" + PATH,
    "https://api.twilio.com@x.example" + PATH,
    "https://x.example@api.twilio.com" + PATH,
    "https://user:word@api.twilio.com" + PATH,
    "https://api.twilio.com:8443" + PATH,
    "https://api.twilio.com:port" + PATH,
    "http://api.twilio.com" + PATH,
    "ftp://api.twilio.com" + PATH,
    "//api.twilio.com" + PATH,
    PATH,
    "https://api.twilio.com." + PATH,
    "https://api.twilio.com\\@x.example" + PATH,
    "https://api.twilio.com\t" + PATH,
    " https://api.twilio.com" + PATH,
    "https://api.twilio.com" + PATH + "\r\nX-Other: 1",
    "https://api.twilio.com" + PATH + "#x",
    "https://api.twilio.com" + PATH + "?x=1",
    "https://api.twilio.com" + PATH + "/../../../Messages.json",
    "https://api.twilio.com" + PATH + ".json",
    "https://api.twilio.com/2010-04-01/Accounts/" + ACCOUNT + "/Messages.json",
    "https://api.twilio.com" + PATH.replace(ACCOUNT, "AC" + "9" * 32),
    "https://api.twilio.com/" + PATH,
    "https://api.twilio.com" + PATH.replace("/Media", "/%4dedia"),
    "https://mms.twiliocdn.com" + PATH,
    "http://127.0.0.1:1" + PATH,
    "http://169.254.169.254" + PATH,
    "http://[::1]:1" + PATH,
    "https://[half" + PATH,
    "https://ａｐｉ.twilio.com" + PATH,
    "https://api.twilio.com" + PATH + "x" * 5000,
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_only_a_file_of_our_own_account_at_the_api_is_asked_for(api: Server, url: str) -> None:
    error = refusal(api.url, Media("image/png", url))
    assert isinstance(error, MediaRefused)
    assert (error.problem, error.retry) == (MediaProblem.FOREIGN_ADDRESS, False)
    assert api.heads == []
    assert url not in str(error) or not url


ELSEWHERE = [
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest",
    "http://metadata.google.internal/",
    "http://10.0.0.1/",
    "http://192.168.1.1:8080/",
    "http://2130706433.x.example/",
    "https://x.example/a.png",
    "http://mms.twiliocdn.com/a",
    "https://mms.twiliocdn.com:8443/a",
    "https://mms.twiliocdn.com.x.example/a",
    "https://x.example/mms.twiliocdn.com/a",
    "https://mmstwiliocdn.com/a",
    "https://twiliocdn.com/a",
    "https://.twiliocdn.com/a",
    "https://mms.twiliocdn.com./a",
    "https://mms.twiliocdn.com@x.example/a",
    "https://x.example#@mms.twiliocdn.com/a",
    "https://x.example\\.twiliocdn.com/a",
    "https://s3-external-1.amazonaws.com/another-bucket/a",
    "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../another-bucket/a",
    "https://s3-external-1.amazonaws.com/media.twiliocdn.com/%2e%2e/another-bucket/a",
    "https://s3-external-1.amazonaws.com/media.twiliocdn.com.x/a",
    "https://api.twilio.com" + PATH,
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x",
    "data:image/png;base64,AAAA",
    "https://mms.twiliocdn.com/a b",
]


@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_redirect_leads_to_a_store_of_twilio_or_nowhere(api: Server, location: str) -> None:
    api.answers = [sent_on(location)]
    error = refusal(api.url)
    assert isinstance(error, MediaRefused)
    assert (error.problem, error.retry) == (MediaProblem.FOREIGN_ADDRESS, False)
    assert len(api.heads) == 1


@pytest.mark.parametrize("base", ["https://api.twilio.com", "https://proxy.example/twilio"])
@pytest.mark.parametrize("location", ["http://127.0.0.1:6379/", "http://localhost/", "http://[::1]/", "http://127.1/"])
def test_this_machine_is_no_store_unless_the_operator_put_a_stand_in_there(base: str, location: str) -> None:
    fetcher = MediaFetcher(None, base_url=base, account=ACCOUNT, authorization="")  # type: ignore[arg-type]
    with pytest.raises(MediaRefused):
        fetcher._in_a_store(location)


@pytest.mark.parametrize(
    "location",
    [
        "https://mms.twiliocdn.com/AC/file?Expires=1&Signature=a~b-c_&Key-Pair-Id=K",
        "https://media.us1.twiliocdn.com:443/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC/file",
    ],
)
def test_the_stores_of_twilio_are_known(location: str) -> None:
    fetcher = MediaFetcher(None, base_url="", account=ACCOUNT, authorization="")  # type: ignore[arg-type]
    assert fetcher._in_a_store(location) == location


def test_redirects_come_to_an_end(api: Server, store: Server) -> None:
    api.answers = [sent_on(store.url)]
    store.answers = [sent_on(store.url)] * 10
    error = refusal(api.url)
    assert (error.kind, error.retry) == (ErrorKind.TRANSIENT, True)
    assert len(store.heads) == 3


def test_a_redirect_to_nowhere_is_an_answer_that_makes_no_sense(api: Server) -> None:
    api.answers = [answer(302)]
    assert refusal(api.url).kind is ErrorKind.TRANSIENT
    assert len(api.heads) == 1


# --- when it is given up ------------------------------------------------------------------------------------------


def chunked(content: bytes) -> bytes:
    return answer(
        200, b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content), Content_Length="-", Transfer_Encoding="chunked"
    )


def test_the_limit_holds_for_an_answer_that_does_not_say_how_long_it_is(api: Server) -> None:
    api.answers = [chunked(b"x" * LIMIT), chunked(b"x" * (LIMIT + 1))]
    assert len(fetch(api.url).content) == LIMIT
    error = refusal(api.url)
    assert isinstance(error, MediaRefused)
    assert error.problem is MediaProblem.TOO_LARGE


def test_an_endless_answer_is_cut_off_at_the_limit(api: Server) -> None:
    sent = 0

    def pour(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(answer(200, Content_Length="-"))
        while True:
            sent += connection.send(b"x" * 65_536)

    api.answers = [pour]
    error = refusal(api.url, limit=100_000)
    assert isinstance(error, MediaRefused)
    assert error.problem is MediaProblem.TOO_LARGE
    assert sent < 50_000_000  # what the buffers of two sockets hold


def test_an_answer_that_announces_too_much_is_not_read(api: Server) -> None:
    api.answers = [answer(200, Content_Length="99999999999")]
    error = refusal(api.url)
    assert isinstance(error, MediaRefused)
    assert error.problem is MediaProblem.TOO_LARGE


def test_a_packed_answer_is_not_unpacked(api: Server) -> None:
    api.answers = [answer(200, gzip.compress(b"x" * 10_000_000)[:900], Content_Encoding="gzip")]
    error = refusal(api.url)
    assert isinstance(error, MediaRefused)
    assert error.problem is MediaProblem.WRONG_TYPE
    assert "accept-encoding: identity" in api.heads[0].lower()


@pytest.mark.parametrize("kind", ["image/png", "IMAGE/PNG", "image/png; charset=x", " image/png ;"])
def test_a_type_is_read_without_its_decoration(api: Server, kind: str) -> None:
    api.answers = [answer(200, b"x", Content_Type=kind)]
    assert fetch(api.url).content_type == "image/png"


@pytest.mark.parametrize("kind", ["-", "application/octet-stream", "binary/octet-stream"])
def test_a_store_that_does_not_know_the_type_leaves_it_to_the_webhook(api: Server, kind: str) -> None:
    api.answers = [answer(200, b"x", Content_Type=kind)] * 2
    assert fetch(api.url).content_type == "image/png"
    error = refusal(api.url, Media("text/html", PICTURE.url))
    assert isinstance(error, MediaRefused)
    assert error.problem is MediaProblem.WRONG_TYPE


@pytest.mark.parametrize(
    "kind", ["audio/amr", "video/3gpp2", "text/vcard", "application/pdf", "image/heic", "text/x-vcard"]
)
def test_what_a_text_can_carry_is_taken(api: Server, kind: str) -> None:
    api.answers = [answer(200, b"x", Content_Type=kind)]
    assert fetch(api.url).content_type == kind


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "image/svg+xml",
        "application/javascript",
        "application/zip",
        "image",
        "image/",
        "image/x y",
        "image/é",
    ],
)
def test_what_no_text_carries_is_refused(api: Server, kind: str) -> None:
    api.answers = [answer(200, b"x", Content_Type=kind)]
    error = refusal(api.url)
    assert isinstance(error, MediaRefused)
    assert (error.problem, error.retry) == (MediaProblem.WRONG_TYPE, False)


def hang(connection: socket.socket) -> None:
    time.sleep(1)


def drip(connection: socket.socket) -> None:
    connection.sendall(answer(200, Content_Length="500"))
    for _ in range(400):
        connection.sendall(b"x")
        time.sleep(0.1)


PASSING = {
    "hang": hang,
    "drip": drip,
    "half": answer(200, b"x" * 10, Content_Length="20"),
    "empty": answer(200, b""),
    "garbage": b"\x00\xff not http\r\n\r\n",
    "nothing": b"",
    "500": answer(500),
    "503": answer(503),
    "204": answer(204),
    "404": answer(404),
    "410": answer(410),
    "429": answer(429, Retry_After="7"),
}


@pytest.mark.parametrize("case", PASSING)
def test_what_may_pass_is_worth_another_try(api: Server, case: str) -> None:
    api.answers = [PASSING[case]]
    error = refusal(api.url, hurried=case in {"hang", "drip"})
    assert error.retry is True
    assert error.retry_after == {"429": 7.0, "404": 5.0, "410": 5.0, "empty": 5.0}.get(case)
    # another try is the caller's, later; aiohttp alone asks once more where a connection was closed without a word
    assert len(api.heads) == (2 if case == "nothing" else 1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_address_that_ran_out_at_a_store_is_no_refused_sign_in(api: Server, store: Server, status: int) -> None:
    api.answers, store.answers = [sent_on(store.url)], [answer(status)]
    error = refusal(api.url)
    assert isinstance(error, MediaRefused)
    assert (error.problem, error.retry) == (MediaProblem.NOT_THERE, True)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, ErrorKind.AUTH), (403, ErrorKind.AUTH), (400, ErrorKind.INVALID_REQUEST)]
)
def test_a_refusal_of_the_api_is_final(api: Server, status: int, kind: ErrorKind) -> None:
    api.answers = [answer(status)]
    error = refusal(api.url)
    assert (error.kind, error.retry) == (kind, False)


def test_a_picture_that_comes_late_is_fetched_by_the_next_try(api: Server, store: Server) -> None:
    api.answers = [answer(404), sent_on(store.url)]
    store.answers = [answer(200, b"picture")]
    assert refusal(api.url).retry
    assert fetch(api.url).content == b"picture"


def test_the_real_time_outs_leave_time_for_a_large_picture() -> None:
    assert TwilioProvider.media_seconds == 60
