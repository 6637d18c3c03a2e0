"""Tables: frame, sorting, selecting, paging. State lives in the address, so every view of a table can be linked."""

from typing import Any

from django.core.paginator import Page
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.ui.icons import icon as draw_icon
from config.ui.registry import draw, register


def _address(context: Context, **changes: object) -> str:
    """The present query with some parameters changed; a parameter set to `None` goes away."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else None
    if query is None:
        from django.http import QueryDict

        query = QueryDict(mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_block_tag
def table(content: SafeString, caption: str) -> SafeString:
    """The frame of a table: it scrolls sideways by itself, its head stays. `caption` says what it holds."""
    return draw("table", {"content": content, "caption": caption})


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, key: str, *, number: bool = False) -> SafeString:
    """A column head that sorts by `?sort=key`, and backwards the second time."""
    request = context.get("request")
    now = request.GET.get("sort", "") if request is not None else ""
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    drawing = {"ascending": "arrow-up", "descending": "arrow-down"}.get(order, "arrow-up-down")
    link = _address(context, sort=f"-{key}" if order == "ascending" else key, page=None)
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}{}</a></th>',
        SafeString(' class="number"') if number else "",
        format_html(' aria-sort="{}"', order) if order else "",
        link,
        label,
        draw_icon(drawing),
    )


@register.simple_tag
def select_all(name: str) -> SafeString:
    """The head of the column of checkboxes called `name`."""
    return format_html(
        '<th scope="col" class="select"><input type="checkbox" data-select-all="{}" aria-label="{}"></th>',
        name,
        _("Select all rows"),
    )


@register.simple_tag
def select_row(name: str, value: object, label: str) -> SafeString:
    """A row's checkbox; `label` says which row it is."""
    return format_html(
        '<td class="select"><input type="checkbox" name="{}" value="{}" aria-label="{}"></td>',
        name,
        value,
        _("Select %(row)s") % {"row": label},
    )


@register.simple_block_tag
def bulk_bar(content: SafeString, name: str) -> SafeString:
    """What can be done with the selected rows; hidden until there are some."""
    return draw("bulk_bar", {"content": content, "name": name})


@register.simple_tag(takes_context=True)
def pager(context: Context, page: "Page[Any]") -> SafeString:
    """Where we are in a long list, and the way on. Nothing for a list that fits on one page."""
    if page.paginator.num_pages <= 1:
        return SafeString("")
    return draw(
        "pager",
        {
            "page": page,
            "total": page.paginator.count,
            "previous": _address(context, page=page.previous_page_number()) if page.has_previous() else "",
            "next": _address(context, page=page.next_page_number()) if page.has_next() else "",
        },
    )
