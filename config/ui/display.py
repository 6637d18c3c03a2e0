"""Things that are looked at: badges, counts, avatars, masked values, banners, empty states, progress."""

from zlib import crc32

from django.template import TemplateSyntaxError
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from config.ui.icons import icon as draw_icon
from config.ui.registry import draw, register, tone_of, trimmed

TONE_ICONS = {
    "neutral": "info",
    "accent": "info",
    "danger": "octagon-alert",
    "warning": "triangle-alert",
    "success": "circle-check",
    "info": "info",
}
_AVATAR_COLOURS = 8
_AVATAR_SIZES = frozenset({"s", "m", "l"})
_MOST_SHOWN = 99


@register.simple_tag
def badge(text: str, tone: str = "neutral", icon: str = "") -> SafeString:
    """A short word with a tone; the colour never stands alone."""
    drawing = draw_icon(icon) if icon else ""
    return format_html('<span class="badge badge-{}">{}{}</span>', tone_of(tone), drawing, text)


@register.simple_tag
def count(number: int | None, label: str) -> SafeString:
    """How many of `label` ("unread"); nothing for none, "99+" above 99 with the exact figure for screen readers."""
    if not number:
        return SafeString("")
    exact = number_format(number, force_grouping=True)
    shown = exact if number <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
    return format_html(
        '<span class="count"><span aria-hidden="true">{}</span><span class="sr">{} {}</span></span>',
        shown,
        exact,
        label,
    )


def initials(name: str) -> str:
    """At most two characters that stand for a name: first letters of the first and the last word."""
    words = ["".join(sign for sign in word if sign.isalnum()) for word in name.split()]
    words = [word for word in words if word and not word.isdigit()]
    if not words:
        return "#"
    # Upper case may be two letters (ß), so each is cut to one.
    first, last = words[0][0].upper()[0], words[-1][0].upper()[0] if len(words) > 1 else ""
    return first + last


@register.simple_tag
def avatar(name: str, size: str = "m", seed: object = "") -> SafeString:
    """Initials on a colour that stays the same for a `seed` (or name). Decoration: the name stands beside it."""
    if size not in _AVATAR_SIZES:
        raise TemplateSyntaxError(f"unknown avatar size {size!r}")
    colour = crc32(str(seed or name).casefold().encode()) % _AVATAR_COLOURS
    return format_html(
        '<span class="avatar avatar-{} avatar-{}" aria-hidden="true">{}</span>', size, colour, initials(str(name))
    )


@register.simple_tag
def masked(last: str, kind: str, reveal: str = "") -> SafeString:
    """A hidden value: its type and its last signs. `reveal` is the id of the dialog that asks for the reason."""
    return draw("masked", {"last": last, "kind": kind, "reveal": reveal})


@register.simple_tag
def kept_html(html: str) -> SafeString:
    """HTML that one of our own templates drew earlier and that is kept as it was shown. For nothing else."""
    return SafeString(html)


@register.simple_block_tag
def banner(content: SafeString, tone: str = "info", title: str = "", icon: str = "") -> SafeString:
    """Something to know about this page, until its cause is gone."""
    drawing = icon or TONE_ICONS[tone_of(tone)]
    return draw("banner", {"content": trimmed(content), "tone": tone, "title": title, "icon": drawing})


@register.simple_block_tag
def empty_state(content: SafeString, title: str, icon: str = "inbox") -> SafeString:
    """Nothing here yet: one sentence and one action that leads on."""
    return draw("empty_state", {"content": trimmed(content), "title": title, "icon": icon})


@register.simple_tag
def progress(
    value: float, maximum: float, label: str, left: str = "", cancel_url: str = "", *, tone: str = ""
) -> SafeString:
    """How far something long has come, or how much of something is used.

    `left` is the time that remains, in words; `cancel_url` is POSTed. `tone`: warning or danger for what runs out.
    """
    share = 0 if maximum <= 0 else min(100, max(0, round(100 * value / maximum)))
    return draw(
        "progress",
        {
            "share": share,
            "label": label,
            "left": left,
            "cancel_url": cancel_url,
            "id": f"progress-{slugify(label)}",
            "tone": tone,
        },
    )
