"""From bytes that somebody sent to what may be stored: recognized, looked through, drawn anew."""

from dataclasses import dataclass, field

from texting.attachments.documents import refuse_active_pdf
from texting.attachments.kinds import HEIC, MOST_BYTES, PDF, FileRefused, Kind, Reason, kind_of
from texting.attachments.pictures import Drawn, redraw, shrink

PICTURE_TARGET = 500_000  # bytes: what all US carriers carry of a picture, with room for the words (DOMAIN 4.5)


@dataclass(frozen=True)
class Inspected:
    """What is stored of a file. `thumbnail` is empty for what is not a picture; sizes are in points."""

    kind: Kind
    content: bytes = field(repr=False)
    thumbnail: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0


def inspect(content: bytes) -> Inspected:
    """Raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise FileRefused(Reason.TOO_LARGE)
    kind = kind_of(content)
    if kind.drawn:
        drawn, thumbnail = redraw(content, kind)
        return _of(drawn, thumbnail)
    if kind is PDF:
        refuse_active_pdf(content)
    return Inspected(kind, content)


def inspect_for_sending(content: bytes, *, room: int) -> Inspected:
    """The same for a file of ours, which must fit into `room` bytes of a text. Pictures are made smaller to fit.

    Raises FileRefused.
    """
    whole = inspect(content)
    if whole.kind is HEIC:
        raise FileRefused(Reason.HEIC)
    if whole.kind.drawn:
        drawn = shrink(whole.content, whole.kind, min(PICTURE_TARGET, room))
        return _of(drawn, whole.thumbnail)
    if len(whole.content) > room:
        raise FileRefused(Reason.TOO_HEAVY)
    return whole


def _of(drawn: Drawn, thumbnail: bytes) -> Inspected:
    return Inspected(drawn.kind, drawn.content, thumbnail, drawn.width, drawn.height)
