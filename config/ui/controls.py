"""Things a person presses: buttons, icon buttons, tabs, keys."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.template import TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from config.ui.icons import icon as draw_icon
from config.ui.registry import attributes, draw, register, trimmed

VARIANTS = frozenset({"primary", "default", "quiet", "danger"})
SIZES = frozenset({"", "small", "wide"})


def _classes(variant: str, size: str, extra: object) -> str:
    if variant not in VARIANTS or size not in SIZES:
        raise TemplateSyntaxError(f"no button of variant {variant!r} and size {size!r}")
    names = ["button", f"button-{variant}", f"button-{size}" if size else "", str(extra or "")]
    return " ".join(name for name in names if name)


@register.simple_block_tag
def button(
    content: SafeString,
    variant: str = "default",
    *,
    icon: str = "",
    type: str = "button",
    href: str = "",
    size: str = "",
    **extra: object,
) -> SafeString:
    """A button, or a link that looks like one when `href` is given."""
    kind = _classes(variant, size, extra.pop("class", ""))
    drawing = draw_icon(icon) if icon else ""
    rest = attributes(extra)
    if href:
        return format_html('<a class="{}" href="{}"{}>{}{}</a>', kind, href, rest, drawing, trimmed(content))
    return format_html('<button type="{}" class="{}"{}>{}{}</button>', type, kind, rest, drawing, trimmed(content))


@register.simple_tag
def icon_button(
    icon: str, label: str, *, variant: str = "quiet", type: str = "button", href: str = "", **extra: object
) -> SafeString:
    """A square button with an icon only; `label` is its name and its tooltip."""
    kind = _classes(variant, "", f"button-icon {extra.pop('class', '')}".strip())
    rest = attributes({"aria_label": label, "title": label, **extra})
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', kind, href, rest, draw_icon(icon))
    return format_html('<button type="{}" class="{}"{}>{}</button>', type, kind, rest, draw_icon(icon))


@register.simple_tag
def tabs(items: Iterable[Sequence[object]], label: str) -> SafeString:
    """Tabs that are links, so deep links and the back button work. Items: `(label, url, active[, count])`."""
    rows = [(*item, 0)[:4] for item in items]
    return draw("tabs", {"items": rows, "label": label})


@register.simple_tag
def key_row(key: str, label: str, then: str | int = "") -> SafeString:
    """One row of the keyboard sheet; `then` is a second key, pressed after the first."""
    return _key_row((key, str(then)) if then else (key,), str(label), get_language())


@lru_cache(maxsize=512)  # each page has a dozen, of a hundred in all
def _key_row(keys: tuple[str, ...], label: str, _language: str | None) -> SafeString:
    return draw("key_row", {"keys": keys, "label": label})
