"""While a question about a number is open, bulk texts to it are kept back; after "wrong number" every text of ours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils import timezone

from compliance.models import OptOutQuestion
from tenancy.arrays import among_octets
from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Decision
from texting.purposes import TERMS

AGAIN = timedelta(hours=1)
"""When a text that is kept back asks the gate again after the day by which somebody should have decided."""


class OpenQuestions:
    """A guess stops no conversation: a person may still answer. But nothing is sent in bulk, and to somebody who says
    that the number is theirs and not our customer's, nothing at all.
    """

    name: ClassVar[str] = "consent.question"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse while a question is open; no opinion otherwise, and none on answers that are owed."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, the questions read once."""
        judged = [draft for draft in drafts if not TERMS[draft.purpose].owed]
        if not judged:
            return [Ruling()] * len(drafts)
        indexes = {bytes(draft.conversation.contact.number_index) for draft in judged}
        rows = OptOutQuestion.objects.filter(state=OptOutQuestion.State.OPEN, number_index__in=among_octets(indexes))
        found: dict[bytes, list[OptOutQuestion]] = {}
        for question in rows.only("number_index", "kind", "due_at", "organization_id"):
            found.setdefault(bytes(question.number_index), []).append(question)
        return [self._ruling(draft, found.get(bytes(draft.conversation.contact.number_index), [])) for draft in drafts]

    def _ruling(self, draft: Draft, questions: Sequence[OptOutQuestion]) -> Ruling:
        if TERMS[draft.purpose].owed:
            return Ruling()
        strange = [question for question in questions if question.kind == OptOutQuestion.Kind.WRONG_NUMBER]
        if strange:
            return Ruling((self._wrong_number(draft, strange[0]),))
        if questions and draft.is_bulk:
            return Ruling((self._perhaps_stop(draft, questions[0]),))
        return Ruling()

    def _perhaps_stop(self, draft: Draft, question: OptOutQuestion) -> Reason:
        return Reason(
            rule="consent.perhaps_stop",
            verdict=Verdict.REFUSE,
            text=_("They may have asked to stop, and nobody has decided yet."),
            what_to_do=_('Decide it under "Perhaps stop"; until then they get no bulk texts.'),
            evidence={"question": str(question.pk)},
            again_at=_again(draft, question.due_at),
        )

    def _wrong_number(self, draft: Draft, question: OptOutQuestion) -> Reason:
        return Reason(
            rule="consent.wrong_number",
            verdict=Verdict.REFUSE,
            text=_("They say that this is a wrong number, and nobody has decided yet."),
            what_to_do=_('Find out whose number it is, then decide it under "Perhaps stop".'),
            evidence={"question": str(question.pk)},
            again_at=_again(draft, question.due_at) if draft.is_bulk else None,
        )


def _again(draft: Draft, due_at: datetime) -> datetime | None:
    """A bulk text that was queued already waits in the outbox; time alone never lets it pass."""
    if draft.stage == Decision.Stage.QUEUE:
        return None
    return max(due_at, timezone.now() + AGAIN)
