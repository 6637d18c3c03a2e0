"""Stands in for Stripe on this machine: decodes its forms, holds every request against Stripe's own description of it,
keeps sessions and refunds, honours idempotency keys, and can lose its answers.

The description is Stripe's OpenAPI document beside the repository (`shared/providers/stripe`); where it is not there,
the tests that need it are skipped.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema

NAME = Path("shared") / "providers" / "stripe" / "stripe.openapi.json"


def description() -> dict[str, Any] | None:
    """Stripe's API description; None where it is not."""
    for folder in Path(__file__).resolve().parents:
        if (folder / NAME).exists():
            found: dict[str, Any] = json.loads((folder / NAME).read_bytes())
            return found
    return None


@dataclass
class Stripe:
    """The far end's own books."""

    paths: dict[str, Any]
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lose: int = 0  # so many answers are lost after the deed
    refuse: int = 0  # every call is answered with this status
    base: str = ""

    def pay(self, session_id: str) -> None:
        """The customer has paid on the page."""
        session = self.sessions[session_id]
        session |= {"status": "complete", "payment_status": "paid"}
        charge = {"id": f"ch_{session_id}", "refunds": {"object": "list", "data": []}}
        session["payment_intent"] = {"id": f"pi_{session_id}", "status": "succeeded", "latest_charge": charge}

    def take(self, method: str, path: str, form: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """(status, answer)."""
        self.asked.append((method, path, form))
        if self.refuse:
            return self.refuse, {"error": {"type": "api_error", "message": "no"}}
        if key and key in self.answers:
            before, answer = self.answers[key]
            if before != json.dumps(form, sort_keys=True):
                return 400, {"error": {"type": "idempotency_error", "message": "another body"}}
            return 200, answer
        status, answer = self._do(method, path, form)
        if key and status == 200:
            self.answers[key] = (json.dumps(form, sort_keys=True), answer)
        return status, answer

    def _do(self, method: str, path: str, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if (method, path) == ("POST", "/v1/checkout/sessions"):
            return 200, self._session(form)
        if (method, path) == ("POST", "/v1/refunds"):
            return self._refund(form)
        if (method, path) == ("GET", "/v1/account"):
            return 200, {"id": "acct_1", "object": "account", "business_profile": {"name": "Harbor"}}
        found = re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", path)
        session = self.sessions.get(found[1]) if found else None
        if found is None or session is None:
            return 404, {"error": {"type": "invalid_request_error", "message": "none"}}
        if found[2]:
            if session["status"] != "open":
                return 400, {"error": {"type": "invalid_request_error", "message": "over"}}
            session["status"] = "expired"
        return 200, session

    def _session(self, form: dict[str, Any]) -> dict[str, Any]:
        price, number = form["line_items"][0]["price_data"], f"cs_{len(self.sessions) + 1}"
        self.sessions[number] = {
            "id": number,
            "object": "checkout.session",
            "url": f"https://checkout.stripe.com/c/pay/{number}",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": price["unit_amount"],
            "currency": price["currency"],
            "client_reference_id": form.get("client_reference_id"),
            "payment_intent": None,
        }
        return self.sessions[number]

    def _refund(self, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        session = next(
            one for one in self.sessions.values() if (one["payment_intent"] or {}).get("id") == form["payment_intent"]
        )
        data = session["payment_intent"]["latest_charge"]["refunds"]["data"]
        if sum(one["amount"] for one in data) + form["amount"] > session["amount_total"]:
            return 400, {"error": {"type": "invalid_request_error", "message": "too much"}}
        number = f"re_{len(self.refunds) + 1}"
        self.refunds[number] = {
            "id": number,
            "object": "refund",
            "status": "succeeded",
            "amount": form["amount"],
            "currency": session["currency"],
            "payment_intent": form["payment_intent"],
            "metadata": form.get("metadata", {}),
        }
        data.append(self.refunds[number])
        return 200, self.refunds[number]

    def checked(self, method: str, path: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
        """The form as Stripe's description types it; what does not fit is noted in `wrong`."""
        template = next(one for one in self.paths if re.fullmatch(re.sub(r"\{\w+\}", r"\\w+", one), path))
        operation = self.paths[template][method.lower()]
        if method == "GET":
            return dict(pairs)
        content = operation["requestBody"]["content"]
        schema = content["application/x-www-form-urlencoded"]["schema"]
        form = _typed(_nested(pairs), schema)
        for error in jsonschema.Draft4Validator(schema).iter_errors(form):
            self.wrong.append(f"{method} {path}: {error.message}")
        return form


def _nested(pairs: list[tuple[str, str]]) -> Any:
    root: dict[str, Any] = {}
    for name, value in pairs:
        at, parts = root, re.findall(r"[^\[\]]+", name)
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = value
    return _lists(root)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = {name: _lists(one) for name, one in value.items()}
    return list(made.values()) if made and all(name.isdigit() for name in made) else made


def _typed(value: Any, schema: dict[str, Any]) -> Any:
    for choice in schema.get("anyOf", []):
        if (choice.get("type") == "object") is isinstance(value, dict) and choice.get("enum") != [""]:
            return _typed(value, choice)
    if isinstance(value, dict):
        more = schema.get("additionalProperties")
        known = schema.get("properties", {})
        other = more if isinstance(more, dict) else {}
        return {name: _typed(one, known.get(name, other)) for name, one in value.items()}
    if isinstance(value, list):
        return [_typed(one, schema.get("items", {})) for one in value]
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value


@contextmanager
def stand_in(paths: dict[str, Any]) -> Iterator[Stripe]:
    """A Stripe that listens on this machine."""
    far_end = Stripe(paths)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            pairs = parse_qsl(body or parts.query, keep_blank_values=True)
            form = far_end.checked(self.command, parts.path, pairs)
            key = self.headers.get("Idempotency-Key", "") if self.command == "POST" else ""
            status, answer = far_end.take(self.command, parts.path, form, key)
            if far_end.lose and self.command == "POST":
                far_end.lose -= 1
                self.close_connection = True
                self.connection.close()
                return
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    far_end.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield far_end
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
