"""What an organization decided about types of texts: offers without agreement, what carriers carry for nobody.

A reply is the usual case and always leaves: only a type that was told with confidence acts. Judged once, when the text
is queued; what a colleague has approved passes here and is judged by every other rule.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from compliance.content_types.catalogue import CATALOGUE, PARTS, ContentType, named
from compliance.content_types.classifying import VERSION, Recognized, recognize
from compliance.content_types.rules import FORBIDDEN, Action, decided
from compliance.content_types.words import CATEGORIES, phrase_shown, phrases, reads_like
from compliance.ledger import consent
from compliance.scopes import MARKETING
from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.models import Decision
from texting.purposes import PRIVATE, TERMS, Purpose

_OURS = frozenset({Purpose.CODE, Purpose.RECEIPT, Purpose.OPT_IN_QUESTION}) | PRIVATE
"""Written by the product itself, with words that do not change."""
_VERDICTS = {Action.REVIEW: Verdict.HOLD, Action.STOP: Verdict.REFUSE}


def is_ours(draft: Draft) -> bool:
    """Whether the product wrote it, or it was judged when it was queued: rules about what people write skip it.

    What an automation sends has no author and words that people wrote: it is judged like what they send by hand.
    """
    ours = draft.is_fixed or TERMS[draft.purpose].owed or draft.purpose in _OURS
    return ours or draft.stage != Decision.Stage.QUEUE


class ContentTypes:
    """Allows, holds or stops by type."""

    name: ClassVar[str] = "type"

    def judge(self, draft: Draft) -> Ruling:
        """No opinion on most texts; the type and why, where one was told."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each; words that many share are read once, and the ledger is asked once, about offers."""
        known: dict[str, Recognized] = {}
        found = [None if is_ours(draft) else _recognized(draft.body, known) for draft in drafts]
        offers = [
            draft.conversation.contact
            for draft, one in zip(drafts, found, strict=True)
            if one is not None and not one.forbidden and one.is_confident and one.type is ContentType.PROMOTION
        ]
        agreed = consent.states_of(offers) if offers else {}
        same: dict[Any, Ruling] = {}  # of all but offers, whose answer depends on whom they go to
        answers = []
        for draft, one in zip(drafts, found, strict=True):
            if one is None:
                answers.append(Ruling())
            elif one.type is ContentType.PROMOTION:
                answers.append(self._ruling(draft, one, agreed))
            else:
                asked = (draft.body, draft.is_unread, draft.approved)
                if asked not in same:
                    same[asked] = self._ruling(draft, one, agreed)
                answers.append(same[asked])
        return answers

    def _ruling(self, draft: Draft, found: Recognized, agreed: dict[UUID, consent.State]) -> Ruling:
        if found.forbidden:
            return Ruling((self._forbidden(draft, found),))
        if found.type is ContentType.REPLY or found.confidence == "low":
            return Ruling()
        action = decided().actions[found.type] if found.is_confident else Action.ALLOW
        if found.type is ContentType.PROMOTION and action is Action.REVIEW:
            state = agreed[draft.conversation.contact_id].at_line(draft.conversation.line)
            action = Action.ALLOW if state.permits(MARKETING) else action
        if action is Action.ALLOW:
            said = "" if draft.is_unread else reads_like(found)
            return Ruling((self._reason(found, Verdict.ALLOW, said), *self._advice(found)))
        return Ruling((self._objection(draft, found, action, *_about(found, action)),))

    def _advice(self, found: Recognized) -> list[Reason]:
        """What a text of its type lacks, or holds and should not: said to its author, who decides (decision 232)."""
        rules = CATALOGUE[found.type].rules
        missing, too_much = rules.missing(found.parts), rules.not_allowed(found.parts)
        if not found.is_confident or not (missing or too_much):
            return []
        label = CATALOGUE[found.type].label
        if missing:
            text = _("“%(type)s” usually names %(parts)s, so that nobody has to ask back. This text does not.")
            words = {"type": label, "parts": named(missing[0])}
        else:
            text = _("“%(type)s” with %(parts)s reads like an offer. Leave it out, unless they agreed to marketing.")
            words = {"type": label, "parts": PARTS[too_much[0]]}
        reason = self._reason(found, Verdict.ALLOW, text % words)
        return [replace(reason, rule=f"{reason.rule}.{'missing' if missing else 'besides'}", is_warning=True)]

    def _forbidden(self, draft: Draft, found: Recognized) -> Reason:
        what, by = CATEGORIES[found.forbidden], phrase_shown(found.forbidden_by)
        text = _("US carriers do not carry %(what)s (“%(by)s”), and fine who sends it.") % {"what": what, "by": by}
        return self._objection(draft, found, decided().actions[FORBIDDEN], text, _("Write it without that."))

    def _objection(self, draft: Draft, found: Recognized, action: Action, text: str, instead: str) -> Reason:
        """What holds or stops it; nothing after a colleague's approval."""
        if draft.approved is not None and action is Action.REVIEW:
            return self._reason(found, Verdict.ALLOW, "", approved=str(draft.approved))
        verdict = _VERDICTS[action]
        if verdict is Verdict.HOLD:
            instead = _("Send it and it waits for a colleague, who sees it first. Or: %(act)s") % {"act": instead}
        reason = self._reason(found, verdict, text, what_to_do=instead)
        return replace(reason, in_general=_in_general(found, action))

    def _reason(
        self, found: Recognized, verdict: Verdict, text: str, *, what_to_do: str = "", **evidence: str
    ) -> Reason:
        kind = f"{FORBIDDEN}.{found.forbidden}" if found.forbidden else found.type.value
        groups = ",".join(dict.fromkeys(reason.group for reason in found.reasons if reason.weight > 0))
        return Reason(
            rule=f"{self.name}.{kind}",
            verdict=verdict,
            text=text,
            what_to_do=what_to_do,
            version=VERSION,
            evidence={"groups": groups, "confidence": found.confidence} | evidence,
            about_text=verdict is Verdict.REFUSE,
        )


def _recognized(body: str, known: dict[str, Recognized]) -> Recognized:
    if body not in known:
        known[body] = recognize(body)
    return known[body]


def _in_general(found: Recognized, action: Action) -> str:
    """Why a text of this type does not simply leave, without the phrases that tell what stands in it."""
    if found.forbidden:
        return _("US carriers do not carry %(what)s, and fine who sends it.") % {"what": CATEGORIES[found.forbidden]}
    if found.type is ContentType.PROMOTION and action is Action.STOP:
        return _("It reads like an offer, and your organization sends none by text.")
    if found.type is ContentType.PROMOTION:
        return _("It reads like an offer, and they have not agreed to marketing in writing.")
    text = _("It reads like: %(label)s. Your organization does not let such texts simply leave.")
    return text % {"label": CATALOGUE[found.type].label}


def _about(found: Recognized, action: Action) -> tuple[str, str]:
    """Why a text of this type does not simply leave, and what to do instead."""
    because = phrases(found.reasons)
    if found.type is ContentType.PROMOTION and action is Action.STOP:
        text = _("It reads like an offer (%(because)s), and your organization sends none by text.")
        return text % {"because": because}, _("Leave the offer out.")
    if found.type is ContentType.PROMOTION:
        text = _("It reads like an offer (%(because)s), and they have not agreed to marketing in writing.")
        return text % {"because": because}, _("Leave the offer out.")
    text = _("It reads like: %(label)s (%(because)s). Your organization does not let such texts simply leave.")
    label = CATALOGUE[found.type].label
    return text % {"label": label, "because": because}, _("Write it as your own answer.")
