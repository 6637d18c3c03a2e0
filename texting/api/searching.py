"""Searching texts and notes by what they say: the page's search, for a program.

The same filters, the same sight: a hit is what this key may read, masked as it would read it, so nothing is found by a
name or number that is hidden from it. That somebody searched is recorded, never for what.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import bad_cursor
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import Strict, checked
from accounts.models import Membership
from accounts.permissions import Permission
from tenancy import audit
from tenancy.audit import AuditKind
from texting.api import examples
from texting.models import Message
from texting.queries.searching import Group, Hit, find
from texting.search_forms import SearchForm
from texting.searching import places
from texting.searching.asking import LONGEST_QUERY
from texting.searching.filling import progress

KINDS = ("texts", "notes")
MOST_ALSO = 10
_NAMES = {"line_id": "line", "team_id": "team", "author_id": "author", "tag_id": "tag"}
"""Fields of a request whose names in the page's form are others."""


class TextSearch(Strict):
    """What is looked for; words, filters, or both. In the body, because words of customers have no place in an address.

    The filters are those of the page Search.
    """

    q = serializers.CharField(
        max_length=LONGEST_QUERY,
        required=False,
        help_text='All of these words, in any order; "in quotation marks" as they follow each other; a number or its '
        "last four digits. Names and numbers find texts only for keys with contacts:reveal.",
    )
    kind = serializers.ChoiceField(choices=KINDS, required=False, help_text="Only texts, or only notes.")
    direction = serializers.ChoiceField(choices=Message.Direction.values, required=False)
    line_id = serializers.UUIDField(required=False, help_text="One of GET /lines.")
    team_id = serializers.UUIDField(required=False)
    author_id = serializers.UUIDField(required=False, help_text="The colleague or program who wrote it.")
    tag_id = serializers.UUIDField(required=False, help_text="Of contacts with this tag.")
    since = serializers.DateField(required=False, help_text="The first day, of the organization's time zone.")
    until = serializers.DateField(required=False, help_text="The last day.")
    also = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=MOST_ALSO,
        help_text="`escalation`: of conversations that were escalated; `finding`: with a finding, takes findings:read.",
    )
    cursor = serializers.CharField(
        required=False, max_length=places.LONGEST, help_text="`next` of the page before, to go on."
    )


class ShownPart(serializers.Serializer):  # type: ignore[type-arg]
    """A piece of a text."""

    text = serializers.CharField(trim_whitespace=False)
    is_hit = serializers.BooleanField(help_text="It is what was looked for.")


class ShownHit(serializers.Serializer):  # type: ignore[type-arg]
    """A text or note that says it."""

    id = serializers.UUIDField(help_text="Of the text or the note.")
    kind = serializers.ChoiceField(choices=["text", "note"])
    conversation_id = serializers.UUIDField()
    contact_id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=Message.Direction.values, allow_null=True, help_text="Null: a note.")
    created_at = serializers.DateTimeField()
    excerpt = ShownPart(many=True, help_text="Around the first hit, as this key may read it.")


class ShownHits(serializers.Serializer):  # type: ignore[type-arg]
    """Hits, the newest first. A page may hold few or none and still have a `next`: go on while it is there."""

    data = ShownHit(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")
    filled = serializers.IntegerField(
        allow_null=True,
        help_text="Per cent of what was there before there was a search that can be found yet; null: all of it.",
    )


class Search(Endpoint):
    """Finding texts and notes."""

    needs = {"post": (Permission.CONVERSATIONS_READ,)}
    cost = 5
    keeps_answers = False

    @describe(
        "Search texts and notes",
        answer=ShownHits,
        example={"data": [examples.HIT], "next": None, "filled": None},
        request=TextSearch,
        request_example={"q": "appointment thursday", "direction": "in", "since": "2026-11-01"},
        problems=[Kind.PERMISSION_MISSING],
        tag="Search",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Texts and notes in conversations that this key may read, twenty on a page. Counts as five requests. Sign-in
        codes and private messages are not found.
        """
        wanted = checked(self.body, TextSearch)
        after = _place(self.member, wanted.pop("cursor", ""))
        typed = {_NAMES.get(name, name): value for name, value in wanted.items()}
        form = SearchForm(self.member, {name: _typed(value) for name, value in typed.items()})
        if not form.is_valid():
            raise Problem(Kind.INVALID, errors=_flaws(form))
        wish, narrowing = form.wish, form.narrowing
        if not wish.query.terms and not narrowing:
            said = "Send words to look for, more than “the” or a single letter, or a filter."
            raise Problem(Kind.INVALID, errors=[Flaw(said, pointer="/q")])
        found = find(self.member, wish, after)
        audit.record(event=AuditKind.SEARCHED, actor=self.member, filters=narrowing, hits=found.count, people=0)
        hits = sorted(((hit, group) for group in found.groups for hit in group.hits), key=_newest_first, reverse=True)
        shown = [_show(hit, group) for hit, group in hits]
        return answer(
            {"data": shown, "next": places.sealed(self.member, found.next) or None, "filled": progress().percent}
        )


def _newest_first(found: tuple[Hit, Group]) -> int:
    return found[0].id.int


def _typed(value: Any) -> Any:
    return value if isinstance(value, list) else str(value)


def _flaws(form: SearchForm) -> list[Flaw]:
    """What the form refuses. A line that the key does not see is as one that is not there."""
    names = {ours: theirs for theirs, ours in _NAMES.items()}
    found = []
    for name, errors in form.errors.as_data().items():
        pointer = "/since" if name == "__all__" else f"/{names.get(name, name)}"
        for error in errors:
            is_choice = error.code == "invalid_choice"
            words = "There is nothing like this for this key." if is_choice else " ".join(error.messages)
            found.append(Flaw(words, pointer=pointer))
    return found


def _place(member: Membership, cursor: str) -> UUID | None:
    if not cursor:
        return None
    place = places.opened(member, cursor)
    if place is None:
        raise Problem(Kind.INVALID, errors=[Flaw(bad_cursor(), pointer="/cursor")])
    return place


def _show(hit: Hit, group: Group) -> dict[str, Any]:
    direction = Message.Direction.OUT if hit.is_ours else Message.Direction.IN
    return {
        "id": hit.id,
        "kind": "note" if hit.is_note else "text",
        "conversation_id": group.conversation_id,
        "contact_id": group.customer.id,
        "direction": None if hit.is_note else direction.value,
        "created_at": hit.at,
        "excerpt": [{"text": part.text, "is_hit": part.is_hit} for part in hit.parts],
    }
