"""The one tag library, and how attributes are written."""

import re
from collections.abc import Mapping
from typing import Any

from django.template import Library, TemplateSyntaxError
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = Library()

TONES = frozenset({"neutral", "accent", "danger", "warning", "success", "info"})
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


def attributes(values: Mapping[str, object]) -> SafeString:
    """Write HTML attributes, each with a leading space; `hx_post` becomes `hx-post`.

    `True` gives a bare attribute; `False`, `None` and the empty string leave it out. Raises `TemplateSyntaxError` for
    names that hold code or style (`on…`, `hx-on…`, `style`): the content security policy forbids them.
    """
    kept: list[tuple[SafeString]] = []
    for raw, value in values.items():
        name = raw.replace("_", "-").lower()
        if not _NAME.match(name) or name == "style" or name.startswith(("on", "hx-on")):
            raise TemplateSyntaxError(f"attribute {raw!r} is not allowed: no inline script or style")
        if value is None or value is False or value == "":
            continue
        kept.append((format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),))
    return format_html_join("", "{}", kept)


def tone_of(value: str) -> str:
    """The tone itself; raises `TemplateSyntaxError` for one that has no meaning in the design."""
    if value not in TONES:
        raise TemplateSyntaxError(f"unknown tone {value!r}: use one of {', '.join(sorted(TONES))}")
    return value


def draw(component: str, values: Mapping[str, Any]) -> SafeString:
    """Render `templates/components/<component>.html` with exactly these values, without white space around it."""
    return trimmed(SafeString(get_template(f"components/{component}.html").render(dict(values))))


def trimmed(content: SafeString) -> SafeString:
    """A block tag's content without the white space around it (plain `strip` would lose that it is safe)."""
    return SafeString(content.strip())
