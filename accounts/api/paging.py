"""Lists in pages: `cursor` goes on after a row, so what is added meanwhile moves nothing; nothing is counted."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.endpoint import answer
from accounts.api.reading import Strict

MOST, USUAL = 100, 25


class PageParameters(Strict):
    """What every list takes."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, default=USUAL, help_text="How many rows, at the most.", required=False
    )
    cursor = serializers.CharField(
        max_length=100,
        required=False,
        help_text="Where to go on: `next` of the page before. Opaque; it does not end.",
    )


def page_answer(request: HttpRequest, rows: list[Any], following: str) -> HttpResponse:
    """`{"data": [...], "next": "..."}` with a `Link` to the next page (RFC 8288); `next` is null on the last one."""
    headers = {}
    if following:
        kept = {name: value for name, value in request.GET.items() if name != "cursor"}
        query = urlencode({**kept, "cursor": following})
        headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return answer({"data": rows, "next": following or None}, headers=headers)


def bad_cursor() -> str:
    """The sentence for a cursor that is none."""
    return _("This is not a cursor. Take `next` of the page before, as it is.")
