"""The check before anything is sent: who is meant is written down, and the gate is asked about each of them.

Its answers decide nothing: at its time every text asks again. They tell a person what would happen, and whoever the
gate refuses here is left out, so that what was looked at is what begins.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from tenancy.bulk_writes import insert_rows, update_rows
from tenancy.encryption import KeyDestroyed, prefetch
from tenancy.said import gettext as _
from tenancy.said import kept, together
from texting import gate, sending, threads
from texting.announcements import audiences, once
from texting.announcements.texts import NOT_MADE, texts_for
from texting.announcements.their_time import clocks_of, their_moment
from texting.announcements.writing import forget_recipients
from texting.gate import Draft, Outcome, OutsideHours, Reason, Verdict
from texting.limits import spending
from texting.models import Announcement, AnnouncementRecipient
from texting.purposes import Purpose
from texting.segments import count, unicode_extra

log = logging.getLogger("parley.announcements")

RowState = AnnouncementRecipient.State
TOO_LONG, BROKEN, ERASED = "text.long", "broken", "destination.ended"
FORGOTTEN_TOGETHER = 1_000


def check_some(row: Announcement, author: Membership, most: int) -> bool:
    """Look at the next recipients, in the running transaction that holds the row. False when all are looked at."""
    if not row.is_gathered:
        _gather(row, author)
        return True
    unread = AnnouncementRecipient.objects.filter(announcement=row, state=RowState.UNREAD).select_related("contact")
    rows = list(unread.order_by("id")[:most])
    person_of = once.people_of(rows)
    if person_of:  # one person's numbers are looked at together: if one may not get it, another may
        known = [one.pk for one in rows]
        rows += list(unread.filter(contact__in=person_of).exclude(pk__in=known).order_by("id"))
    if not rows:
        row.state, row.checked_at = Announcement.State.CHECKED, timezone.now()
        row.save(update_fields=["state", "checked_at"])
        return False
    _judge_or_set_aside(row, author, rows, person_of)
    row.save(update_fields=["report"])
    return True


def _gather(row: Announcement, author: Membership) -> None:
    """Write down everybody who is meant, at once: whoever dies here has written down nobody.

    Those whom a second person has seen are written down already, also who is not meant any more.
    """
    rows = AnnouncementRecipient.objects.filter(announcement=row)
    gone = known = set(rows.values_list("contact_id", flat=True))
    for part in audiences.ids_in(author, audiences.read(row.audience)):
        insert_rows([AnnouncementRecipient(announcement=row, contact_id=pk) for pk in part if pk not in known])
        gone = gone.difference(part)
    lost = list(gone)
    for at in range(0, len(lost), FORGOTTEN_TOGETHER):
        forget_recipients(row, Q(contact_id__in=lost[at : at + FORGOTTEN_TOGETHER]))
    row.is_gathered = True
    row.save(update_fields=["is_gathered"])


def _judge_or_set_aside(
    row: Announcement, author: Membership, rows: Sequence[AnnouncementRecipient], person_of: Mapping[UUID, UUID]
) -> None:
    """`_judge`; one who breaks alone, also in the database, is left out and holds up no others."""
    before = row.report
    try:
        with transaction.atomic():
            _judge(row, author, rows, person_of)
            _store(rows)
    except OperationalError:  # the database itself
        raise
    except Exception as error:
        if len(rows) == 1 and not isinstance(error, KeyDestroyed) and not _some_are_ready(row):
            raise
        row.report = before
        broken: Exception | None = None
        for one in rows:
            before = row.report
            try:
                with transaction.atomic():
                    _judge(row, author, [one], person_of)
                    _store([one])  # the next one of the same person asks
            except OperationalError:
                raise
            except KeyDestroyed:  # an erasure is between their key and their rows
                _leave_out(one, ERASED)
            except Exception as error:
                log.exception("announced_check_broke", extra={"recipient": str(one.pk)})
                _leave_out(one, BROKEN)
                row.report, broken = before, error
        if broken is not None and len(rows) > 1 and all(one.reason == BROKEN for one in rows):
            raise broken from None  # it is not about one of them
        _store([one for one in rows if one.reason in {ERASED, BROKEN}])


def _leave_out(one: AnnouncementRecipient, why: str) -> None:
    one.state, one.reason, one.segments, one.price_micros, one.due_at = RowState.LEFT_OUT, why, 0, 0, None


def _store(rows: Sequence[AnnouncementRecipient]) -> None:
    update_rows(rows, ["state", "reason", "segments", "price_micros", "due_at"])


def _some_are_ready(row: Announcement) -> bool:
    return AnnouncementRecipient.objects.filter(announcement=row, state=RowState.READY).exists()


def _judge(
    row: Announcement, author: Membership, rows: Sequence[AnnouncementRecipient], person_of: Mapping[UUID, UUID]
) -> None:
    """Set state, reason, segments and price of each; the caller stores them."""
    contacts = [one.contact for one in rows]
    prefetch(contacts)
    texts = texts_for(row, contacts, author)
    ours = row.organization.time_zone
    places = threads.open_or_new(contacts, row.line, at=timezone.now())
    drafts = {
        contact.pk: Draft(
            places[contact.pk],
            texts[contact.pk].body,
            Purpose(row.purpose),
            author,
            outside_hours=OutsideHours.WAIT,
            announcement_id=row.pk,
        )
        for contact in contacts
        if not texts[contact.pk].why
    }
    outcomes = dict(zip(drafts, gate.ask_all(list(drafts.values())), strict=True))
    allowed = [one for one in rows if _is_allowed(outcomes.get(one.contact_id))]
    again = once.twice_at_the_check(row, allowed, person_of)
    when: Counter[str] = Counter(row.report.get("when", {}))
    clocks: Counter[str] = Counter(row.report.get("clocks", {}))
    said: dict[str, str] = dict(row.report.get("said", {}))
    extra: int = row.report.get("extra", 0)
    for one in rows:
        outcome = outcomes.get(one.contact_id)
        if one.pk in again:
            one.state, one.reason = RowState.LEFT_OUT, once.TWICE
        elif outcome is None:
            one.state, one.reason = RowState.LEFT_OUT, NOT_MADE
            said.setdefault(NOT_MADE, kept(texts[one.contact_id].why))
        elif outcome.verdict is not Verdict.ALLOW:
            against = outcome.objections[0] if outcome.objections else None
            one.state, one.reason = RowState.LEFT_OUT, (against.rule if against else "none")[:60]
            if against is not None and len(said) < 50:
                said.setdefault(one.reason, kept(_why(row, against)))
        elif len(outcome.text) > sending.LONGEST:
            one.state, one.reason = RowState.LEFT_OUT, TOO_LONG
        else:
            one.state, one.reason = RowState.READY, ""
            one.segments = count(outcome.text).segments
            extra += unicode_extra(outcome.text) if one.segments > 1 else 0
            one.price_micros = spending.price_of(drafts[one.contact_id], one.segments)
            here = clocks_of(one.contact)
            clocks[here] += 1
            when[_when(here, outcome)] += 1
            if row.begins_theirs:
                one.due_at = their_moment(here, datetime.fromisoformat(row.begins_theirs), ours)
    row.report = {**row.report, "when": dict(when), "clocks": dict(clocks), "said": said, "extra": extra}


def _why(row: Announcement, against: Reason) -> str:
    """What everybody reads who sees it: where a template is filled in, nothing of what stands with one customer.

    A rule that says nothing in general may quote the text, also in what it says to do.
    """
    if row.template_id is None:
        return together(against.text, against.what_to_do)
    return together(against.in_general, against.what_to_do) if against.in_general else _("No reason was given")


def _is_allowed(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.verdict is Verdict.ALLOW and len(outcome.text) <= sending.LONGEST


def _when(clocks: str, outcome: Outcome) -> str:
    """When it may leave and by which clock: an ISO 8601 moment or "", a blank, a zone. No customer stands in it."""
    later = outcome.not_before
    opens = later.not_before.isoformat(timespec="minutes") if later and later.not_before else ""
    return f"{opens} {clocks.partition(',')[0]}"
