"""Which files a text may carry, recognized by their bytes alone, and why one is refused. Plain values.

A file is of a kind when it begins as that kind begins and puremagic, which knows far more formats, does not contradict.
What a sender, a browser or a provider says about type and name is never asked.

Kinds: the types that CTIA's and the carriers' MMS profiles carry (pictures, audio and video of phones, contact cards)
and PDF, as Twilio lists them (twilio.com/docs/messaging/guides/accepted-mime-types).
"""

from dataclasses import dataclass
from enum import StrEnum

import puremagic

MOST_BYTES = 25_000_000  # of one file that we fetch or take


class Reason(StrEnum):
    """Why a file is not shown; the words are in `texting.attachments.wording`."""

    TYPE = "type"  # not on the list, or not what it begins like
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    BROKEN = "broken"  # a picture that cannot be read
    BOMB = "bomb"  # a picture of more points than anybody needs
    ACTIVE = "active"  # a document with a program in it
    INFECTED = "infected"
    NOT_FETCHED = "not_fetched"  # the provider did not hand it over
    SCANNER_AWAY = "scanner_away"  # waits: nothing is shown before the scanner has seen it
    PROVIDER_AWAY = "provider_away"  # waits
    HEIC = "heic"  # ours only: what such a picture says about its maker cannot be taken out here
    TOO_HEAVY = "too_heavy"  # ours only: more than one text carries
    TOO_MANY = "too_many"  # ours only


class FileRefused(Exception):
    """The file is not taken. `str()` is the reason's name."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Kind:
    """A kind of file. `content_type` is what we say it is; `drawn` says that we draw it anew (pictures)."""

    content_type: str
    ending: str
    drawn: bool = False


JPEG = Kind("image/jpeg", "jpg", drawn=True)
PNG = Kind("image/png", "png", drawn=True)
GIF = Kind("image/gif", "gif", drawn=True)
WEBP = Kind("image/webp", "webp", drawn=True)
HEIC = Kind("image/heic", "heic")
PDF = Kind("application/pdf", "pdf")
VCARD = Kind("text/vcard", "vcf")
MP4 = Kind("video/mp4", "mp4")
THREE_GP = Kind("video/3gpp", "3gp")
QUICKTIME = Kind("video/quicktime", "mov")
M4A = Kind("audio/mp4", "m4a")
MP3 = Kind("audio/mpeg", "mp3")
AMR = Kind("audio/amr", "amr")
OGG = Kind("audio/ogg", "ogg")
WAV = Kind("audio/wav", "wav")

KINDS = {
    kind.content_type: kind
    for kind in (JPEG, PNG, GIF, WEBP, HEIC, PDF, VCARD, MP4, THREE_GP, QUICKTIME, M4A, MP3, AMR, OGG, WAV)
}
SHOWN_INLINE = frozenset(kind.content_type for kind in KINDS.values() if kind.drawn)
"""The only types that a browser is ever allowed to show: our own drawings."""

# The brand of an ISO base media file (ISO/IEC 14496-12, bytes 8 to 12).
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"), MP4),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gg6", b"3g2a", b"3g2b", b"3g2c"), THREE_GP),
    **dict.fromkeys((b"M4A ", b"M4B "), M4A),
    b"qt  ": QUICKTIME,
}
_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-1.", PDF),
    (b"%PDF-2.", PDF),
    (b"ID3", MP3),
    (b"#!AMR", AMR),
    (b"OggS\x00", OGG),
)
_FOREIGN = ("html", "svg", "xml", "javascript", "x-msdownload", "x-dosexec", "x-sh", "java-archive", "x-executable")


def kind_of(content: bytes) -> Kind:
    """The kind of a file. Raises FileRefused (EMPTY, TYPE)."""
    if not content:
        raise FileRefused(Reason.EMPTY)
    kind = _by_its_start(content)
    if kind is None or _contradicted(content, kind):
        raise FileRefused(Reason.TYPE)
    return kind


def _by_its_start(content: bytes) -> Kind | None:
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12])
    if content[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(content[8:12])
    if len(content) > 1 and content[0] == 0xFF and content[1] in (0xFB, 0xF3, 0xF2):  # a frame of MPEG audio, layer III
        return MP3
    if content[:11].upper() == b"BEGIN:VCARD" and content[11:12] in (b"\r", b"\n"):
        return VCARD if _is_text(content) else None
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def _contradicted(content: bytes, kind: Kind) -> bool:
    """Whether puremagic is surer of something that a browser or a machine would run."""
    try:
        found = puremagic.magic_string(content)
    except puremagic.PureError:
        return False
    best = max((one.confidence for one in found), default=0.0)
    surest = {one.mime_type for one in found if one.confidence == best}
    return not any(kind.content_type == one for one in surest) and any(
        word in one for word in _FOREIGN for one in surest
    )
