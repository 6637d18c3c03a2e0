"""Who may be asked for permission by a text, and why the others may not."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.ledger import consent
from compliance.ledger.consent import State
from compliance.models import ConsentEvent, ConsentImport, ConsentImportRow, OptIn, PermissionRequest, Program
from texting.models import Contact
from texting.persons import heads
from texting.phone_numbers import PhoneKind

AGAIN_AFTER = timedelta(days=30)
NOT_BY_TEXT = ("CA", "GB")
"""Where a text that asks for permission is itself a commercial one that needs it: CASL s. 1(3); PECR reg. 22."""
_TEXTED = {"", PhoneKind.MOBILE, PhoneKind.MOBILE_OR_LANDLINE, PhoneKind.VOIP, PhoneKind.PERSONAL}
_BATCH = 1_000
Audience = PermissionRequest.Audience


class Why(StrEnum):
    """Why somebody is not asked."""

    OPTED_OUT = "opted_out"
    SAID_NO = "said_no"
    ASKED_LATELY = "asked_lately"
    COUNTRY = "country"
    LANDLINE = "landline"
    PERMITTED = "permitted"
    NOT_MEANT = "not_meant"


def sentence(why: str) -> str:
    """For a person."""
    return {
        Why.OPTED_OUT: _("Opted out, now or before"),
        Why.SAID_NO: _("Said no when they were asked"),
        Why.ASKED_LATELY: _("Asked within the last 30 days"),
        Why.COUNTRY: _("In a country where a text may not ask (Canada, United Kingdom)"),
        Why.LANDLINE: _("Not a number that takes texts"),
        Why.PERMITTED: _("Have permitted it already"),
        Why.NOT_MEANT: _("Do not belong to those you chose"),
    }.get(Why(why), why)


@dataclass
class Choice:
    """Who is asked, the longest known first, and how many others there are by reason."""

    contacts: list[UUID] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def choose(*, audience: str, program: Program, of_import: ConsentImport | None) -> Choice:
    """Look at every contact of the active organization, or at those of an import."""
    chosen = Choice()
    for contacts in _contacts(of_import if audience == Audience.WEAK else None):
        for contact_id, why in judge(contacts, audience=audience, program=program).items():
            if why is None:
                chosen.contacts.append(contact_id)
            elif why is not Why.NOT_MEANT:
                chosen.left_out[why.value] += 1
    return chosen


def judge(contacts: Iterable[Contact], *, audience: str, program: Program) -> dict[UUID, Why | None]:
    """Why each is not asked, None for who may be; in four statements."""
    listed = list(contacts)
    indexes = [bytes(contact.number_index) for contact in listed]
    states = consent.states_of(listed)
    asked, refused = _asked_lately(indexes), _said_no(indexes)
    answer: dict[UUID, Why | None] = {}
    for contact in listed:
        index, state = bytes(contact.number_index), states[contact.pk]
        lately, no = index in asked, index in refused
        answer[contact.pk] = _why(contact, state, audience, program, lately=lately, no=no)
    return answer


def _why(contact: Contact, state: State, audience: str, program: Program, *, lately: bool, no: bool) -> Why | None:
    here = state.at(program.team_id, program.brand_id) if program.team_id or program.brand_id else state
    checks = (
        (Why.OPTED_OUT, bool(state.suppressions) or _withdrew(state)),
        (Why.SAID_NO, no),
        (Why.PERMITTED, all(here.permits(scope) for scope in program.scopes)),
        (Why.NOT_MEANT, not _is_meant(state, audience)),
        (Why.COUNTRY, contact.region in NOT_BY_TEXT),
        (Why.LANDLINE, contact.number_kind not in _TEXTED),
        (Why.ASKED_LATELY, lately),
    )
    return next((why for why, holds in checks if holds), None)


def _withdrew(state: State) -> bool:
    return any(entry.action == ConsentEvent.Action.WITHDRAWN for entry in state.entries)


def _is_meant(state: State, audience: str) -> bool:
    if audience == Audience.WEAK:
        return state.weak is not None
    only_reply = bool(state.given) and all(entry.kind == ConsentEvent.Kind.REPLY for entry in state.given)
    return only_reply if audience == Audience.REPLY else not state.given and state.weak is None


def _asked_lately(indexes: list[bytes]) -> set[bytes]:
    lately = ConsentEvent.objects.filter(
        number_index__in=indexes, action=ConsentEvent.Action.ASKED, recorded_at__gt=timezone.now() - AGAIN_AFTER
    )
    return {bytes(index) for index in lately.values_list("number_index", flat=True)}


def _said_no(indexes: list[bytes]) -> set[bytes]:
    refused = OptIn.objects.filter(number_index__in=indexes, state=OptIn.State.DECLINED)
    return {bytes(index) for index in refused.values_list("number_index", flat=True)}


def _contacts(of_import: ConsentImport | None) -> Iterator[list[Contact]]:
    """All customers, oldest first, in parts; the people of an import whose permission is weak, if one is given."""
    found: QuerySet[Contact] = Contact.objects.filter(heads(), only_codes=False)
    if of_import is not None:
        weak = ConsentImportRow.objects.filter(consent_import=of_import, outcome=ConsentImportRow.Outcome.WEAK)
        found = found.filter(number_index__in=weak.values("number_index"))
    kept = found.only("id", "organization_id", "number_index", "region", "number_kind").order_by("id")
    rows = kept.iterator(_BATCH)
    while part := list(islice(rows, _BATCH)):
        yield part
