"""Finds the likely cause of a refused request by trying what would make it right.

What is tried comes from the request itself, so a cause is a hint for a person and never a reason to take the request:
only `texting.webhooks.taking` takes one, with our own base address.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from django.db import Error as AnyDatabaseError

from texting.causes import Cause
from texting.models import Line
from texting.phone_numbers import BadNumber, mask
from texting.providers.base import Credentials, Hook, OtherAccount, OtherChannel, Provider, UnreadableHook
from texting.webhooks.kept_requests import origin_and_path
from texting.webhooks.taking import NotTaken, OtherLine, Refusal, Request, adapter_of

log = logging.getLogger("parley.webhooks")

MOST_TRIED = 24  # addresses; each costs a few MACs of the body (64 kB of fields: 45 ms for all of them, measured)
FEW_TRIED = 6
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,250}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?", re.ASCII)
_PORT = re.compile(r":\d{1,5}$", re.ASCII)


@dataclass(frozen=True)
class Diagnosis:
    """The cause, the beginning of the address that was signed if that is known, and whom the text is from, masked."""

    cause: Cause
    signed_address: str = ""
    sender_masked: str = ""


def diagnose(line: Line, request: Request, refused: NotTaken, *, most: int = MOST_TRIED) -> Diagnosis:
    """Tries at most `most` addresses. Never raises for anything in the request: what is unreadable is a wrong token."""
    try:
        provider = adapter_of(line)
        found = _diagnosis(provider, line, request, refused, most)
        return replace(found, sender_masked=_sender(provider, request))
    except AnyDatabaseError:
        raise
    except Exception as error:
        log.error("diagnosis_broke", extra={"line": str(line.pk), "error": type(error).__name__})
        return Diagnosis(Cause.OTHER_TOKEN if refused.refusal is Refusal.SIGNATURE else Cause.UNREADABLE)


def _diagnosis(provider: Provider, line: Line, request: Request, refused: NotTaken, most: int) -> Diagnosis:
    if refused.refusal is Refusal.UNREADABLE:
        return Diagnosis(_unreadable(refused.because))
    credentials = Credentials.from_json(line.credentials)
    if not (credentials.secret or credentials.previous_secret):
        return Diagnosis(Cause.NO_SECRET)
    wanted = provider.capabilities.signature_header
    if wanted and not request.hook.header(wanted).strip():
        return Diagnosis(Cause.NO_SIGNATURE)
    ours, path = origin_and_path(request.hook)
    for origin, other_path in islice(_addresses(request.hook, ours, path), most):
        if provider.verify_signature(replace(request.hook, url=origin + other_path)):
            return Diagnosis(Cause.OTHER_PATH if origin == ours else Cause.OTHER_ADDRESS, origin[:300])
    return Diagnosis(Cause.OTHER_ACCOUNT if _is_of_other_account(provider, request) else Cause.OTHER_TOKEN)


def _unreadable(because: UnreadableHook | BadNumber | None) -> Cause:
    if isinstance(because, BadNumber):
        return Cause.NO_NUMBER
    if isinstance(because, OtherAccount):
        return Cause.OTHER_ACCOUNT
    if isinstance(because, OtherChannel):
        return Cause.OTHER_CHANNEL
    return Cause.OTHER_LINE if isinstance(because, OtherLine) else Cause.UNREADABLE


def _addresses(hook: Hook, ours: str, path: str) -> Iterator[tuple[str, str]]:
    """Where the provider may have believed to send it, the likeliest first: (origin, path)."""
    named = [hook.header("Host"), *hook.header("X-Forwarded-Host").split(",")[:2], ours.partition("://")[2]]
    hosts = [host for host in dict.fromkeys(name.strip() for name in named) if _HOST.fullmatch(host)]
    bare = [_PORT.sub("", host) for host in hosts]
    port = hook.header("X-Forwarded-Port").strip()
    forwarded = [f"{host}:{port}" for host in bare if port.isascii() and port.isdigit() and len(port) <= 5]
    origins = list(
        dict.fromkeys(f"{scheme}://{host}" for host in [*bare, *hosts, *forwarded] for scheme in ("https", "http"))
    )
    beginning, question, query = path.partition("?")
    other_slash = (beginning[:-1] if beginning.endswith("/") else beginning + "/") + question + query
    yield ours, other_slash
    yield from ((origin, path) for origin in origins if origin != ours)
    yield from ((origin, other_slash) for origin in origins if origin != ours)


def _is_of_other_account(provider: Provider, request: Request) -> bool:
    read = provider.parse_inbound if request.token is None else provider.parse_status
    try:
        read(request.hook)
    except OtherAccount:
        return True
    except UnreadableHook:
        return False
    return False


def _sender(provider: Provider, request: Request) -> str:
    """Whom the text says it is from, masked; empty when it does not say."""
    if request.token is not None:
        return ""
    try:
        texts = provider.parse_inbound(request.hook)
    except UnreadableHook:
        return ""
    masked = mask(texts[0].from_)[:24] if texts else ""
    return masked if any(sign.isdigit() for sign in masked) else ""  # a short code or a name is no number
