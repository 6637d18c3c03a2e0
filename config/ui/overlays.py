"""Things that float: dialog, drawer, menu. Native `<dialog>` and `popover`; the browser traps and returns the focus."""

from django.template import TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.ui.controls import VARIANTS
from config.ui.icons import icon as draw_icon
from config.ui.registry import attributes, draw, register, trimmed

_SIZES = frozenset({"s", "m", "l"})


@register.simple_block_tag
def dialog(content: SafeString, id: str, title: str, size: str = "m") -> SafeString:
    """A modal dialog, opened by any element with `data-open="<id>"`."""
    if size not in _SIZES:
        raise TemplateSyntaxError(f"unknown dialog size {size!r}")
    return draw("dialog", {"id": id, "title": title, "kind": f"dialog-{size}", "content": content})


@register.simple_block_tag
def drawer(content: SafeString, id: str, title: str) -> SafeString:
    """A modal dialog at the end of the line of reading, full height."""
    return draw("dialog", {"id": id, "title": title, "kind": "drawer", "content": content})


@register.simple_block_tag
def menu(
    content: SafeString,
    id: str,
    label: str,
    *,
    icon: str = "ellipsis",
    variant: str = "quiet",
    text: bool = False,
    small: bool = False,
) -> SafeString:
    """A button with a list of acts. `text` shows the label beside the icon instead of in the tooltip only; `small`: as
    small buttons beside it.
    """
    if variant not in VARIANTS:
        raise TemplateSyntaxError(f"unknown button variant {variant!r}")
    return draw(
        "menu",
        {
            "id": id,
            "label": label,
            "icon": icon,
            "variant": variant,
            "text": text,
            "small": small,
            "content": trimmed(content),
        },
    )


@register.simple_block_tag
def menu_item(content: SafeString, icon: str = "", href: str = "", tone: str = "", **extra: object) -> SafeString:
    """One act in a menu: a link with `href`, else a button (`type="submit"` inside a form of its own)."""
    if tone not in {"", "danger"}:
        raise TemplateSyntaxError(f"unknown tone {tone!r} of a menu item")
    kind = "menu-item menu-item-danger" if tone else "menu-item"
    drawing = draw_icon(icon) if icon else ""
    if href:
        return format_html(
            '<a class="{}" href="{}"{}>{}<span>{}</span></a>', kind, href, attributes(extra), drawing, trimmed(content)
        )
    rest = attributes({"type": "button", **extra})
    return format_html('<button class="{}"{}>{}<span>{}</span></button>', kind, rest, drawing, trimmed(content))
