"""Permission first: what the ledger says about a customer's number."""

from collections.abc import Sequence
from typing import ClassVar

from django.utils import timezone

from compliance import consent
from compliance.consent import ANSWER_WINDOW, State
from compliance.models import ConsentEvent
from compliance.send_policies.here import organization
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Decision, Message
from texting.phone_numbers import display
from texting.purposes import Purpose


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


def _line(draft: Draft) -> str:
    return display(draft.conversation.line.number)


def _day(draft: Draft, state: State) -> str:
    """The day of the entry, in the organization's own time zone."""
    if state.event is None:
        return "an unknown day"
    with timezone.override(organization().time_zone):
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
