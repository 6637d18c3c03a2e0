"""What a reviewer sees of customer and colleagues. Blind: nobody's name and number, whatever else they may see."""

import re
from copy import copy
from dataclasses import replace
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from texting.masking import hide_name
from texting.models import Conversation, Message, Note, Turn
from texting.queries import Thread, of_conversation
from texting.queries.shown import Happening, Item, Remark, Text

_HIDDEN = frozenset({Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED})


def masked(member: Membership) -> Membership:
    """The same member without the right to see a customer, for what is read with it."""
    other = copy(member)
    other.__dict__["permissions"] = member.permissions - _HIDDEN
    other.shown_until = {}
    return other


def viewpoint(member: Membership, *, blind: bool) -> Membership:
    """Whose eyes the page is read with."""
    return masked(member) if blind else member


def conversation_for(member: Membership, conversation: Conversation, *, blind: bool) -> Thread:
    """The one conversation; blind: colleagues are Agent A, Agent B, ... and their names in texts are hidden."""
    thread = of_conversation(viewpoint(member, blind=blind), conversation)
    return Thread(tuple(_blinded(item, aliases(conversation)) for item in thread.items)) if blind else thread


def aliases(conversation: Conversation) -> dict[str, str]:
    """What stands for each colleague in it: whoever has it is A, the others follow as they came."""
    people = _people(conversation)
    first = [conversation.assignee_id] if conversation.assignee_id else []
    ids = dict.fromkeys([*first, *people])
    names = dict(Membership.objects.filter(pk__in=ids).values_list("pk", "user__name"))
    return {names[pk]: agent(place) for place, pk in enumerate(ids) if pk in names}


def agent(place: int) -> str:
    """Agent A, ... Agent Z, Agent 27, ..."""
    letter = ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)
    return _("Agent %(letter)s") % {"letter": letter}


def _people(conversation: Conversation) -> list[UUID]:
    written = Message.objects.filter(conversation=conversation, author__isnull=False).values_list(
        "created_at", "author_id"
    )
    noted = Note.objects.filter(conversation=conversation).values_list("created_at", "author_id")
    turns = list(Turn.objects.filter(conversation=conversation).values_list("created_at", "actor_id", "assignee_id"))
    moments: list[Any] = [
        *written,
        *noted,
        *((at, actor) for at, actor, _whom in turns),
        *((at, whom) for at, _who, whom in turns),
    ]
    return [pk for _at, pk in sorted((one for one in moments if one[1]), key=lambda one: one[0])]


def _blinded(item: Item, names: dict[str, str]) -> Item:
    by = names.get(item.by, item.by)
    if isinstance(item, Happening):
        return replace(item, by=by, sentence=_aliased(item.sentence, names))
    if isinstance(item, Remark):
        return replace(item, by=by, body=_hidden(item.body, names))
    return _text(item, by, names)


def _text(item: Text, by: str, names: dict[str, str]) -> Text:
    return replace(
        item, by=by, body=_hidden(item.body, names), settled=_aliased(item.settled, names), origin="", may_cancel=False
    )


def _hidden(words: str, names: dict[str, str]) -> str:
    for name in names:
        words = hide_name(words, name)
    return words


def _aliased(words: str, names: dict[str, str]) -> str:
    """Longer names first, so that Ann does not leave a half of Ann Lee."""
    found = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return re.sub(found, lambda match: names[match[0]], words) if found else words
