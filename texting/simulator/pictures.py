"""Pictures that a pretended customer may send: drawn here, or chosen from the member's own machine."""

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw

from texting.simulator.files import MAX_FILE_BYTES, FileTooLarge, HandsetFile, too_large

MOST = 5


def _evening() -> bytes:
    """A low sun over water, as a phone photographs it: with a place in its EXIF."""
    picture = Image.new("RGB", (1200, 900))
    draw = ImageDraw.Draw(picture)
    for y in range(900):
        draw.line((0, y, 1200, y), fill=(250 - y // 6, 160 - y // 9, 90 + y // 8))
    draw.ellipse((520, 330, 680, 490), fill=(255, 238, 170))
    draw.rectangle((0, 560, 1200, 900), fill=(34, 62, 92))
    for x in range(0, 1200, 12):
        y = 600 + int(20 * math.sin(x / 40))
        draw.line((x, y, x + 9, y + 3), fill=(240, 190, 130), width=3)
    exif = Image.Exif()
    exif[0x010F] = "Pretended phone"
    exif.get_ifd(0x8825)[2] = (40.0, 42.0, 46.0)
    return _saved(picture, "JPEG", exif=exif, quality=88)


def _note() -> bytes:
    """A sheet with lines on it."""
    picture = Image.new("RGB", (700, 900), (252, 250, 242))
    draw = ImageDraw.Draw(picture)
    for number, y in enumerate(range(120, 820, 60)):
        draw.line((70, y, 630 - number % 3 * 90, y), fill=(60, 66, 80), width=10)
    return _saved(picture, "PNG")


def _blinking() -> bytes:
    """Four pictures that follow each other."""
    frames = []
    for angle in range(0, 360, 90):
        frame = Image.new("RGB", (320, 240), (24, 40, 58))
        ImageDraw.Draw(frame).pieslice((90, 50, 230, 190), angle, angle + 250, fill=(120, 210, 190))
        frames.append(frame)
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=250, loop=0)


def _saved(picture: Image.Image, form: str, **more: object) -> bytes:
    to = io.BytesIO()
    picture.save(to, form, **more)
    return to.getvalue()


_DRAWN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "evening": ("image/jpeg", _evening),
    "note": ("image/png", _note),
    "blinking": ("image/gif", _blinking),
}
SAMPLES = (("evening", _("Photo of an evening")), ("note", _("Picture of a note")), ("blinking", _("Animation")))


def chosen_files(sample: str, uploads: "Sequence[UploadedFile[Any]]") -> list[HandsetFile]:
    """What was chosen on the phone, a drawn one first. Raises FileTooLarge."""
    files = [HandsetFile(_DRAWN[sample][0], _DRAWN[sample][1]())] if sample in _DRAWN else []
    for upload in uploads[:MOST]:
        if (upload.size or 0) > MAX_FILE_BYTES:
            raise FileTooLarge(too_large())
        files.append(HandsetFile(upload.content_type or "application/octet-stream", upload.read()))
    return files
