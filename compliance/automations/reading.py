"""Rules and their log as pages show them: who may not read a conversation finds none of its runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.automations.kinds import ACTIONS
from compliance.automations.words import Names, Sentence, sentence
from compliance.models import Automation, AutomationAct, AutomationRun, AutomationsOff, AutomationTrial
from tenancy.encryption import prefetch
from tenancy.isolation import activate
from tenancy.said import again
from texting.models import Contact, Line
from texting.queries import visible_conversations
from texting.queries.access import NotYours, contacts_for
from texting.queries.cursors import Cursor, older_than
from texting.queries.seeing import Customer, customer

PAGE, A_PIECE = 50, 500
Result = AutomationRun.Result
TONES = {
    Result.ACTED: ("success", "check"),
    Result.PARTLY: ("warning", "triangle-alert"),
    Result.REFUSED: ("warning", "ban"),
    Result.STOPPED: ("warning", "hand"),
    Result.BROKEN: ("danger", "circle-alert"),
}


@dataclass(frozen=True)
class RuleRow:
    """One line of the list. `runs`: of the last seven days."""

    rule: Automation
    sentence: Sentence
    runs: int
    last: datetime | None
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ActRow:
    """What one action came to: what it was, whether it was done, and why not."""

    label: str
    result: str
    result_label: str
    note: str


@dataclass(frozen=True)
class RunRow:
    """One line of the log, with the customer as the member may see them in a list; None for one who is erased."""

    id: UUID
    at: datetime
    rule: Automation
    result: str
    result_label: str
    tone: str
    icon: str
    customer: Customer | None
    conversation_id: UUID | None
    line: str
    acts: tuple[ActRow, ...]

    @property
    def why(self) -> str:
        """What spoke against what was not done, in sentences."""
        if self.result == Result.STOPPED:
            return _("It had acted here too often within the hour, or set off by too many rules in a row.")
        if self.result == Result.BROKEN:
            return _("It was tried several times. Nothing of it was done.")
        return " ".join(f"{one.label}: {one.note}" for one in self.acts if one.note)


@dataclass(frozen=True)
class LogPage:
    """Runs from newest to oldest. `next` is where the next page begins, "" on the last one."""

    rows: tuple[RunRow, ...]
    next: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which runs; what is empty asks for all."""

    rule: UUID | None = None
    result: str = ""
    since: date | None = None
    until: date | None = None


def access(automation_id: UUID) -> Automation:
    """A rule that is not removed. Raises NotYours."""
    rows = Automation.objects.select_related("owner__user").filter(removed_at=None)
    found = rows.filter(pk=automation_id).first()
    if found is None:
        raise NotYours
    return found


def listed() -> list[RuleRow]:
    """All rules in their order."""
    week = Q(runs__at__gte=timezone.now() - timedelta(days=7))
    rules = list(
        Automation.objects.filter(removed_at=None)
        .select_related("owner__user")
        .annotate(week=Count("runs", filter=week), last=Max("runs__at"))
        .order_by("place", "id")
    )
    names, last = Names(), len(rules) - 1
    return [
        RuleRow(rule, sentence(rule, names), rule.week, rule.last, at == 0, at == last) for at, rule in enumerate(rules)
    ]


def off() -> AutomationsOff | None:
    """Who switched all of them off, and when; None while they act."""
    return AutomationsOff.objects.select_related("by__user").first()


def paused_count(member: Membership) -> int:
    """Rules that were switched off by themselves, for the navigation."""
    if not member.may(Permission.AUTOMATIONS_MANAGE):
        return 0
    return Automation.objects.filter(removed_at=None).exclude(why="").count()


def known_rules() -> list[Automation]:
    """Those that the log may speak of, removed ones too, by name."""
    return list(Automation.objects.order_by("name", "id"))


def log_page(member: Membership, wanted: Wanted, cursor: Cursor | None = None, size: int = PAGE) -> LogPage:
    """The newest first."""
    rows = _runs(member, wanted)
    if cursor:
        rows = rows.filter(older_than(cursor, "at"))
    found = list(rows.order_by("-at", "-id")[: size + 1])
    shown = _rows(member, found[:size])
    place = str(Cursor(shown[-1].at, shown[-1].id)) if len(found) > size else ""
    return LogPage(tuple(shown), place)


def all_runs(member: Membership, wanted: Wanted) -> Iterator[list[RunRow]]:
    """For the file: some at a time, each in a transaction of its own."""
    cursor: Cursor | None = None
    while True:
        with activate(member.organization):
            page = log_page(member, wanted, cursor, A_PIECE)
        yield list(page.rows)
        if not page.next:
            return
        cursor = Cursor.read(page.next)


def hits(member: Membership, row: AutomationTrial) -> list[tuple[UUID, Customer, datetime]]:
    """Of a trial's first hits that the member may read: conversation, customer as in lists, and when."""
    places = visible_conversations(member).select_related("contact").filter(pk__in=[pk for pk, _at in row.hits])
    found = {str(place.pk): place for place in places}
    prefetch([place.contact for place in found.values()])
    return [
        (found[pk].pk, customer(member, found[pk].contact, in_list=True), datetime.fromisoformat(at))
        for pk, at in row.hits
        if pk in found
    ]


def _runs(member: Membership, wanted: Wanted) -> QuerySet[AutomationRun]:
    rows = AutomationRun.objects.select_related("automation").prefetch_related("acts")
    rows = rows.filter(conversation_id__in=visible_conversations(member).order_by().values("pk"))
    zone = ZoneInfo(member.organization.time_zone)
    if wanted.rule:
        rows = rows.filter(automation=wanted.rule)
    if wanted.result:
        rows = rows.filter(result=wanted.result)
    if wanted.since:
        rows = rows.filter(at__gte=datetime.combine(wanted.since, time(), zone))
    if wanted.until:
        rows = rows.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    return rows


def _rows(member: Membership, found: Sequence[AutomationRun]) -> list[RunRow]:
    contacts = {one.pk: one for one in contacts_for(member).filter(pk__in={row.contact_id for row in found})}
    prefetch(list(contacts.values()))
    lines = dict(Line.objects.filter(pk__in={row.line_id for row in found}).values_list("pk", "name"))
    return [_row(member, one, contacts.get(one.contact_id), lines) for one in found]


def _row(member: Membership, run: AutomationRun, contact: Contact | None, lines: dict[UUID, str]) -> RunRow:
    tone, icon = TONES[Result(run.result)]
    acts = sorted(run.acts.all(), key=lambda one: list(ACTIONS).index(one.kind))
    return RunRow(
        run.pk,
        run.at,
        run.automation,
        run.result,
        str(Result(run.result).label),
        tone,
        icon,
        customer(member, contact, in_list=True) if contact else None,
        run.conversation_id,
        lines.get(run.line_id, "") if run.line_id else "",
        tuple(_act(one) for one in acts),
    )


def _act(one: AutomationAct) -> ActRow:
    return ActRow(str(ACTIONS[one.kind]), one.result, str(AutomationAct.Result(one.result).label), again(one.note))
