"""Quiet hours: no text at a time that the law, or courtesy, does not allow where its reader may be.

A bulk text is marketing, and so is the question for permission unless it answers a keyword of this hour: law, in every
zone and state there is evidence for, and nobody can wave it through. It is queued all the same and waits for its
window; 15 minutes before the window ends none leaves any more, and the provider is told how long it may keep one.
Whatever else somebody writes is informational: courtesy, in every zone there is evidence for. There its author decides:
let it wait, or send it all the same, which is kept in the decision and in the log. An answer within the hour, a code,
an alert that somebody wrote to one customer and what is owed by law have no hours. One that a rule sends has them: it
goes to many, one at a time, and nobody has judged that it cannot wait.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from compliance.hours import own_hours, quiet_hours
from compliance.hours.own_hours import Decided
from compliance.hours.quiet_hours import Hours, OwnRules, TextClass
from compliance.hours.time_zones import Whereabouts, nowhere_known, whereabouts
from compliance.send_policies import here
from tenancy.encryption import KeyDestroyed, open_together
from tenancy.said import gettext as say
from texting.gate import Draft, OutsideHours, Reason, Ruling, Verdict
from texting.local_time import sentence, their_time
from texting.models import Contact, Decision
from texting.purposes import Purpose

MARGIN = timedelta(minutes=15)  # before a window closes: a carrier may take that long
GRACE = timedelta(minutes=15)  # for what was written within the courtesy hours and left a little late
ANSWERS_WITHIN = timedelta(minutes=60)
_CLASSES = {
    Purpose.BULK: TextClass.MARKETING,
    Purpose.OPT_IN_QUESTION: TextClass.MARKETING,
    Purpose.APPOINTMENT: TextClass.INFORMATIONAL,
    Purpose.POLL: TextClass.INFORMATIONAL,
    Purpose.REPLY: TextClass.INFORMATIONAL,
    Purpose.PRIVATE_LINK: TextClass.INFORMATIONAL,
}
EVIDENCE = ("number", "state", "zip_code", "time_zone")
"""What a contact says of where its person may be."""
_LOOKS = 50  # at windows that are shorter than the margin


class QuietHours:
    """Refuses, puts off or lets pass by the hour where the customer may be; says by which rows."""

    name: ClassVar[str] = "hours"

    def judge(self, draft: Draft) -> Ruling:
        """The answer to this draft now."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, at one moment: the organization's own rules are read once, and hours looked up once for all
        who may be in the same places.
        """
        at = here.now()
        classes = [class_of(draft, at) for draft in drafts]
        bound = [
            (draft, each)
            for draft, each in zip(drafts, classes, strict=True)
            if each not in {None, TextClass.REPLY_TO_INBOUND}
        ]
        open_together([draft.conversation.contact for draft, _ in bound], EVIDENCE)
        known: dict[Any, Ruling] = {}
        return [self._ruling(draft, each, at, known) for draft, each in zip(drafts, classes, strict=True)]

    def _ruling(self, draft: Draft, text_class: TextClass | None, at: datetime, known: dict[Any, Ruling]) -> Ruling:
        if text_class is None or text_class is TextClass.REPLY_TO_INBOUND:
            return Ruling()
        where, author = where_is(draft.conversation.contact), draft.author and draft.author.pk
        asked = (where, text_class, draft.stage, draft.purpose, draft.outside_hours, author)
        if asked not in known:
            decided = own_hours.decided()
            if text_class is TextClass.MARKETING:
                known[asked] = Ruling((_marketing(draft, where, at, decided.hours),))
            else:
                known[asked] = Ruling((_informational(draft, where, at, decided),))
        return known[asked]


def class_of(draft: Draft, at: datetime | None = None) -> TextClass | None:
    """What a draft is as far as the hours go, at a moment (now); None for what has none."""
    found = _CLASSES.get(draft.purpose)
    by_rule = draft.purpose is Purpose.ALERT and draft.author is None
    if found is None and (by_rule or draft.announcement_id is not None):  # an alert that a person wrote to one has none
        found = TextClass.INFORMATIONAL
    asked = draft.conversation.last_inbound_at
    late = GRACE if draft.stage == Decision.Stage.HAND_OVER else timedelta()
    answering = by_rule or draft.purpose in {
        Purpose.REPLY,
        Purpose.PRIVATE_LINK,
        Purpose.OPT_IN_QUESTION,
    }  # of a keyword that was just texted
    if answering and asked is not None and (at or here.now()) - asked <= ANSWERS_WITHIN + late:
        return TextClass.REPLY_TO_INBOUND
    return found


def courtesy_class(purpose: Purpose) -> TextClass | None:
    """What a text of this purpose is when it answers nobody."""
    return _CLASSES.get(purpose)


def where_is(contact: Contact) -> Whereabouts:
    """Everywhere this customer may be: by number, by address, by what they told. Nowhere known is everywhere."""
    try:
        return whereabouts(contact.number, state=contact.state, zip_code=contact.zip_code, zone=contact.time_zone)
    except (ValueError, KeyDestroyed):  # a number that belongs to no country, evidence that is none, an erased contact
        return nowhere_known()


def zones_of(contact: Contact) -> tuple[str, ...]:
    """The zones where this customer may be: what the composer shows the time of (`TEXTING_CUSTOMER_ZONES`)."""
    return where_is(contact).zones


def window(where: Whereabouts, at: datetime, own: OwnRules) -> Hours:
    """The hours for marketing with the margin: closed when less than that is left, and opening when more is."""
    found = quiet_hours.judge(where, at, TextClass.MARKETING, own)
    moment = at
    for _ in range(_LOOKS):
        opening = moment if found.is_open else found.opens_at
        if opening is None:
            break
        there = found if opening == moment else quiet_hours.judge(where, opening, TextClass.MARKETING, own)
        if there.closes_at is not None and there.closes_at - opening >= MARGIN:
            return there if opening == at else Hours(False, opening, None, there.zones, there.rules)
        moment = there.closes_at or opening + MARGIN
        found = quiet_hours.judge(where, moment, TextClass.MARKETING, own)
    return Hours(False, None, None, found.zones, found.rules)


def _marketing(draft: Draft, where: Whereabouts, at: datetime, own: OwnRules) -> Reason:
    found = window(where, at, own)
    if found.is_open:
        left = found.closes_at - at if found.closes_at else None
        return _allowed("hours.open", evidence=_evidence(found, at), valid_for=left)
    if draft.stage == Decision.Stage.QUEUE and found.opens_at is not None:
        return _allowed("hours.closed", evidence=_evidence(found, at), not_before=found.opens_at)
    return Reason(
        rule="hours.closed" if found.opens_at else "hours.never",
        verdict=Verdict.REFUSE,
        text=sentence(found.zones, at),
        what_to_do=say("It leaves when the hours for such texts begin.")
        if found.opens_at
        else say("There is no hour that suits every place where this customer may be. Call or e-mail them."),
        version=quiet_hours.rules_version(),
        evidence=_evidence(found, at),
        again_at=found.opens_at,
        waits=found.opens_at is not None,
    )


def _informational(draft: Draft, where: Whereabouts, at: datetime, known: Decided) -> Reason:
    found = quiet_hours.judge(where, at, TextClass.INFORMATIONAL, known.hours)
    evidence, at_queue = _evidence(found, at), draft.stage == Decision.Stage.QUEUE
    if found.is_open or (not at_queue and _was_open(where, at, known.hours)):
        return _allowed("hours.open", evidence=evidence)
    words = sentence(found.zones, at)
    if known.only_warns:
        return _allowed("hours.warned", text=words if at_queue else "", evidence=evidence, is_warning=at_queue)
    if draft.outside_hours is OutsideHours.SEND and draft.author is not None:
        evidence = evidence | {"insisted": str(draft.author.pk)}
        return _allowed("hours.insisted", text=words, evidence=evidence, may_insist=True)
    waits = draft.outside_hours is OutsideHours.WAIT or draft.purpose is not Purpose.REPLY
    if at_queue and waits and found.opens_at is not None:
        return _allowed("hours.closed", text=words, evidence=evidence, not_before=found.opens_at)
    return Reason(
        rule="hours.closed" if found.opens_at else "hours.never",
        verdict=Verdict.REFUSE,
        text=words,
        what_to_do=_act(found, at),
        version=quiet_hours.rules_version(),
        evidence=evidence,
        again_at=found.opens_at,
        waits=found.opens_at is not None,
        may_insist=draft.author is not None,
    )


def _was_open(where: Whereabouts, at: datetime, own: OwnRules) -> bool:
    return quiet_hours.judge(where, at - GRACE, TextClass.INFORMATIONAL, own).is_open


def _act(found: Hours, at: datetime) -> str:
    if found.opens_at is None:
        return say("No hour suits every place where they may be. Send it all the same if it matters, or call.")
    words = {"when": their_time(found.zones, found.opens_at, since=at)}
    return say("It can wait until %(when)s, or leave now if it matters.") % words


def _allowed(
    rule: str,
    *,
    text: str = "",
    evidence: dict[str, str] | None = None,
    not_before: datetime | None = None,
    valid_for: timedelta | None = None,
    may_insist: bool = False,
    is_warning: bool = False,
) -> Reason:
    return Reason(
        rule=rule,
        verdict=Verdict.ALLOW,
        text=text,
        version=quiet_hours.rules_version(),
        evidence=evidence or {},
        not_before=not_before,
        valid_for=valid_for,
        may_insist=may_insist,
        is_warning=is_warning,
    )


def _evidence(found: Hours, at: datetime) -> dict[str, str]:
    """What was applied: zones with the time there, and rows."""
    kept = {"local": ", ".join(f"{zone} {local:%a %H:%M}" for zone, local in _locals(found, at))}
    if found.rules:
        kept["rows"] = ", ".join(found.rules)
    return kept | ({"opens": found.opens_at.isoformat()} if found.opens_at else {})


def _locals(found: Hours, at: datetime) -> list[tuple[str, datetime]]:
    return [(zone, at.astimezone(ZoneInfo(zone))) for zone in found.zones]
