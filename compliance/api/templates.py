"""Templates that a program may send: list, read. They are written on pages, where what speaks against one is seen."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import PageParameters, page_answer
from accounts.api.problems import Kind
from accounts.api.reading import read_parameters
from accounts.permissions import Permission
from compliance.content_types.kinds import ContentType
from compliance.message_templates.placeholders import PLACEHOLDERS, Source, names_in
from compliance.message_templates.reading import usable
from compliance.models import TemplateVersion
from texting.api.pages import cursor_of
from texting.queries import Cursor
from texting.queries.cursors import older_than

_SENDING = (Permission.MESSAGES_SEND,)
_EXAMPLE = {
    "id": "019ab4c2-7f0e-7b11-8c02-5b8a1f9e6d42",
    "name": "Appointment reminder",
    "type": "appointment",
    "version": 3,
    "shortcut": "reminder",
    "team_id": None,
    "languages": ["en"],
    "bodies": {"en": "Hi {first_name}, see you at {company} on {date} at {time}."},
    "placeholders": [
        {"name": "first_name", "filled_by": "parley"},
        {"name": "company", "filled_by": "parley"},
        {"name": "date", "filled_by": "values"},
        {"name": "time", "filled_by": "values"},
    ],
}


class ShownPlaceholder(serializers.Serializer):  # type: ignore[type-arg]
    """`parley`: filled in from what is known; when it is not known, and always for `values`, send it in `values`."""

    name = serializers.CharField()
    filled_by = serializers.ChoiceField(choices=["parley", "values"])


class ShownTemplate(serializers.Serializer):  # type: ignore[type-arg]
    """The newest version of one. The first of `languages` is the one that others fall back to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=[one.value for one in ContentType])
    version = serializers.IntegerField()
    shortcut = serializers.CharField()
    team_id = serializers.UUIDField(allow_null=True, help_text="Only on the lines of this team; null: on all.")
    languages = serializers.ListField(child=serializers.CharField())
    bodies = serializers.DictField(child=serializers.CharField())
    placeholders = ShownPlaceholder(many=True)


class TemplatePage(serializers.Serializer):  # type: ignore[type-arg]
    """Templates, the one that was published last first."""

    data = ShownTemplate(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")


class Templates(Endpoint):
    """The list."""

    needs = {"get": _SENDING}

    @describe(
        "List templates",
        answer=TemplatePage,
        example={"data": [_EXAMPLE], "next": None},
        parameters=[PageParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Templates",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Published templates that this key may send: everybody's, and those of its teams."""
        wanted = read_parameters(request, PageParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        rows = usable(self.member).order_by("-published_at", "-id")
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "published_at"))
        found = list(rows[: size + 1])
        following = str(Cursor(found[size - 1].published_at, found[size - 1].pk)) if len(found) > size else ""
        return page_answer(request, [_show(row) for row in found[:size]], following)


class OneTemplate(Endpoint):
    """A template by its id."""

    needs = {"get": _SENDING}

    @describe(
        "Read a template",
        answer=ShownTemplate,
        example=_EXAMPLE,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Templates",
    )
    def get(self, request: HttpRequest, template_id: UUID) -> HttpResponse:
        """Its newest version. 404 as well for one that is a draft only, is archived, or belongs to another team."""
        found = usable(self.member).filter(template=template_id).first()
        if found is None:
            raise Http404
        return answer(_show(found))


def _filled_by(name: str) -> str:
    """A field of the contact, `field:…`, is known; nobody gives it."""
    is_given = name in PLACEHOLDERS and PLACEHOLDERS[name].source is Source.GIVEN
    return "values" if is_given else "parley"


def _show(version: TemplateVersion) -> dict[str, Any]:
    names = dict.fromkeys(name for body in version.bodies.values() for name in names_in(body))
    return {
        "id": version.template_id,
        "name": version.name,
        "type": version.type,
        "version": version.number,
        "shortcut": version.template.shortcut,
        "team_id": version.template.team_id,
        "languages": version.languages,
        "bodies": version.bodies,
        "placeholders": [{"name": name, "filled_by": _filled_by(name)} for name in names],
    }
