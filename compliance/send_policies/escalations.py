"""While an escalation is open, a person talks to the customer: automatic texts wait, and the topic is not texted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils import timezone

from compliance.escalations.current import open_for
from compliance.models import Escalation
from compliance.screening.outbound import found_in
from compliance.screening.words import name_of
from tenancy.said import gettext as _
from tenancy.word_lists import all_of
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Decision, Message
from texting.purposes import PRIVATE, Purpose

AGAIN = timedelta(hours=1)
"""When a text that waits asks the gate again; closing the escalation lets it ask at once."""
_REQUIRED = frozenset({Purpose.OPT_OUT_ANSWER, Purpose.OPT_IN_ANSWER, Purpose.HELP_ANSWER})
"""Answers to STOP, START and HELP, which law and carriers ask for."""
_SAFE = PRIVATE | {Purpose.CODE, Purpose.RECEIPT}
"""Links, codes and receipts of the safe ways themselves, and codes with which colleagues sign in."""


class OpenEscalation:
    """Asked of every text: pauses what no person wrote, and refuses the locked topic from everybody."""

    name: ClassVar[str] = "escalation"

    def judge(self, draft: Draft) -> Ruling:
        """No opinion where none is open for the customer."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, the escalations read once."""
        asked = [one for one in drafts if one.purpose not in _REQUIRED | _SAFE]
        found = open_for(one.conversation.contact_id for one in asked)
        return [self._ruling(one, found.get(one.conversation.contact_id, [])) for one in drafts]

    def _ruling(self, draft: Draft, found: Sequence[Escalation]) -> Ruling:
        if not found or draft.purpose in _REQUIRED | _SAFE:
            return Ruling()
        if draft.purpose is Purpose.SAFE_WAY_ANSWER:
            told = Message.objects.filter(
                contact_id=draft.conversation.contact_id, purpose=draft.purpose, created_at__gte=found[0].opened_at
            )
            waits = draft.stage == Decision.Stage.QUEUE and told.exists()
            return Ruling((self._paused(draft, found[0]),)) if waits else Ruling()
        if draft.purpose is not Purpose.REPLY or draft.author is None or draft.author.is_machine:
            return Ruling((self._paused(draft, found[0]),))
        return self._about_topic(draft, found)

    def _paused(self, draft: Draft, escalation: Escalation) -> Reason:
        queued = draft.stage != Decision.Stage.QUEUE
        return Reason(
            rule=f"{self.name}.paused",
            verdict=Verdict.REFUSE,
            text=_("Automatic texts to this customer are paused: a colleague settles something by phone or e-mail."),
            what_to_do=_("Close the escalation first, then send it."),
            evidence={"escalation": str(escalation.pk)},
            again_at=_again(escalation.due_at) if queued else None,
            waits=queued,
        )

    def _about_topic(self, draft: Draft, found: Sequence[Escalation]) -> Ruling:
        locked = {kind for escalation in found for kind in escalation.locked}
        if not locked or draft.message_id is not None:
            return Ruling()
        kinds = list(dict.fromkeys(one.type for one in found_in(draft) if one.type in locked))
        if not kinds:
            return Ruling()
        what = all_of(name_of(kind) for kind in kinds[:2])
        reason = Reason(
            rule=f"{self.name}.locked",
            verdict=Verdict.REFUSE,
            text=_("This text may hold %(what)s, and an escalation is open about that: it is not settled by text.")
            % {"what": what},
            what_to_do=_("Send it securely, ask for the payment with a payment link, call or e-mail them."),
            evidence={"escalation": str(found[0].pk), "kinds": ",".join(kinds)},
            about_text=True,
            in_general=_("An escalation is open about that: it is not settled by text."),
        )
        return Ruling((reason,))


def _again(due_at: datetime | None) -> datetime:
    return max(due_at or timezone.now(), timezone.now() + AGAIN)
