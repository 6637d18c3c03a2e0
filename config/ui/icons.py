"""Icons: one inline sprite a page, drawn from the lucide package, so an icon costs a few bytes where it is used."""

from functools import cache, lru_cache
from importlib.resources import files
from xml.etree import ElementTree
from zipfile import ZipFile

from django.template import TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.ui.registry import register

_WORDS = """
activity archive arrow-down arrow-left arrow-right arrow-up arrow-up-down badge-check ban battery-full bell
bell-off book-open book-user building-2 calendar calendar-clock chart-column check check-check chevron-down chevron-left
chevron-right chevrons-up-down circle-alert circle-check circle-dot circle-x clipboard-check clock code copy
corner-up-left credit-card download ellipsis external-link eye eye-off file-text flag gauge globe hand history
hourglass inbox info key-round keyboard languages life-buoy link list-checks list-filter loader-circle lock
lock-open log-out mail megaphone menu message-square message-square-lock message-square-text minus monitor moon
octagon-alert octagon-x panel-right paperclip pause pencil phone phone-off play plus qr-code refresh-cw rotate-ccw scale
repeat search send server settings shield-alert shield-check signal smartphone smile split square-pen sticky-note sun
tag trash-2 triangle-alert undo-2 upload user user-check user-plus users users-round webhook wifi-off x zap
"""
NAMES = frozenset(_WORDS.split())

# They point along the line of reading, so they turn round where reading goes from right to left.
_DIRECTIONAL = frozenset(
    {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "corner-up-left", "panel-right", "undo-2"}
)

_BRAND = (
    '<symbol id="i-brand" viewBox="0 0 24 24"><path fill="currentColor" stroke="none" fill-rule="evenodd" '
    'd="M6 2h12a4 4 0 0 1 4 4v8.5a4 4 0 0 1-4 4h-6.2l-4.1 3.3A1 1 0 0 1 6 21v-2.5a4 4 0 0 1-4-4V6a4 4 0 0 1 4-4Z'
    "m6 3.7a2.6 2.6 0 0 0-1.4 4.8l-.8 3.9a.5.5 0 0 0 .5.6h3.4a.5.5 0 0 0 .5-.6l-.8-3.9A2.6 2.6 0 0 0 12 5.7Z"
    '"/></symbol>'
)


@cache
def _symbols() -> dict[str, str]:
    """The drawing of each name. The package's own tag opens its archive of 1,700 anew for each, which took a process'
    first page 0.7 s.
    """
    with (files("lucide") / "lucide.zip").open("rb") as file, ZipFile(file) as drawings:
        return {name: _symbol(name, drawings.read(f"{name}.svg")) for name in NAMES}


def _symbol(name: str, svg: bytes) -> str:
    shapes = list(ElementTree.fromstring(svg))  # noqa: S314 - a pinned package's own file
    for shape in shapes:
        shape.tag = shape.tag.rpartition("}")[2]  # else each repeats the namespace
    body = "".join(ElementTree.tostring(shape, encoding="unicode").strip() for shape in shapes)
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{body}</symbol>'


@lru_cache
def _sprite(names: tuple[str, ...]) -> SafeString:
    # All of it is text of the package and of this module; nothing a person typed comes near.
    symbols = "".join(_symbols()[_known(name)] for name in names)
    return SafeString(f'<svg class="sprite" aria-hidden="true" focusable="false">{_BRAND}{symbols}</svg>')


def _known(name: str) -> str:
    if name not in NAMES:
        raise TemplateSyntaxError(f"unknown icon {name!r}: add it to NAMES in config/ui/icons.py")
    return name


@register.simple_tag
def sprite(*names: str) -> SafeString:
    """The drawings that `icon` refers to; without names all of them (about 20 kB, 6 kB compressed)."""
    return _sprite(names or tuple(sorted(NAMES)))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon. `label` names it for people who do not see it; without one it is decoration beside a word."""
    reference = "brand" if name == "brand" else _known(name)
    kind = "icon icon-turns" if name in _DIRECTIONAL else "icon"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="#i-{}"></use></svg>', kind, label, reference
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="#i-{}"></use></svg>', kind, reference
    )
