"""Twilio's memory, as the stand-in of `fake_twilio.py` has it: files, deleting, emptying."""

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.texting.providers.fake_twilio import FakeTwilio

UNFINISHED = {"accepted", "scheduled", "queued", "sending", "sent"}


class Records:
    """A part of the handler: what is asked about texts and files that are there."""

    far_end: "FakeTwilio"
    path: str
    headers: Any

    def answer(self, status: int, body: Any, **headers: str) -> None: ...
    def refuse(self, status: int, code: int | None, **headers: str) -> None: ...

    def do_DELETE(self) -> None:
        self.form: dict[str, list[str]] = {}
        with self.far_end.lock:
            self.far_end.ledger.deleted.append(self.path)
            script = self.far_end.scripts.pop(0) if self.far_end.scripts else "ok"
        path = self.path.removesuffix(".json")
        if script != "ok":
            self.refuse(int(script.split(":")[1]), int(script.split(":")[2]))
        elif path in self.far_end.media:
            del self.far_end.media[path]
            self.answer(204, b"")
        elif text := self.finished_text(path):
            self.far_end.ledger.accepted.remove(text)
            for file in [file for file in self.far_end.media if file.startswith(f"{path}/")]:
                del self.far_end.media[file]
            self.answer(204, b"")

    def empty(self) -> None:
        """A text is emptied by an empty body; its files stay."""
        if text := self.finished_text(self.path.removesuffix(".json")):
            assert self.form == {"Body": [""]}
            text["body"] = ""
            self.answer(200, text)

    def finished_text(self, path: str) -> dict[str, Any] | None:
        """The text, or None when the request was refused."""
        sid = path.rpartition("/")[2]
        found = [text for text in self.far_end.ledger.accepted if text["sid"] == sid]
        if not found:
            self.refuse(404, 20404)
        elif found[0]["status"] in UNFINISHED:
            self.refuse(409, 20009)
        else:
            return found[0]
        return None

    def list_files(self) -> None:
        path = urlsplit(self.path).path.removesuffix(".json")
        files = [
            {
                "sid": file.rpartition("/")[2],
                "parent_sid": path.split("/")[-2],
                "account_sid": path.split("/")[3],
                "content_type": kind,
            }
            for file, (kind, _) in self.far_end.media.items()
            if file.startswith(f"{path}/")
        ]
        self.answer(200, {"media_list": files, "page": 0, "page_size": 50, "next_page_uri": None, "uri": self.path})

    def list_numbers(self) -> None:
        """Only for whoever knows the account and its token, as Twilio has it."""
        parts = urlsplit(self.path)
        account = parts.path.split("/")[3]
        known = {base64.b64encode(f"{account}:{token}".encode()).decode() for token in self.far_end.tokens}
        known |= {base64.b64encode(f"{key}:{secret}".encode()).decode() for key, secret in self.far_end.keys.items()}
        if account != self.far_end.account or self.headers.get("Authorization", "").removeprefix("Basic ") not in known:
            self.refuse(401, 20003)
            return
        wanted = parse_qs(parts.query).get("PhoneNumber", [""])[0].lstrip("+")
        rows = [row for row in self.far_end.numbers if wanted in row["phone_number"]]
        page = {"page": 0, "page_size": 200, "next_page_uri": None, "uri": self.path}
        self.answer(200, {"incoming_phone_numbers": rows, **page})

    def send_file(self) -> None:
        """As Twilio does: the API sends on to a store, which wants no credentials."""
        path = self.path.removeprefix("/store")
        if path not in self.far_end.media:
            self.refuse(404, 20404)
        elif not self.path.startswith("/store"):
            self.answer(307, {}, Location=f"{self.far_end.url}/store{path}")
        else:
            kind, content = self.far_end.media[path]
            self.answer(200, content, Content_Type=kind)
