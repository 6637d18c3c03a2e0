"""The rules that every outbound text is judged by, in the order of `settings.TEXTING_SEND_POLICIES`."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar
from uuid import UUID

from django.utils import timezone

from compliance import consent
from compliance.answers import OPT_OUT_WORDS
from compliance.consent import ANSWER_WINDOW, State
from compliance.models import ConsentEvent
from tenancy.isolation import current_organization_id, kept_until_commit
from tenancy.models import Organization
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Decision, Message
from texting.phone_numbers import display
from texting.purposes import Purpose
from texting.statuses import MessageStatus

_NEVER_LEFT = (MessageStatus.CANCELED, MessageStatus.FAILED)  # so the customer has not read their clauses
_ANSWERS = {Purpose.OPT_OUT_ANSWER, Purpose.OPT_IN_ANSWER, Purpose.HELP_ANSWER}
_WITHOUT_CLAUSES = _ANSWERS | {Purpose.CODE}  # a code names its sender itself, and was asked for a moment ago


class LineActive:
    """A line that is switched off sends nothing."""

    name: ClassVar[str] = "line.active"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse on an inactive line; no opinion otherwise."""
        line = draft.conversation.line
        if line.is_active:
            return Ruling()
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text=f"The line {line.name} is switched off.",
                    what_to_do="Ask an admin to switch it on, or write from another line.",
                    evidence={"line": str(line.pk)},
                ),
            )
        )


class CodeLine:
    """Codes leave on the organization's line for codes and on no other; that line carries nothing else, because nobody
    would read the answers.
    """

    name: ClassVar[str] = "line.codes"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse a code elsewhere and anything else there, but for what is owed to whoever texts that line."""
        on_it, is_code = draft.conversation.line.sends_codes, draft.purpose is Purpose.CODE
        if on_it == is_code or (on_it and draft.purpose in _ANSWERS):
            return Ruling()
        text = "This line is for sign-in codes only." if on_it else "Sign-in codes leave on the line for codes only."
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text=text,
                    what_to_do="Write from another line." if on_it else "Ask an admin to connect a line for codes.",
                    evidence={"line": str(draft.conversation.line.pk)},
                ),
            )
        )


class AuthorActive:
    """What a member wrote leaves only as long as the member may text: their queue ends with their membership."""

    name: ClassVar[str] = "author.active"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse what a deactivated member wrote; no opinion on automatic texts and on everybody else's."""
        author = draft.author
        if author is None or (author.is_active and author.user.is_active):
            return Ruling()
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text="The colleague who wrote it can no longer send texts.",
                    what_to_do="Read it, and send it yourself if it is still right.",
                    evidence={"author": str(author.pk)},
                ),
            )
        )


class Permission:
    """No text without a permission; after a withdrawal nothing but the one confirmation."""

    name: ClassVar[str] = "consent"

    def judge(self, draft: Draft) -> Ruling:
        """Allow or refuse by the ledger's state; it is read anew each time."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, the ledger read once."""
        states = consent.states_of(draft.conversation.contact for draft in drafts)
        return [self._ruling(draft, states[draft.conversation.contact_id]) for draft in drafts]

    def _ruling(self, draft: Draft, state: State) -> Ruling:
        if draft.purpose is Purpose.OPT_OUT_ANSWER:
            return Ruling((self._confirmation(draft, state),))
        if draft.purpose is Purpose.HELP_ANSWER:
            return Ruling((self._help(draft),))
        if draft.purpose is Purpose.CODE and state.suppressed_since is None:
            return Ruling((self._code(draft),))
        return Ruling((self._usual(draft, state),))

    def _usual(self, draft: Draft, state: State) -> Reason:
        evidence = {"consent_event": str(state.event.pk)} if state.event else {}
        if state.suppressed_since is not None:
            return Reason(
                rule="consent.opted_out",
                verdict=Verdict.REFUSE,
                text=f"They opted out on {_day(draft, state)}{_how(state.event)}.",
                what_to_do=f"Only they can undo it, by texting START to {_line(draft)}. Call or e-mail them instead.",
                evidence=evidence,
            )
        if not state.permitted or state.event is None:
            return Reason(
                rule="consent.none",
                verdict=Verdict.REFUSE,
                text="There is no permission to text this number yet.",
                what_to_do=f"Ask them to text START to {_line(draft)}; you can write as soon as they have.",
            )
        if draft.purpose is Purpose.BULK and state.event.kind == ConsentEvent.Kind.REPLY:
            return Reason(
                rule="consent.reply_only",
                verdict=Verdict.REFUSE,
                text="They wrote to us, which permits an answer, not an announcement.",
                what_to_do=f"Ask them to text START to {_line(draft)} first.",
                evidence=evidence,
            )
        handed_over = draft.stage == Decision.Stage.HAND_OVER  # nobody reads it
        return Reason(
            rule="consent.given",
            verdict=Verdict.ALLOW,
            text="" if handed_over else f"May be texted since {_day(draft, state)}{_how(state.event)}.",
            evidence=evidence,
        )

    def _confirmation(self, draft: Draft, state: State) -> Reason:
        """The one text after an opt-out: once, and within five minutes."""
        since = state.suppressed_since
        others = Message.objects.filter(
            contact=draft.conversation.contact, purpose=Purpose.OPT_OUT_ANSWER, created_at__gte=since or timezone.now()
        )
        if draft.message_id is not None:
            others = others.exclude(pk=draft.message_id)
        in_time = since is not None and timezone.now() - since <= ANSWER_WINDOW
        if in_time and not others.exists():
            return Reason(
                rule="consent.confirmation", verdict=Verdict.ALLOW, text="The one confirmation of an opt-out."
            )
        return Reason(
            rule="consent.confirmation",
            verdict=Verdict.REFUSE,
            text="An opt-out is confirmed once, within five minutes.",
            what_to_do="Nothing: the opt-out holds without it.",
        )

    def _code(self, draft: Draft) -> Reason:
        """The receiver has just asked for it, which is permission for this one text; an opt-out still holds."""
        if draft.author is None:
            return Reason(
                rule="consent.code", verdict=Verdict.ALLOW, text="A sign-in code that its receiver asked for."
            )
        return Reason(
            rule="consent.code",
            verdict=Verdict.REFUSE,
            text="Sign-in codes are sent by Parley itself.",
            what_to_do="Write an ordinary text instead.",
        )

    def _help(self, draft: Draft) -> Reason:
        """HELP is answered whatever the state is, but only when it was just asked."""
        asked = draft.conversation.last_inbound_at
        if asked is not None and timezone.now() - asked <= ANSWER_WINDOW:
            return Reason(rule="consent.help", verdict=Verdict.ALLOW, text="The customer just asked for help.")
        return Reason(
            rule="consent.help",
            verdict=Verdict.REFUSE,
            text="Help is sent only to someone who just asked for it.",
            what_to_do="Write an ordinary text instead.",
        )


class FirstTextClauses:
    """The first text of a conversation says who writes and how to opt out; what is missing is added, in plain sight."""

    name: ClassVar[str] = "first_text"

    def judge(self, draft: Draft) -> Ruling:
        """Add the clauses when a text is queued; at the hand-over, refuse a first text that lacks them."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, the conversations looked at together."""
        earliest = self._earliest(drafts)
        company = _organization().name
        return [self._ruling(draft, company, first=self._is_first(draft, earliest)) for draft in drafts]

    def _ruling(self, draft: Draft, company: str, *, first: bool) -> Ruling:
        if not first:
            return Ruling()
        named = company.casefold() in draft.body.casefold()
        told = "stop" in draft.body.casefold() and (
            "opt out" in draft.body.casefold() or "reply stop" in draft.body.casefold()
        )
        if draft.stage == Decision.Stage.QUEUE:
            return Ruling(prefix="" if named else f"{company}: ", suffix="" if told else f"\n{OPT_OUT_WORDS}")
        if named and told:
            return Ruling()
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text="The first text of a conversation must name the company and say how to opt out.",
                    what_to_do="Write it again; both are added by themselves.",
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
        ours = Message.objects.filter(conversation_id__in=conversations, direction=Message.Direction.OUT)
        ours = ours.exclude(purpose=Purpose.OPT_OUT_ANSWER).exclude(status__in=_NEVER_LEFT)
        rows = ours.order_by("conversation_id", "id").distinct("conversation_id")
        return dict(rows.values_list("conversation_id", "id")) if conversations else {}


class _Here:
    """The active organization, asked for once in a transaction."""

    @cached_property
    def organization(self) -> Organization:
        return Organization.objects.get(pk=current_organization_id())


def _organization() -> Organization:
    return kept_until_commit(_Here).organization


def _line(draft: Draft) -> str:
    return display(draft.conversation.line.number)


def _day(draft: Draft, state: State) -> str:
    """The day of the entry, in the organization's own time zone."""
    if state.event is None:
        return "an unknown day"
    with timezone.override(_organization().time_zone):
        return timezone.localtime(state.suppressed_since or state.event.recorded_at).strftime("%-d %b %Y, %H:%M")


def _how(event: ConsentEvent | None) -> str:
    if event is None:
        return ""
    if event.source == ConsentEvent.Source.KEYWORD:
        return f", by texting {event.matched.upper()}"
    if event.source == ConsentEvent.Source.INBOUND:
        return ", when they wrote to us"
    if event.source == ConsentEvent.Source.CARRIER:
        return ", at their carrier"
    return ", recorded by a colleague"
