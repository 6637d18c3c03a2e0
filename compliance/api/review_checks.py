"""The four review checks: of one conversation, and as a list. Ids and codes, and nothing that anybody wrote."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import PageParameters, page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import read_parameters
from accounts.permissions import Permission
from compliance.api import examples
from compliance.forms.permission_forms import EARLIEST_YEAR, LATEST_YEAR
from compliance.models import CheckedConversation, CheckOutcome
from compliance.review_checks import reading
from compliance.review_checks.filters import RESULTS, Filter
from compliance.review_checks.judging import Check, Link, Result
from compliance.review_checks.words import TITLES, sentence
from texting import queries
from texting.api.pages import cursor_of
from texting.api.shown import Named
from texting.models import Conversation
from texting.queries import Cursor
from texting.queries.cursors import older_than

_READ = (Permission.CONVERSATIONS_READ,)
_LIST = (Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)


class ShownReason(serializers.Serializer):  # type: ignore[type-arg]
    """Why a check says what it says."""

    code = serializers.CharField(help_text="A fixed word, such as no_opt_out_words.")
    text = serializers.CharField()


class ShownEvidence(serializers.Serializer):  # type: ignore[type-arg]
    """What shows it: a text, an entry of the consent ledger, a finding or an escalation."""

    kind = serializers.ChoiceField(choices=[one.value for one in Link])
    id = serializers.UUIDField()


class ShownCheck(serializers.Serializer):  # type: ignore[type-arg]
    """One of the four."""

    check = serializers.ChoiceField(choices=[one.value for one in Check])
    title = serializers.CharField()
    result = serializers.ChoiceField(choices=[one.value for one in Result])
    reasons = ShownReason(many=True)
    evidence = ShownEvidence(many=True)


class ShownChecks(serializers.Serializer):  # type: ignore[type-arg]
    """A conversation with its newest outcome. Before the first one `version` is 0 and `checks` is empty."""

    conversation_id = serializers.UUIDField()
    contact_id = serializers.UUIDField()
    line_id = serializers.UUIDField()
    agent = Named(allow_null=True, help_text="Who had it at the end, else who of the members wrote last.")
    resolved_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is open.")
    looked_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="Grows with each new outcome; 0: it was not looked at yet.")
    rules_version = serializers.CharField()
    checks = ShownCheck(many=True)


class ChecksPage(serializers.Serializer):  # type: ignore[type-arg]
    """Checked conversations, the one that was resolved last first."""

    data = ShownChecks(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")


class ChecksParameters(PageParameters):
    """Which of them."""

    result = serializers.ChoiceField(
        choices=RESULTS,
        default="all",
        required=False,
        help_text="Of `check`, else of any of the four; `holds` without `check`: none fails and none is open.",
    )
    check = serializers.ChoiceField(choices=[one.value for one in Check], required=False)
    team_id = serializers.UUIDField(required=False)
    agent_id = serializers.UUIDField(required=False)
    since = serializers.DateField(
        required=False, help_text="Resolved on this day or later, in the organization's zone."
    )
    until = serializers.DateField(required=False, help_text="Resolved on this day or before.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("since", "until"):
            if name in attrs and not EARLIEST_YEAR <= attrs[name].year <= LATEST_YEAR:
                raise serializers.ValidationError({name: [_("Choose a day of this century.")]})
        return attrs


class ConversationChecks(Endpoint):
    """The checks of one conversation."""

    needs = {"get": _READ}

    @describe(
        "Read a conversation's review checks",
        answer=ShownChecks,
        example=examples.CHECKED,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Reviews",
    )
    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """How it stands with the four checks. They are computed when it is resolved, and again when something late
        arrives.
        """
        conversation = queries.access_conversation(self.member, conversation_id)
        row = reading.visible_checked(self.member).filter(conversation_id=conversation.pk).first()
        if row is None:
            row = CheckedConversation(conversation_id=conversation.pk, line_id=conversation.line_id)
        return answer(_shown([row], {conversation.pk: conversation.contact_id})[0])


class ReviewChecks(Endpoint):
    """The list."""

    needs = {"get": _LIST}

    @describe(
        "List review checks",
        answer=ChecksPage,
        example={"data": [examples.CHECKED], "next": None},
        parameters=[ChecksParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Reviews",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Conversations that are over and were looked at, of those that this key may read."""
        wanted = read_parameters(request, ChecksParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        chosen = Filter(
            result=wanted["result"],
            check=wanted.get("check", ""),
            team=wanted.get("team_id"),
            agent=wanted.get("agent_id"),
            since=wanted.get("since"),
            until=wanted.get("until"),
        )
        if chosen.since and chosen.until and chosen.since > chosen.until:
            raise Problem(Kind.INVALID, errors=[Flaw(_("`until` is before `since`."), parameter="until")])
        rows = reading.matching(self.member, chosen)
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "resolved_at"))
        found = list(rows[: size + 1])
        last = found[size - 1] if len(found) > size else None
        following = str(Cursor(last.resolved_at, last.pk)) if last and last.resolved_at else ""
        found = found[:size]
        conversations = Conversation.objects.filter(pk__in=[row.conversation_id for row in found])
        contacts = dict(conversations.values_list("pk", "contact_id"))
        return page_answer(request, _shown(found, contacts), following)


def _shown(rows: Iterable[CheckedConversation], contacts: dict[UUID, UUID]) -> list[dict[str, Any]]:
    found = [row for row in rows if row.conversation_id in contacts]
    outcomes = reading.newest_outcomes(found)
    return [
        {
            "conversation_id": row.conversation_id,
            "contact_id": contacts[row.conversation_id],
            "line_id": row.line_id,
            "agent": {"id": row.agent.pk, "name": row.agent.user.name} if row.agent else None,
            "resolved_at": row.resolved_at,
            "looked_at": row.looked_at,
            "version": row.number,
            "rules_version": row.rules_version,
            "checks": _checks(outcomes.get(row.conversation_id)),
        }
        for row in found
    ]


def _checks(outcome: CheckOutcome | None) -> list[dict[str, Any]]:
    if outcome is None:
        return []
    return [
        {
            "check": check.value,
            "title": str(TITLES[check]),
            "result": getattr(outcome, check),
            "reasons": [{"code": code, "text": sentence(code)} for code in outcome.details[check]["why"]],
            "evidence": [{"kind": kind, "id": pk} for kind, pk in outcome.details[check]["evidence"]],
        }
        for check in Check
    ]
