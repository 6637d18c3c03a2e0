"""The clauses of a first text."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from compliance.opt_out.answers import OPT_OUT_WORDS
from compliance.send_policies.here import organization
from compliance.words.first_words import names, tells_how_to_opt_out
from tenancy.arrays import among
from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.limits.judging import OWED
from texting.models import Decision, Message
from texting.purposes import Purpose
from texting.statuses import MessageStatus

_NEVER_LEFT = (MessageStatus.CANCELED, MessageStatus.FAILED)  # so the customer has not read their clauses
# A code names its sender itself and was asked for a moment ago; a question for permission says both in its own words.
_WITHOUT_CLAUSES = OWED | {Purpose.CODE, Purpose.PRIVATE_CODE, Purpose.OPT_IN_QUESTION}


class FirstTextClauses:
    """The first text of a conversation says who writes and how to opt out; what is missing is added, in plain sight."""

    name: ClassVar[str] = "first_text"

    def judge(self, draft: Draft) -> Ruling:
        """Add the clauses when a text is queued; at the hand-over, refuse a first text that lacks them."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, the conversations looked at together."""
        earliest = self._earliest(drafts)
        company = organization().name
        return [self._ruling(draft, company, first=self._is_first(draft, earliest)) for draft in drafts]

    def _ruling(self, draft: Draft, company: str, *, first: bool) -> Ruling:
        if not first:
            return Ruling()
        named, told = names(draft.body, company), tells_how_to_opt_out(draft.body)
        if draft.stage == Decision.Stage.QUEUE:
            return Ruling(prefix="" if named else f"{company}: ", suffix="" if told else f"\n{OPT_OUT_WORDS}")
        if named and told:  # kept, so that it can be counted later (compliance/measures/evidence/texts.py)
            return Ruling((Reason(rule=f"{self.name}.said", verdict=Verdict.ALLOW, text=""),))
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text=_("The first text of a conversation must name the company and say how to opt out."),
                    what_to_do=_("Write it again; both are added by themselves."),
                ),
            )
        )

    def _is_first(self, draft: Draft, earliest: dict[UUID, UUID]) -> bool:
        if draft.purpose in _WITHOUT_CLAUSES:
            return False
        first = earliest.get(draft.conversation.pk)
        return first is None or (draft.message_id is not None and draft.message_id <= first)

    def _earliest(self, drafts: Sequence[Draft]) -> dict[UUID, UUID]:
        """The first text of ours, by conversation, that has not been stopped on its way."""
        conversations = {draft.conversation.pk for draft in drafts if draft.purpose not in _WITHOUT_CLAUSES}
        ours = Message.objects.filter(conversation_id__in=among(conversations), direction=Message.Direction.OUT)
        ours = ours.exclude(purpose=Purpose.OPT_OUT_ANSWER).exclude(status__in=_NEVER_LEFT)
        rows = ours.order_by("conversation_id", "id").distinct("conversation_id")
        return dict(rows.values_list("conversation_id", "id")) if conversations else {}
