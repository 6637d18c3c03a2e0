"""Whom an announcement is for: contacts by what is known of them, or by a list of numbers.

What a contact has agreed to is asked of the parts named in `settings.TEXTING_AUDIENCES`; whether one may be texted says
the gate, and nobody else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Membership
from texting.announcements import earlier
from texting.filtering import asking, looking
from texting.filtering.conditions import Filter
from texting.filtering.saving import access_saved, shown_filter, wish_of
from texting.limits.region_names import name_of
from texting.models import Announcement, AnnouncementRecipient, Contact, Tag
from texting.persons import heads
from texting.queries.access import NotYours, contacts_for


@dataclass(frozen=True)
class Agreement:
    """Something that contacts can have agreed to, as the form lists it."""

    key: str
    label: str


class Audiences(Protocol):
    """What a part must answer that knows what contacts have agreed to."""

    def agreements(self) -> Sequence[Agreement]:
        """What there is to choose from."""

    def agreed(self, key: str) -> Q | None:
        """A condition on contacts, wider than the gate's own answer; None for what there is not."""

    def opted_out(self, contacts: QuerySet[Contact], since: datetime) -> int:
        """How many of these have withdrawn a permission since then."""


@cache
def _parts() -> tuple[Audiences, ...]:
    return tuple(import_string(path)() for path in settings.TEXTING_AUDIENCES)


@dataclass(frozen=True)
class Audience:
    """A condition for each that is given, all of which must hold; or, with `listed`, a list of numbers and none.

    `agreement` is a key of `Agreement`; `region` an ISO 3166 code; `since`: known to us since that day or later;
    `saved`: a saved filter, which is asked with the rights of whoever the audience is for; `earlier`: an announcement
    that has begun, and `outcome` which of its recipients.
    """

    tag: UUID | None = None
    without_tag: UUID | None = None
    agreement: str = ""
    region: str = ""
    since: date | None = None
    listed: bool = False
    saved: UUID | None = None
    earlier: UUID | None = None
    outcome: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept; what is not asked for is left out."""
        kept = {
            "tag": str(self.tag or ""),
            "without_tag": str(self.without_tag or ""),
            "agreement": self.agreement,
            "region": self.region,
            "since": self.since.isoformat() if self.since else "",
            "listed": self.listed,
            "saved": str(self.saved or ""),
            "earlier": str(self.earlier or ""),
            "outcome": self.outcome if self.earlier else "",
        }
        return {name: value for name, value in kept.items() if value}


def read(kept: dict[str, Any]) -> Audience:
    """What `as_json` made."""
    return Audience(
        tag=UUID(kept["tag"]) if kept.get("tag") else None,
        without_tag=UUID(kept["without_tag"]) if kept.get("without_tag") else None,
        agreement=str(kept.get("agreement", "")),
        region=str(kept.get("region", "")),
        since=date.fromisoformat(kept["since"]) if kept.get("since") else None,
        listed=bool(kept.get("listed")),
        saved=UUID(kept["saved"]) if kept.get("saved") else None,
        earlier=UUID(kept["earlier"]) if kept.get("earlier") else None,
        outcome=str(kept.get("outcome", "")),
    )


def follow_tag(tag: UUID, into: UUID) -> None:
    """For `TEXTING_TAG_FOLLOWERS`: what is not over and asks for a tag which is merged away asks for the other one."""
    asks = Q(audience__tag=str(tag)) | Q(audience__without_tag=str(tag))
    over = [Announcement.State.FINISHED, Announcement.State.CANCELED]
    rows = Announcement.objects.filter(asks).exclude(state__in=over).order_by("pk")
    for row in rows.select_for_update(of=("self",), no_key=True):
        given = read(row.audience)
        wanted = replace(
            given,
            tag=into if given.tag == tag else given.tag,
            without_tag=into if given.without_tag == tag else given.without_tag,
        )
        row.audience = wanted.as_json()
        row.save(update_fields=["audience"])


def agreements() -> list[Agreement]:
    """What contacts can have agreed to, of all parts."""
    return [one for part in _parts() for one in part.agreements()]


def contacts_in(member: Membership, audience: Audience) -> QuerySet[Contact]:
    """The audience's customers that the member may see, in no order. Nobody for a tag or agreement that is gone, also
    where it is one that they must not have: else they would get it whom it was there to spare.

    Raises NotYours for an earlier announcement that they may not see.

    A person with several numbers is asked about by the first one, so they get one text.
    """
    rows = contacts_for(member).filter(heads(), only_codes=False)
    if audience.tag is not None:
        rows = rows.filter(contact_tags__tag=audience.tag)
    if audience.without_tag is not None:
        rows = rows.filter(Exists(Tag.objects.filter(pk=audience.without_tag)))  # nobody, not everybody
        rows = rows.exclude(contact_tags__tag=audience.without_tag)
    if audience.agreement:
        conditions = [found for part in _parts() if (found := part.agreed(audience.agreement)) is not None]
        rows = rows.filter(conditions[0]) if conditions else rows.none()
    if audience.region:
        rows = rows.filter(region=audience.region)
    if audience.earlier is not None:
        rows = rows.filter(pk__in=earlier.contacts_of(member, audience.earlier, audience.outcome))
    if audience.since is not None:
        zone = ZoneInfo(member.organization.time_zone)
        rows = rows.filter(created_at__gte=datetime.combine(audience.since, time(), zone))
    return rows


def is_gone(audience: Audience) -> bool:
    """Whether a tag or an agreement of it is not there, or not any more."""
    tags = {tag for tag in (audience.tag, audience.without_tag) if tag is not None}
    if Tag.objects.filter(pk__in=tags).count() < len(tags):
        return True
    return bool(audience.agreement) and audience.agreement not in {one.key for one in agreements()}


def ids_in(member: Membership, audience: Audience) -> Iterator[list[UUID]]:
    """The same customers' ids in batches, each once, with what the saved filter asks. Nobody for a filter or an
    earlier announcement that the member may not use any more.
    """
    try:
        wish = wish_of(access_saved(member, audience.saved)) if audience.saved else Filter()
        yield from looking.ids_of(member, contacts_in(member, audience), wish)
    except NotYours:
        return


def opted_out(rows: QuerySet[AnnouncementRecipient], since: datetime) -> int:
    """How many of these recipients have opted out since then."""
    contacts = Contact.objects.filter(pk__in=rows.order_by().values("contact_id"))
    return sum(part.opted_out(contacts, since) for part in _parts())


def in_words(member: Membership, audience: Audience) -> list[str]:
    """The audience as a page says it to this member, a few words for each condition."""
    if audience.listed:
        return [_("A list of numbers")]
    tags = dict(Tag.objects.filter(pk__in=[audience.tag, audience.without_tag]).values_list("pk", "name"))
    labels = {one.key: one.label for one in agreements()} if audience.agreement else {}
    gone = _("(no longer there)")
    said = []
    if audience.tag is not None:
        said.append(_("Tagged %(tag)s") % {"tag": tags.get(audience.tag, gone)})
    if audience.without_tag is not None:
        said.append(_("Not tagged %(tag)s") % {"tag": tags.get(audience.without_tag, gone)})
    if audience.agreement:
        said.append(_("Agreed to %(program)s") % {"program": labels.get(audience.agreement, gone)})
    if audience.region:
        said.append(_("Numbers of %(country)s") % {"country": name_of(audience.region)})
    if audience.since is not None:
        said.append(_("Known since %(day)s") % {"day": audience.since.isoformat()})
    if audience.earlier is not None:
        said.append(_earlier_in_words(member, audience.earlier, audience.outcome))
    if audience.saved is not None:
        said += _saved_in_words(member, audience.saved)
    return said or [_("All contacts")]


def _earlier_in_words(member: Membership, announcement_id: UUID, outcome: str) -> str:
    try:
        name = earlier.access_begun(member, announcement_id).name
    except NotYours:
        return _("An earlier announcement that you do not see, or that is no longer there")
    words = {"name": name, "who": earlier.Outcome(outcome).label}
    return _("Of %(name)s: %(who)s") % words


def _saved_in_words(member: Membership, filter_id: UUID) -> list[str]:
    """What a saved filter asks; not even its name to whoever may not use it."""
    try:
        shown = shown_filter(member, access_saved(member, filter_id))
    except NotYours:
        return [_("A saved filter that you do not see, or that is no longer there")]
    return [_("Filter %(name)s") % {"name": shown.name}, *asking.in_words(member, shown.wish)]
