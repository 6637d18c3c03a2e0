"""What a contact will say after a merge: what there is to choose from, and what was chosen.

Where only one of the two says something there is nothing to choose. What a member may not change they do not choose
either, nor see when it is hidden from them: there the one who stays keeps what is written, and where nothing is written
takes over what the other has. Tags are all kept unless some are left out. Who may merge and not edit contacts chooses
nothing at all.
"""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from texting.duplicates.states import State
from texting.fields.kinds import shown
from texting.fields.reading import SeenField, fields_for
from texting.queries.tags import ShownTag, all_tags
from texting.tagging import MOST_ON_CONTACT

NAME = "name"


class CannotMerge(ValueError):
    """Nothing is done; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class Question:
    """One thing of which the two say different things: what the survivor says, and what the other one."""

    key: str
    label: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Fact:
    """One thing that there is no choice about."""

    label: str
    value: str


@dataclass(frozen=True)
class Preview:
    """What the survivor will have. `questions` are open, `facts` are not, `tags` can be left out if `may_edit`."""

    questions: tuple[Question, ...]
    facts: tuple[Fact, ...]
    tags: tuple[ShownTag, ...]
    may_edit: bool = True


@dataclass(frozen=True)
class Choice:
    """`theirs`: the keys of the questions in which the other contact is right. `without`: tags that are left out."""

    theirs: frozenset[str] = frozenset()
    without: frozenset[UUID] = frozenset()


def preview(member: Membership, survivor: State, other: State) -> Preview:
    """What there is to choose for this member."""
    questions, facts = [], []
    may_edit = member.may(Permission.CONTACTS_EDIT)
    may_name = may_edit and member.may(Permission.CONTACTS_REVEAL)  # as for another name on its page
    if may_name and survivor.name and other.name and survivor.name != other.name:
        questions.append(Question(NAME, _("Name"), survivor.name, other.name))
    elif name := survivor.name or other.name:
        facts.append(Fact(_("Name"), name))
    for one in fields_for(member):
        ours, theirs = survivor.said(one.id), other.said(one.id)
        if may_edit and _is_open(one, ours, theirs):
            questions.append(Question(str(one.id), one.name, shown(one.kind, ours), shown(one.kind, theirs)))
        elif ours or theirs:
            facts.append(Fact(one.name, shown(one.kind, ours or theirs)))
    having = survivor.tags.keys() | other.tags.keys()
    tags = tuple(tag for tag in all_tags() if tag.id in having)
    return Preview(tuple(questions), tuple(facts), tags, may_edit)


def decided(member: Membership, survivor: State, other: State, choice: Choice) -> State:
    """What both will say. Raises CannotMerge for too many tags, and for a choice that is not there
    (any more) or not theirs."""
    if choice.without and not member.may(Permission.CONTACTS_EDIT):
        raise CannotMerge(_("You may merge contacts and not change what is known of them, so all tags stay."))
    offered = {question.key for question in preview(member, survivor, other).questions}
    if not choice.theirs <= offered:
        raise CannotMerge(_("One of them was changed meanwhile. Look at what they have now, and choose again."))
    now = timezone.now()
    name = other.name if NAME in choice.theirs else survivor.name or other.name
    values = {}
    for pk in survivor.values.keys() | other.values.keys():
        theirs = str(pk) in choice.theirs or not survivor.said(pk)
        if value := other.said(pk) if theirs else survivor.said(pk):
            values[pk] = (value, now)
    tags = {pk: at for pk, at in {**other.tags, **survivor.tags}.items() if pk not in choice.without}
    if len(tags) > MOST_ON_CONTACT:
        raise CannotMerge(_("A contact has at most %(most)d tags. Leave some out.") % {"most": MOST_ON_CONTACT})
    return State(name, values, tags)


def _is_open(one: SeenField, ours: str, theirs: str) -> bool:
    return one.may_edit and bool(ours) and bool(theirs) and ours != theirs
