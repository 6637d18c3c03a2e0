"""E-mails as the page of an escalation shows them: addresses and words as the member may see the customer."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.mail.letters import letter_states
from accounts.models import Membership
from compliance.models import Escalation, Letter
from compliance.other_channels.mail import addresses
from tenancy.encryption import prefetch, readable
from texting.models import Contact
from texting.queries.seeing import wording

State = Letter.State


@dataclass(frozen=True)
class LetterRow:
    """`words` say where it is, `tone` how that looks, `hint` what to do."""

    id: UUID
    is_in: bool
    who: str
    at: datetime
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    words: str
    tone: str
    hint: str


def rows_of(member: Membership, escalation: Escalation, contact: Contact) -> list[LetterRow]:
    """Newest first."""
    letters = list(Letter.objects.filter(escalation=escalation).select_related("member__user").order_by("-at", "-id"))
    prefetch(letters)
    waiting = [one.mail_id for one in letters if one.state == State.QUEUED and one.mail_id]
    states = letter_states(waiting) if waiting else {}
    rows = []
    for letter in letters:
        now = states.get(letter.mail_id) if letter.mail_id else None
        words, tone, hint = _said(letter, now.state if now else "", now.failure if now else letter.failure)
        rows.append(
            LetterRow(
                id=letter.pk,
                is_in=letter.direction == Letter.Direction.IN,
                who=letter.member.user.name if letter.member else "",
                at=letter.at,
                address=addresses.shown(member, contact, readable(letter, "address", "") or ""),
                subject=wording(member, letter, "subject", contact=contact),
                body=wording(member, letter, "body", contact=contact),
                words=words,
                tone=tone,
                hint=hint,
            )
        )
    return rows


def _said(letter: Letter, now: str, failure: str) -> tuple[str, str, str]:
    """Label, tone and what to do; `now` is what the queue says of one that is still on its way here."""
    state = {"sent": State.SENT, "refused": State.REFUSED, "expired": State.EXPIRED}.get(now, State(letter.state))
    if state == State.QUEUED and failure:
        return _("Not sent yet"), "warning", _("The mail server asked to wait. It is tried again by itself.")
    label = str(State(state).label)
    if failure == "automatic":
        return _("Automatic answer"), "neutral", ""
    if state not in (State.BOUNCED, State.REFUSED, State.EXPIRED):
        return label, "info" if state == State.QUEUED else "success", ""
    if state == State.BOUNCED or failure == "address":
        return label, "danger", _("This address takes no mail. Ask for another, or call.")
    if state == State.REFUSED:
        return label, "danger", _("The mail server did not take its words. Change them, or call.")
    return label, "danger", _("It could not be handed over for two days. Call them.")
