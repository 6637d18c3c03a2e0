"""Compares the carrier's list of opt-outs with ours, for each line each night.

Whoever the carrier will not let us text is not to be texted: who stands in its list and not in ours is suppressed here,
in the transaction that stores the page. The other way round there is nothing to do: an opt-out that was told to us by
phone is known to nobody else. Nothing here ever lifts a suppression, so a list that is empty or cut off does no harm.

One page is asked for with no transaction open and stored in one, together with the place of the next page: whoever dies
in between asks for that page again. A customer who agreed to texts after the carrier noted their opt-out (or, when it
does not say when, since shortly before the list was read) is left as they are, since the list may lag.
"""

import asyncio
import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.mail.writing import Word
from accounts.permissions import Permission
from compliance.carrier import turns
from compliance.carrier.hearing import note_mismatch
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Suppression
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import blind_index
from tenancy.isolation import activate
from tenancy.models import Organization
from texting import threads
from texting.models import CarrierComparison, CarrierOptOut, Contact, Conversation, Line, OptOutMismatch, Reading
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import PhoneNumber
from texting.providers.base import Credentials, NotAccepted, Provider
from texting.providers.opt_outs import BadList, ReadPage, has_list, read_page
from texting.providers.registry import provider_for

log = logging.getLogger("parley.agreement")

TURN_SECONDS = 45.0
MOST_PAGES = 2000
GOES_ON_FOR = timedelta(hours=12)  # a comparison that is older is begun anew
LAG = timedelta(minutes=15)  # by which a list may be older than it looks

State = CarrierComparison.State
People = dict[str, tuple[PhoneNumber, datetime | None]]


def compare_due(seconds: float = TURN_SECONDS) -> dict[str, int]:
    """Compare the lists of the lines that are due. Returns how many were done, failed, or go on later."""
    counts = {"done": 0, "failed": 0, "waiting": 0, "without": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end and (turn := turns.take()):
        try:
            counts[_compare(turn, end)] += 1
        except Exception as error:  # one line's stored credentials must not keep the others from being compared
            log.error("list_broke", extra={"line": str(turn.line_id), "error": type(error).__name__})
            turns.put(turn.line_id, turn.now + turns.AFTER_A_FAILURE)
            counts["failed"] += 1
    return counts


def _compare(turn: turns.LineTurn, end: float) -> str:
    with activate(turn.organization_id):
        line = Line.objects.get(pk=turn.line_id)
        zone = Organization.objects.get(pk=turn.organization_id).time_zone
    night = turns.next_night(line.pk, zone, turn.now)
    if not line.is_active or line.sends_codes:
        turns.put(line.pk, night)
        return "without"
    provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    if not has_list(provider):
        turns.put(line.pk, night)
        return "without"
    with activate(turn.organization_id):
        comparison = _open(line, turn.now)
        place = comparison.after  # opened here, where its key can be read
    try:
        finished = _read(turn.organization_id, provider, comparison, place, end)
    except NotAccepted as error:
        with activate(turn.organization_id):
            _fail(comparison, error)
        turns.put(line.pk, turn.now + turns.AFTER_A_FAILURE if error.retry else night)
        return "failed"
    turns.put(line.pk, night if finished else turn.now)
    return "done" if finished else "waiting"


def _open(line: Line, now: datetime) -> CarrierComparison:
    """The line's comparison that was not finished and may go on, else a new one."""
    rows = CarrierComparison.objects.select_related("line").filter(line=line)
    newest = rows.order_by("-started_at").first()
    if newest and newest.state != State.DONE and newest.may_go_on and newest.started_at > now - GOES_ON_FOR:
        newest.state = State.RUNNING
        newest.save(update_fields=["state"])
        return newest
    return CarrierComparison.objects.create(line=line, started_at=now)


def _read(organization_id: UUID, provider: Provider, comparison: CarrierComparison, place: str, end: float) -> bool:
    """Page after page from that place; False when the time is over before the list is. Raises NotAccepted."""
    while True:
        page = asyncio.run(read_page(provider, comparison.line.number, after=place))
        if page.next and comparison.pages + 1 >= MOST_PAGES:
            raise BadList("The list does not end.")
        with activate(organization_id):
            comparison = _locked(comparison)
            _store(comparison, page)
            if not page.next:
                _finish(comparison)
                return True
        place = page.next
        if time.monotonic() > end:
            return False


def _locked(comparison: CarrierComparison) -> CarrierComparison:
    rows = CarrierComparison.objects.select_for_update(of=("self",)).select_related("line")
    return rows.get(pk=comparison.pk)


def _store(comparison: CarrierComparison, page: ReadPage) -> None:
    """What one page says, in the running transaction. A page that was stored before is stored again without harm."""
    indexes = {blind_index(NUMBER_INDEX, e164): e164 for e164 in page.people}
    stood = comparison.entries.filter(number_index__in=list(indexes)).values_list("number_index", flat=True)
    new = {e164: page.people[e164] for index, e164 in indexes.items() if index not in set(map(bytes, stood))}
    CarrierOptOut.objects.bulk_create(
        [CarrierOptOut(comparison=comparison, number_index=blind_index(NUMBER_INDEX, e164)) for e164 in new],
        ignore_conflicts=True,
    )
    known = Suppression.objects.filter(number_index__in=[blind_index(NUMBER_INDEX, e164) for e164 in new])
    ours = {bytes(index) for index in known.values_list("number_index", flat=True)}
    unknown = {e164: said for e164, said in new.items() if blind_index(NUMBER_INDEX, e164) not in ours}
    suppressed = _learn(comparison, unknown)
    comparison.listed += len(new)
    comparison.agreed += len(ours)
    comparison.suppressed += suppressed
    comparison.left += len(unknown) - suppressed
    comparison.foreign += page.foreign
    comparison.unreadable += page.unreadable
    comparison.pages += 1
    comparison.after, comparison.problem = page.next, ""
    comparison.save()


def _learn(comparison: CarrierComparison, people: People) -> int:
    """Stop texting these, whom we believed to permit it or did not know. Returns how many were stopped."""
    if not people:
        return 0
    suppressed = 0
    for e164, contact in _contacts(people).items():
        since = people[e164][1]
        stops = not _agreed_after(contact, since or comparison.started_at - LAG)
        if stops:
            evidence = Evidence(source=ConsentEvent.Source.CARRIER, happened_at=since)
            consent.withdraw(contact, evidence=evidence)
            suppressed += 1
        note_mismatch(
            line=comparison.line,
            contact=contact,
            found_by=OptOutMismatch.FoundBy.LIST,
            carrier=Reading.STOP,
            ours=Reading.NONE if stops else Reading.START,
            suppressed=stops,
            found_in=comparison.pk,
        )
    return suppressed


def _contacts(people: People) -> dict[str, Contact]:
    """By E.164. A colleague's phone that is known for codes only does not become a customer by this."""
    found = threads.known_or_new(number for number, _since in people.values())
    strangers = [people[e164][0] for e164, contact in found.items() if contact._state.adding]
    return found | (threads.contacts_for(strangers) if strangers else {})


def _agreed_after(contact: Contact, moment: datetime) -> bool:
    given = ConsentEvent.objects.filter(number_index=contact.number_index, action=ConsentEvent.Action.GIVEN)
    return given.filter(source=ConsentEvent.Source.KEYWORD, recorded_at__gt=moment).exists()


def only_ours(comparison: CarrierComparison) -> QuerySet[Contact]:
    """Who has written or been texted on the line, opted out here, and does not stand in the carrier's list."""
    listed = CarrierOptOut.objects.filter(comparison=comparison).values("number_index")
    suppressed = Suppression.objects.exclude(number_index__in=listed).values("number_index")
    spoke = Conversation.objects.filter(line_id=comparison.line_id).values("contact_id")
    return Contact.objects.filter(number_index__in=suppressed, pk__in=spoke)


def _finish(comparison: CarrierComparison) -> None:
    """In the running transaction: what an earlier list said goes, and whoever looks after lines is told of news."""
    comparison.state, comparison.finished_at = State.DONE, timezone.now()
    comparison.only_ours = only_ours(comparison).count()
    comparison.save()
    CarrierOptOut.objects.filter(comparison__line_id=comparison.line_id).exclude(comparison=comparison).delete()
    audit.record(
        event=AuditKind.CARRIER_LIST_COMPARED,
        object=comparison.line,
        listed=comparison.listed,
        agreed=comparison.agreed,
        suppressed=comparison.suppressed,
        left=comparison.left,
        only_ours=comparison.only_ours,
        foreign=comparison.foreign,
        unreadable=comparison.unreadable,
    )
    if comparison.suppressed:
        words: dict[str, Word] = {"number": comparison.suppressed, "line": comparison.line.name}
        notices.tell(Permission.LINES_MANAGE, MailKind.OPT_OUTS_FOUND, route="carrier_agreement", words=words)


def _fail(comparison: CarrierComparison, error: NotAccepted) -> None:
    log.warning("list_not_read", extra={"line": str(comparison.line_id), "error": error.kind.value})
    problem = "bad_list" if isinstance(error, BadList) else error.kind.value
    CarrierComparison.objects.filter(pk=comparison.pk).update(
        state=State.FAILED, problem=problem, may_go_on=error.retry
    )
