"""What a member writes down that permits texts though nobody asked for them: a purchase, and a patient's number.

Neither lifts an opt-out, whoever recorded that: the customer has said the contrary. The law's terms are in
`compliance.implied`.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.implied import exemption, purchases
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from compliance.opt_out.told_to_members import CannotRecord, Told, checked, show
from texting.models import Contact


def record_purchase(*, member: Membership, contact: Contact, bought_on: date, what: str) -> ConsentEvent:
    """A Canadian number may be texted for two years from that day (of the organization's zone), not with marketing.

    Raises CannotRecord: another country, a day to come or too far back, an opt-out since, a later purchase that is
    known; MissingPermission.
    """
    require(member, Permission.CONSENT_RECORD)
    zone = member.organization.time_zone
    problem = purchases.problem_of(region=contact.region, bought_on=bought_on, zone=zone)
    if problem is not None:
        raise CannotRecord(purchases.sentence(problem))
    moment = purchases.moment_of(bought_on, zone)
    told = Told(ConsentEvent.Channel.OTHER, what, moment)
    checked(told)
    _refuse_after_opt_out(contact)
    if _opted_out_since(contact, bought_on, zone):
        raise CannotRecord(_("They opted out after that purchase, so it no longer counts."))
    if any(
        entry.kind == ConsentEvent.Kind.PURCHASE and _at(entry) >= moment for entry in consent.state_of(contact).given
    ):
        raise CannotRecord(_("This purchase, or a later one, is written down already."))
    evidence = Evidence(
        source=ConsentEvent.Source.AGENT,
        words=what.strip(),
        actor=member,
        act=ConsentEvent.Act.BOUGHT,
        circumstances={"bought_on": bought_on.isoformat()},
        happened_at=moment,
    )
    event = consent.give(contact, kind=ConsentEvent.Kind.PURCHASE, evidence=evidence)
    show(contact)
    return event


def record_patient(*, member: Membership, contact: Contact, told: Told, declares: bool) -> ConsentEvent:
    """Appointment texts may go to a number that the patient gave, under the exemption for healthcare.

    `declares`: the member says what `exemption.declared` asks for. Raises CannotRecord where the organization does not
    rely on the exemption, where something is not declared, after an opt-out; MissingPermission.
    """
    require(member, Permission.CONSENT_RECORD)
    if not exemption.is_on():
        raise CannotRecord(_("The exemption for healthcare is off. An admin can switch it on under Quiet hours."))
    if not declares:
        raise CannotRecord(_("Say that each of the conditions is met, or ask the patient to opt in."))
    happened_at, zone = checked(told), member.organization.time_zone
    _refuse_after_opt_out(contact)
    if happened_at is not None and _opted_out_since(contact, happened_at.astimezone(ZoneInfo(zone)).date(), zone):
        raise CannotRecord(_("They opted out after that. What they said before no longer counts."))
    evidence = Evidence(
        source=ConsentEvent.Source.AGENT,
        words=told.words.strip(),
        actor=member,
        channel=told.channel,
        act=ConsentEvent.Act.GAVE,
        circumstances=exemption.circumstances(member.organization.name),
        happened_at=happened_at,
    )
    event = consent.give(contact, kind=ConsentEvent.Kind.HEALTHCARE, evidence=evidence)
    show(contact)
    return event


def _refuse_after_opt_out(contact: Contact) -> None:
    if consent.state_of(contact).suppressed_since is not None:
        raise CannotRecord(_("They opted out. Only a permission that they give themselves, such as START, undoes it."))


def _opted_out_since(contact: Contact, day: date, zone: str) -> bool:
    """Whether they withdrew on that day or later, even if a later START has lifted it."""
    said = (entry for entry in consent.state_of(contact).entries if entry.action == ConsentEvent.Action.WITHDRAWN)
    return any(_at(entry).astimezone(ZoneInfo(zone)).date() >= day for entry in said)


def _at(entry: ConsentEvent) -> datetime:
    return entry.happened_at or entry.recorded_at
