"""Permission first: what the ledger says about a customer's number."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from compliance.ledger import consent
from compliance.ledger.consent import ANSWER_WINDOW, State
from compliance.models import ConsentEvent, OptIn
from compliance.scopes import EXEMPT, INFORMATIONAL, MARKETING, REPLY
from compliance.send_policies import permission_words
from compliance.send_policies.here import organization
from tenancy.said import gettext as _
from tenancy.said import moment
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Message
from texting.phone_numbers import display
from texting.purposes import Purpose

_SCOPES = {
    Purpose.APPOINTMENT: f"{INFORMATIONAL}:appointment",
    Purpose.ALERT: f"{INFORMATIONAL}:announcement",
    Purpose.POLL: f"{INFORMATIONAL}:poll",
    Purpose.BULK: MARKETING,
}
"""What a text needs permission for; all others are a person's own answer."""
_CODES = frozenset({Purpose.CODE, Purpose.PRIVATE_CODE})


class Permission:
    """No text without a permission; after a withdrawal nothing but the one confirmation."""

    name: ClassVar[str] = "consent"

    def judge(self, draft: Draft) -> Ruling:
        """Allow or refuse by the ledger's state; it is read anew each time."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each, the ledger read once."""
        states = consent.states_of(draft.conversation.contact for draft in drafts)
        return [
            self._ruling(draft, states[draft.conversation.contact_id].at_line(draft.conversation.line))
            for draft in drafts
        ]

    def _ruling(self, draft: Draft, state: State) -> Ruling:
        if draft.purpose is Purpose.OPT_OUT_ANSWER:
            return Ruling((self._confirmation(draft, state),))
        if draft.purpose is Purpose.HELP_ANSWER:
            return Ruling((self._help(draft),))
        if draft.purpose is Purpose.OPT_IN_QUESTION and state.suppressed_since is None:
            return Ruling((self._question(draft),))
        if draft.purpose in _CODES and state.suppressed_since is None:
            return Ruling((self._code(draft),))
        return Ruling((self._usual(draft, state),))

    def _usual(self, draft: Draft, state: State) -> Reason:
        evidence = {"consent_event": str(state.event.pk)} if state.event else {}
        if state.suppressed_since is not None:
            return Reason(
                rule="consent.opted_out",
                verdict=Verdict.REFUSE,
                text=permission_words.opted_out(state.event, _moment(state.suppressed_since)),
                what_to_do=_("Only they can undo it, by texting START to %(number)s. Call or e-mail them instead.")
                % {"number": _line(draft)},
                evidence=evidence,
            )
        scope = _SCOPES.get(draft.purpose, REPLY)
        permission = state.permits(scope)
        if permission is None:
            return self._missing(draft, state, scope, evidence)
        return Reason(
            rule="consent.given",
            verdict=Verdict.ALLOW,
            text="" if draft.is_unread else permission_words.given(permission, _moment(permission.recorded_at)),
            evidence={"consent_event": str(permission.pk), "scope": scope},
        )

    def _missing(self, draft: Draft, state: State, scope: str, evidence: dict[str, str]) -> Reason:
        """Nothing was permitted, or it has ended, or it was permitted for something else."""
        ask: str = _("Ask them to text START to %(number)s; you can write as soon as they have.") % {
            "number": _line(draft)
        }
        if not state.permitted and state.weak is not None:
            rule, text = "consent.weak", _("Their permission was imported without its wording or date.")
            ask = _("Ask them to confirm it: Contacts, Ask for permission.")
        elif state.expired_at is not None:
            when = {"when": _moment(state.expired_at)}
            rule, text = "consent.expired", _("Their permission ended on %(when)s.") % when
        elif not state.permitted:
            rule, text = "consent.none", _("There is no permission to text this number yet.")
        elif all(given.kind == ConsentEvent.Kind.HEALTHCARE for given in state.given):
            return self._exempt(draft, scope, evidence)
        elif all(given.kind == ConsentEvent.Kind.REPLY for given in state.given):
            rule, text = "consent.reply_only", _("They wrote to us, which permits an answer, not an announcement.")
        else:
            rule, (text, ask) = "consent.scope", permission_words.not_covered(scope)
        return Reason(rule=rule, verdict=Verdict.REFUSE, text=text, what_to_do=ask, evidence=evidence)

    def _exempt(self, draft: Draft, scope: str, evidence: dict[str, str]) -> Reason:
        """All that there is rests on the exemption for healthcare."""
        number = {"number": _line(draft)}
        ask: str = _("Ask them to text START to %(number)s.") % number
        if scope == EXEMPT:
            rule, text = (
                "consent.exemption_off",
                _("They gave their number under the exemption for healthcare, which is off."),
            )
            ask = _(
                "Ask them to text START to %(number)s. An admin can switch it on again under Settings > Quiet hours."
            )
            ask %= number
        else:
            rule, text = (
                "consent.exempt_only",
                _("The exemption for healthcare carries appointment texts and nothing else."),
            )
        return Reason(rule=rule, verdict=Verdict.REFUSE, text=text, what_to_do=ask, evidence=evidence)

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
                rule="consent.confirmation", verdict=Verdict.ALLOW, text=_("The one confirmation of an opt-out.")
            )
        return Reason(
            rule="consent.confirmation",
            verdict=Verdict.REFUSE,
            text=_("An opt-out is confirmed once, within five minutes."),
            what_to_do=_("Nothing: the opt-out holds without it."),
        )

    def _question(self, draft: Draft) -> Reason:
        """The one text that asks for permission: as long as the question is open, and once."""
        asked = OptIn.objects.filter(contact=draft.conversation.contact, state=OptIn.State.ASKED)
        own = [] if draft.message_id is None else [draft.message_id]
        questions = [pk for pk in asked.values_list("question_id", flat=True) if pk]
        sent = Message.objects.filter(pk__in=questions).exclude(pk__in=own).count()
        if draft.author is None and len(questions) > sent:
            return Reason(rule="consent.question", verdict=Verdict.ALLOW, text=_("The one question for permission."))
        return Reason(
            rule="consent.question",
            verdict=Verdict.REFUSE,
            text=_("A number is asked for permission once."),
            what_to_do=_("Wait for their answer."),
        )

    def _code(self, draft: Draft) -> Reason:
        """The receiver has just asked for it, which is permission for this one text; an opt-out still holds."""
        if draft.author is None:
            return Reason(rule="consent.code", verdict=Verdict.ALLOW, text=_("A code that its receiver asked for."))
        return Reason(
            rule="consent.code",
            verdict=Verdict.REFUSE,
            text=_("Codes are sent by Parley itself."),
            what_to_do=_("Write an ordinary text instead."),
        )

    def _help(self, draft: Draft) -> Reason:
        """HELP is answered whatever the state is, but only when it was just asked."""
        asked = draft.conversation.last_inbound_at
        if asked is not None and timezone.now() - asked <= ANSWER_WINDOW:
            return Reason(rule="consent.help", verdict=Verdict.ALLOW, text=_("The customer just asked for help."))
        return Reason(
            rule="consent.help",
            verdict=Verdict.REFUSE,
            text=_("Help is sent only to someone who just asked for it."),
            what_to_do=_("Write an ordinary text instead."),
        )


def _line(draft: Draft) -> str:
    return display(draft.conversation.line.number)


def _moment(at: datetime) -> str:
    """In the organization's own time zone."""
    return moment(timezone.localtime(at, ZoneInfo(organization().time_zone)), "j M Y, H:i")
