"""Pictures are drawn anew before anything of them is stored or sent: what comes out are points and nothing else.

So a picture loses where and by whom it was taken (EXIF, XMP, IPTC, comments, text chunks), colour profiles are applied
and dropped, it stands upright, and whatever was hidden behind or inside the file (a page, a program, an archive) is
not there any more. Animations stay animations. Knows nothing of Django.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, ImageSequence

from texting.attachments.kinds import GIF, JPEG, PNG, WEBP, FileRefused, Kind, Reason

MOST_POINTS = 50_000_000  # of one picture: more than phones take, less than fills a worker's memory
MOST_POINTS_MOVING = 60_000_000  # of all pictures of an animation together: all of them are in memory at once
MOST_FRAMES = 500
Image.MAX_IMAGE_PIXELS = MOST_POINTS  # Pillow asks it also where a file says later on that it is larger
THUMBNAIL = (480, 480)
SENT_SIDE = 1600  # points: the longer side of a picture that we send
_FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP"}
_TRIES = ((1.0, 85), (1.0, 75), (0.8, 75), (0.6, 70), (0.45, 70), (0.3, 65), (0.2, 60))  # (scale, quality)


@dataclass(frozen=True)
class Drawn:
    """A picture as it was drawn anew."""

    kind: Kind
    content: bytes
    width: int
    height: int


def redraw(content: bytes, kind: Kind) -> tuple[Drawn, bytes]:
    """The picture and its thumbnail (JPEG, or PNG where it is see-through). Raises FileRefused (BROKEN, BOMB)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                _refuse_bomb(picture)
                frames = list(_frames(picture)) if kind in (GIF, WEBP) else [(_upright(picture), 0)]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused(Reason.BOMB) from None
    except FileRefused:
        raise
    except Exception:  # Pillow raises whatever a damaged file makes of its decoders
        raise FileRefused(Reason.BROKEN) from None
    return _written(kind, frames), _thumbnail(frames[0][0])


def shrink(content: bytes, kind: Kind, limit: int) -> Drawn:
    """A picture that was drawn anew, in a form that phones of all carriers show and of at most `limit` bytes.

    Raises FileRefused (TOO_HEAVY) when it cannot be made small enough.
    """
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
        if getattr(picture, "n_frames", 1) > 1:
            return _shrunk_animation(list(_frames(picture)), len(content) if kind is GIF else limit + 1, limit)
        whole = _upright(picture)
    if kind in (JPEG, PNG) and len(content) <= limit and max(whole.size) <= SENT_SIDE:
        return Drawn(kind, content, *whole.size)
    whole.thumbnail((SENT_SIDE, SENT_SIDE), Image.Resampling.LANCZOS)
    if whole.mode == "RGBA":
        see_through = _written(PNG, [(whole, 0)])
        if len(see_through.content) <= limit:
            return see_through
    for scale, quality in _TRIES:
        drawn = _written(JPEG, [(_scaled(_on_white(whole), scale), 0)], quality)
        if len(drawn.content) <= limit:
            return drawn
    raise FileRefused(Reason.TOO_HEAVY)


def _shrunk_animation(frames: list[tuple[Image.Image, int]], size: int, limit: int) -> Drawn:
    if size <= limit:
        return _written(GIF, frames)
    for scale in (1.0, 0.75, 0.5, 0.35, 0.25):
        drawn = _written(GIF, [(_scaled(frame, scale), wait) for frame, wait in frames])
        if len(drawn.content) <= limit:
            return drawn
    raise FileRefused(Reason.TOO_HEAVY)


def _refuse_bomb(picture: Image.Image) -> None:
    """By what the file says of itself, before a single point is unpacked."""
    if picture.width * picture.height > MOST_POINTS:
        raise FileRefused(Reason.BOMB)


def _frames(picture: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Each picture of an animation with how long it stays, in milliseconds.

    Counted as they come: a later picture may be larger than the file says at its beginning. Raises FileRefused (BOMB).
    """
    points = 0
    for number, frame in enumerate(ImageSequence.Iterator(picture), start=1):
        _refuse_bomb(frame)
        points += frame.width * frame.height
        if number > MOST_FRAMES or points > MOST_POINTS_MOVING:
            raise FileRefused(Reason.BOMB)
        yield _upright(frame), int(frame.info.get("duration") or 0)


def _upright(picture: Image.Image) -> Image.Image:
    """Points only, the right way up, in sRGB: mode RGB or RGBA, nothing beside them."""
    turned = ImageOps.exif_transpose(picture)
    profile = turned.info.get("icc_profile")
    see_through = "A" in turned.getbands() or "transparency" in turned.info
    plain = turned.convert("RGBA" if see_through else "RGB") if turned.mode != "CMYK" or not profile else turned
    if profile and turned.mode in ("RGB", "CMYK"):
        plain = _in_srgb(turned if turned.mode == "CMYK" else plain, profile)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, known, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        changed = None
    return changed or picture.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _thumbnail(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    return _written(PNG if small.mode == "RGBA" else JPEG, [(small, 0)], 80).content


def _written(kind: Kind, frames: list[tuple[Image.Image, int]], quality: int = 90) -> Drawn:
    first = frames[0][0]
    if kind is JPEG:
        first = _on_white(first)
    to = io.BytesIO()
    if len(frames) > 1:
        waits = [wait or 100 for _, wait in frames]
        rest = [frame for frame, _ in frames[1:]]
        more = {"disposal": 2} if kind is GIF else {"quality": quality}
        first.save(to, _FORMATS[kind], save_all=True, append_images=rest, duration=waits, loop=0, **more)
    elif kind is PNG:
        first.save(to, "PNG", optimize=first.width * first.height < 2_000_000)
    elif kind is GIF:
        first.save(to, "GIF")
    else:
        first.save(to, _FORMATS[kind], quality=quality)
    return Drawn(kind, to.getvalue(), *first.size)
