"""Pictures on simulated handsets: sealed in Redis like the texts they belong to, gone after a week.

A customer's handset keeps one and names it in a text to a line; the line's adapter fetches it by that name.
"""

import base64
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tenancy.ids import new_id
from texting.simulator.records import store
from texting.simulator.sealed import LIFETIME

MAX_FILE_BYTES = 5_000_000  # what a text with its files may weigh at a carrier
ADDRESS = "simulator:file:"


class FileTooLarge(ValueError):
    """No carrier would take it."""


@dataclass(frozen=True)
class HandsetFile:
    """A file as the handset sent it. `content_type` is "type/subtype"."""

    content_type: str
    content: bytes = field(repr=False)


def too_large() -> str:
    """What is said of a file that no network would carry."""
    return _("A file of more than %(most)d MB is not carried.") % {"most": MAX_FILE_BYTES // 1_000_000}


def keep_file(file: HandsetFile) -> str:
    """Store it; returns its address. Raises FileTooLarge and RedisError."""
    if len(file.content) > MAX_FILE_BYTES:
        raise FileTooLarge(too_large())
    redis, seal = store()
    address = f"{ADDRESS}{new_id()}"
    name = seal.name("file", address)
    value = {"type": file.content_type, "content": base64.b64encode(file.content).decode()}
    redis.set(name, seal.seal(name, value), ex=LIFETIME)
    return address


def read_file(address: str) -> HandsetFile | None:
    """None when there is no such file, or it cannot be read any more. Raises RedisError."""
    redis, seal = store()
    name = seal.name("file", address)
    value = seal.open(name, redis.get(name))
    return HandsetFile(value["type"], base64.b64decode(value["content"])) if value else None


def forget_file(address: str) -> None:
    """Also when it is not there any more. Raises RedisError."""
    redis, seal = store()
    redis.delete(seal.name("file", address))
