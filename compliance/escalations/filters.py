"""Which escalations a member wants to see, as it stands in the page's address."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from compliance.models import Escalation
from tenancy.encryption import blind_index
from texting.models import Contact, Line
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, parse
from texting.queries.seeing import sees_everybody

SOON = timedelta(minutes=30)
VIEWS = ("open", "mine", "unowned", "soon", "breached", "closed", "all")
_OPEN = Q(state=Escalation.State.OPEN)


@dataclass(frozen=True)
class Filter:
    """`view`: one of `VIEWS`. `words`: a whole phone number, or a part of the owner's name."""

    view: str = "open"
    trigger: str = ""
    team: UUID | None = None
    words: str = ""

    def condition(self, member: Membership) -> Q:
        """On escalations."""
        wanted = _view(self.view, member)
        if self.trigger:
            wanted &= Q(trigger=self.trigger)
        if self.team:
            wanted &= Q(line_id__in=Line.objects.filter(team_id=self.team).order_by().values("pk"))
        if self.words:
            wanted &= Q(owner__user__name__icontains=self.words) | _number(self.words, member)
        return wanted

    @property
    def query(self) -> dict[str, str]:
        """As the address says it."""
        named = {"view": self.view, "trigger": self.trigger, "team": str(self.team or ""), "q": self.words}
        return {name: value for name, value in named.items() if value}


def _view(view: str, member: Membership) -> Q:
    if view == "all":
        return Q()
    if view == "closed":
        return Q(state=Escalation.State.CLOSED)
    if view == "breached":
        return _OPEN & Q(breached_at__isnull=False)
    if view == "soon":
        return _OPEN & Q(breached_at=None, contacted_at=None, due_at__lte=timezone.now() + SOON)
    if view == "mine":
        return _OPEN & Q(owner=member)
    return _OPEN & Q(owner=None) if view == "unowned" else _OPEN


def _number(words: str, member: Membership) -> Q:
    """Customers with this number, for whoever sees numbers: for others their digits could be guessed."""
    if not sees_everybody(member):
        return Q(pk=None)
    try:
        number = parse(words, member.organization.country)
    except BadNumber:
        return Q(pk=None)
    found = Contact.objects.filter(number_index=blind_index(NUMBER_INDEX, number.e164))
    return Q(contact_id__in=list(found.values_list("pk", flat=True)))
