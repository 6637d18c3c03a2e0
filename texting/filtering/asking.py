"""What a member may ask of contacts, what they typed as a condition, and a filter as a page says it.

Whoever sees names and numbers masked in lists would learn a value by asking for it, so they may ask only whether there
is one: that is what they see. A field that is hidden from a member is as one that is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from texting.fields.kinds import LONGEST_VALUE, NO, YES, BadValue, Kind, one_line, shown, stored
from texting.fields.reading import SeenField, fields_for
from texting.filtering.conditions import ASKED_OF, IN_DAYS, LONGEST_SPAN, TAG, WITHOUT_VALUE, Ask, Condition, Filter
from texting.models import Tag
from texting.queries.access import NotYours
from texting.queries.seeing import sees_everybody
from texting.queries.tags import ShownTag, all_tags


class BadCondition(ValueError):
    """It cannot be asked like this; the message is one sentence for the person who typed it."""


@dataclass(frozen=True)
class Subject:
    """What a condition can be about. `choices`: what is chosen from (value, words); empty where a value is typed."""

    key: str
    label: str
    kind: str
    asks: tuple[Ask, ...]
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What can be asked, with the words for it."""
        return [(ask.value, words(self.kind, ask)) for ask in self.asks]


def subjects(member: Membership, tags: Sequence[ShownTag] | None = None) -> list[Subject]:
    """What the member can ask for: tags if there are any, then the fields that they see, by name."""
    tags = all_tags() if tags is None else tags
    found = []
    if tags:
        named = tuple((str(one.id), one.name) for one in tags)
        found.append(Subject(TAG, _("Tag"), TAG, ASKED_OF[TAG], named))
    opens = sees_everybody(member)
    for field in fields_for(member):
        asks = tuple(ask for ask in ASKED_OF[field.kind] if opens or ask in WITHOUT_VALUE)
        found.append(Subject(str(field.id), field.name, asked_as(field.kind), asks, _choices(field)))
    return found


def condition(subject: Subject, ask: str, typed: str, *, is_or: bool = False) -> Condition:
    """What somebody typed. Raises BadCondition; NotYours for what they were not offered."""
    return replace(_condition(subject, ask, typed), is_or=is_or)


def _condition(subject: Subject, ask: str, typed: str) -> Condition:
    if ask not in {one.value for one in subject.asks}:
        raise NotYours
    chosen = Ask(ask)
    if chosen in WITHOUT_VALUE:
        return Condition(subject.key, chosen)
    value = one_line(typed)
    if not value:
        raise BadCondition(_("Say what it is compared with."))
    if subject.kind == TAG:
        if value not in dict(subject.choices):
            raise BadCondition(_("Choose a tag."))
        return Condition(TAG, chosen, value)
    if chosen in IN_DAYS:
        return Condition(subject.key, chosen, _days(value))
    try:
        return Condition(subject.key, chosen, _compared(subject, value))
    except BadValue as error:
        raise BadCondition(str(error)) from None


def require(member: Membership, wish: Filter) -> dict[UUID, SeenField]:
    """The fields of a filter, when the member may ask all of it now. Raises NotYours."""
    fields = {field.id: field for field in fields_for(member)} if wish.field_ids else {}
    if not wish.field_ids <= fields.keys() or (wish.opens and not sees_everybody(member)):
        raise NotYours
    for one in wish.conditions:
        kind = TAG if one.field_id is None else fields[one.field_id].kind
        if one.ask not in ASKED_OF[kind]:
            raise NotYours
    return {pk: fields[pk] for pk in wish.field_ids}


def may_ask(member: Membership, wish: Filter) -> bool:
    """Whether the member may ask all of it now."""
    try:
        require(member, wish)
    except NotYours:
        return False
    return True


def in_words(member: Membership, wish: Filter) -> list[str]:
    """A filter as a page says it, a few words for each group of conditions. Raises NotYours."""
    fields = require(member, wish)
    tags = {str(pk): name for pk, name in Tag.objects.filter(pk__in=wish.tag_ids).values_list("pk", "name")}

    def say(one: Condition) -> str:
        if one.field_id is None:
            return _said(_("Tag"), TAG, one.ask, tags.get(one.value, _("(no longer there)")))
        field = fields[one.field_id]
        value = one.value if one.ask in IN_DAYS else shown(asked_as(field.kind), one.value)
        return _said(field.name, field.kind, one.ask, value)

    between = " {} ".format(_("or"))
    return [between.join(say(one) for one in group) for group in wish.groups]


def asked_as(kind: str) -> str:
    """The kind of what a field's values are compared with: a day, of what has a time, too."""
    return Kind.DATE.value if kind == Kind.DATE_TIME else kind


def words(kind: str, ask: Ask) -> str:
    """What is asked, as it stands between the field and the value."""
    if kind == TAG:
        return _("is on them") if ask is Ask.HAS else _("is not on them")
    return {
        Ask.IS: _("is"),
        Ask.IS_NOT: _("is not, or is empty"),
        Ask.CONTAINS: _("contains"),
        Ask.MORE: _("is more than"),
        Ask.LESS: _("is less than"),
        Ask.BEFORE: _("is before"),
        Ask.AFTER: _("is after"),
        Ask.NEXT_DAYS: _("is today or within the next … days"),
        Ask.LAST_DAYS: _("is today or within the last … days"),
        Ask.EMPTY: _("is empty"),
        Ask.WRITTEN: _("is not empty"),
    }[ask]


def _said(name: str, kind: str, ask: Ask, value: str) -> str:
    if kind == TAG:
        return (_("Tagged %(tag)s") if ask is Ask.HAS else _("Not tagged %(tag)s")) % {"tag": value}
    compared = words(kind, ask)
    if ask in IN_DAYS:
        return f"{name} {compared.replace('…', value)}"
    return f"{name} {compared}" if ask in WITHOUT_VALUE else f"{name} {compared}: {value}"


def _choices(field: SeenField) -> tuple[tuple[str, str], ...]:
    if field.kind == Kind.YES_NO:
        return (YES, _("Yes")), (NO, _("No"))
    return tuple((one, one) for one in field.options) if field.kind == Kind.CHOICE else ()


def _compared(subject: Subject, value: str) -> str:
    """The value in its one spelling. Of a choice also an option that is gone: contacts may still have it."""
    if subject.kind != Kind.CHOICE:
        return stored(subject.kind, value)
    if len(value) > LONGEST_VALUE:
        raise BadValue(_("Choose one of the options."))
    return value


def _days(value: str) -> str:
    if not value.isdecimal() or not 0 <= int(value[:6]) <= LONGEST_SPAN or len(value) > 6:
        raise BadCondition(_("Write a number of days, at most %(most)d.") % {"most": LONGEST_SPAN})
    return str(int(value))
