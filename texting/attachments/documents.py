"""Documents that hold a program: what a PDF would run, open or carry along is looked for before it is stored.

The names are looked for as a reader would read them: written with #-codes, and inside compressed streams too, where
object streams put them. A document that hides more than is looked through is refused as well. It is a sieve and not a
proof; a document is therefore never shown in a page, only handed out to be saved.
"""

import re
import zlib

from texting.attachments.kinds import FileRefused, Reason

_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_MOST_STREAM = 4_000_000  # bytes of one stream
_MOST_TOGETHER = 60_000_000
_FIRST_PIECE = 1024


def refuse_active_pdf(content: bytes) -> None:
    """Raises FileRefused (ACTIVE) for a document that does more than show itself."""
    if _is_active(content):
        raise FileRefused(Reason.ACTIVE)
    together, whole = 0, memoryview(content)
    for start in _STREAM.finditer(content):
        opened = _opened(whole[start.end() :])
        together += len(opened)
        if together > _MOST_TOGETHER or _is_active(opened):
            raise FileRefused(Reason.ACTIVE)


def _is_active(written: bytes) -> bool:
    if b"/" not in written:
        return False
    plain = _CODE.sub(lambda code: bytes([int(code[1], 16)]), written) if b"#" in written else written
    return _ACTIVE.search(plain) is not None


def _opened(stream: memoryview) -> bytes:
    """The beginning of a deflated stream, as far as it can be read; nothing when it is not one.

    It is given over in pieces, because zlib copies what it does not use: a document of many streams would be copied as
    often as it has streams.
    """
    opener, opened, at, step = zlib.decompressobj(), bytearray(), 0, _FIRST_PIECE
    while at < len(stream) and not opener.eof and len(opened) < _MOST_STREAM:
        try:
            opened += opener.decompress(stream[at : at + step], _MOST_STREAM - len(opened))
        except zlib.error:
            break
        at, step = at + step, step * 2
    return bytes(opened)
