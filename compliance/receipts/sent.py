"""Texts to one number, each with the decision that let it go, and those that were not let go."""

from typing import Any, TypedDict
from uuid import UUID

from django.db.models import Count, Max, Min
from django.db.models.expressions import RawSQL

from compliance.receipts.shapes import Refusal, Text, Under
from texting.gate import Verdict
from texting.models import Contact, Decision, Message, SendAttempt

MOST_TEXTS = 200
MOST_REFUSALS = 100
_PERMISSION = "jsonb_path_query_first(texting_decision.reasons, '$[*].evidence.consent_event') #>> '{}'"


class Sent(TypedDict):
    """These fields of a receipt."""

    texts_under: list[Under]
    texts: list[Text]
    texts_in_all: int
    refusals: list[Refusal]
    refusals_in_all: int


def gather(contact: Contact | None) -> Sent:
    """What was sent to a contact and what was refused; sign-in codes of colleagues are nobody's business here."""
    if contact is None:
        return Sent(texts_under=[], texts=[], texts_in_all=0, refusals=[], refusals_in_all=0)
    messages = Message.objects.filter(contact=contact, direction=Message.Direction.OUT, line__sends_codes=False)
    under = [Under(**row) for row in _under(messages)]
    refused = Decision.objects.filter(
        conversation__contact=contact, conversation__line__sends_codes=False, verdict=Verdict.REFUSE
    )
    return Sent(
        texts_under=under,
        texts=_texts(messages),
        texts_in_all=sum(one.texts for one in under),
        refusals=[
            _refusal(one) for one in refused.select_related("author__user").order_by("-decided_at")[:MOST_REFUSALS]
        ],
        refusals_in_all=refused.count(),
    )


def _under(messages: Any) -> Any:
    """Counted by the permission that let them be queued, in one statement."""
    rows = messages.select_related("decision").annotate(permission=RawSQL(_PERMISSION, ()))  # noqa: S611 - no values
    grouped = rows.filter(decision__isnull=False, decision__verdict=Verdict.ALLOW).values("permission").order_by()
    counted = grouped.annotate(texts=Count("pk"), first=Min("created_at"), last=Max("created_at")).order_by("-last")
    return [{**row, "permission": row["permission"] or ""} for row in counted]


def _texts(messages: Any) -> list[Text]:
    newest = messages.select_related("line__team", "author__user", "decision").order_by("-created_at", "-id")
    rows = list(newest[:MOST_TEXTS])
    attempts = SendAttempt.objects.filter(message__in=[row.pk for row in rows]).select_related("decision")
    leaving: dict[UUID, Decision] = {one.message_id: one.decision for one in attempts.order_by("number")}
    return [_text(row, leaving.get(row.pk)) for row in rows]


def _text(row: Message, leaving: Decision | None) -> Text:
    decision = row.decision
    return Text(
        id=str(row.pk),
        at=row.created_at,
        line=row.line.name,
        team=row.line.team.name,
        purpose=row.purpose,
        author=row.author.user.name if row.author else "",
        status=row.status,
        sent_at=row.sent_at,
        decision=str(decision.pk) if decision else "",
        permission=_permission(decision),
        rules=[reason["rule"] for reason in decision.reasons] if decision else [],
        leaving_decision=str(leaving.pk) if leaving else "",
        leaving_permission=_permission(leaving),
    )


def _permission(decision: Decision | None) -> str:
    reasons = decision.reasons if decision else []
    return next((str(id_) for one in reasons if (id_ := one.get("evidence", {}).get("consent_event"))), "")


def _refusal(row: Decision) -> Refusal:
    return Refusal(
        decision=str(row.pk),
        at=row.decided_at,
        stage=row.stage,
        purpose=row.purpose,
        author=row.author.user.name if row.author else "",
        rules=[one["rule"] for one in row.reasons if one.get("verdict") != Verdict.ALLOW],
    )
