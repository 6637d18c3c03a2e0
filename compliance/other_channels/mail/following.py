"""What became of e-mails: the queue is asked, because what is below does not call what is above.

One that did not reach the customer was no contact: if it had stopped the clock, the clock goes on.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.mail.letters import LIFE, letter_states
from compliance.escalations import acting
from compliance.escalations.noting import note, show
from compliance.models import Escalation, EscalationEvent, Letter
from compliance.other_channels.mail import addresses
from tenancy.encryption import readable

State = Letter.State
FORGOTTEN = LIFE + timedelta(days=1)
_ENDS = {"sent": State.SENT, "refused": State.REFUSED, "expired": State.EXPIRED}


def follow() -> int:
    """Of the active organization, in the running transaction. Returns how many letters ended; twice is once."""
    rows = Letter.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    waiting = list(rows.filter(direction=Letter.Direction.OUT, state=State.QUEUED).order_by("at", "id")[:200])
    states = letter_states([one.mail_id for one in waiting if one.mail_id])
    ended = 0
    for letter in waiting:
        found = states.get(letter.mail_id) if letter.mail_id else None
        end = _ENDS.get(found.state) if found else None
        if found is None and letter.at < timezone.now() - FORGOTTEN:
            end = State.EXPIRED
        if end is None:
            continue
        settle(letter, end, found.failure if found else "")
        ended += 1
    return ended


def settle(letter: Letter, state: str, failure: str) -> None:
    """Its end, once; refused, given up or come back is told in the timeline."""
    letter.state, letter.failure, letter.settled_at = state, failure, timezone.now()
    letter.save(update_fields=["state", "failure", "settled_at"])
    rows = Escalation.objects.select_for_update(of=("self",), no_key=True)
    mine = rows.get(pk=letter.escalation_id)
    if state == State.SENT:
        show(mine)
        return
    if state == State.BOUNCED or failure == "address":
        addresses.mark_bounced(letter.contact_id, readable(letter, "address", "") or "", timezone.now())
    acting.not_reached(mine, letter.at)
    note(mine, EscalationEvent.Kind.MAIL_FAILED, facts={"letter": str(letter.pk), "state": state, "failure": failure})
