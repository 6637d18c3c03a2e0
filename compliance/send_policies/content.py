"""No text carries what must not be sent by text: cards, secrets, identity numbers, health, money."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.detectors import RULE_VERSION, Finding
from compliance.measures.profiles.holding import kept_from_texts
from compliance.screening.excepted import Exceptions, may_be_excepted
from compliance.screening.outbound import found_in_all
from compliance.screening.words import name_of, what_to_do
from compliance.send_policies.by_words import all_but_the_conversation
from tenancy.said import gettext as _
from tenancy.word_lists import all_of
from texting.gate import Draft, Reason, Ruling, Verdict


class SensitiveContent:
    """Refuses what is found, by its kind. Seen once, when the text is queued."""

    name: ClassVar[str] = "content"

    def judge(self, draft: Draft) -> Ruling:
        """The strictest finding first. Values stand neither in the reasons nor in what is stored of them."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """`judge` for each; what was sent before and the exceptions are looked up once, equal texts are judged once."""
        exceptions = Exceptions()
        known: dict[Any, Ruling] = {}
        rulings = []
        for draft, found in zip(drafts, found_in_all(drafts), strict=True):
            asked = (all_but_the_conversation(draft), found)
            if asked not in known:
                known[asked] = self._judge(draft, found, exceptions)
            rulings.append(known[asked])
        return rulings

    def _judge(self, draft: Draft, seen: Sequence[Finding], known: Exceptions) -> Ruling:
        found, exceptions = known.without(seen)
        ruling = self._about(found, draft)
        if not exceptions:
            return ruling
        evidence = {"exceptions": ",".join(sorted(map(str, exceptions)))}
        excepted = Reason(f"{self.name}.excepted", Verdict.ALLOW, "", version=RULE_VERSION, evidence=evidence)
        return Ruling((*ruling.reasons, excepted))

    def _about(self, found: Sequence[Finding], draft: Draft) -> Ruling:
        return Ruling((self._refusal(found, draft),)) if found else Ruling()

    def _refusal(self, found: Sequence[Finding], draft: Draft) -> Reason:
        may_explain = _may_explain(found, draft.author)
        if may_explain and draft.author and draft.because.strip():
            passed = self._reason(found, Verdict.ALLOW, "")
            evidence = passed.evidence | {"explained": str(draft.author.pk)}
            return replace(passed, rule=f"{self.name}.explained", evidence=evidence, wants_reason=True)
        said = _("This text holds %(what)s, which must not be sent by text.")
        text, general = said % {"what": _named(found)}, said % {"what": _named(found[:1])}
        refusal = self._reason(found, Verdict.REFUSE, text, what_to_do=what_to_do(one.type for one in found))
        return replace(refusal, about_text=True, in_general=general, wants_reason=may_explain)

    def _reason(self, found: Sequence[Finding], verdict: Verdict, text: str, *, what_to_do: str = "") -> Reason:
        return Reason(
            rule=f"{self.name}.{found[0].type.lower()}",
            verdict=verdict,
            text=text,
            what_to_do=what_to_do,
            version=RULE_VERSION,
            evidence={"rules": ",".join(reason.rule for reason in found[0].reasons)},
        )


def _may_explain(found: Sequence[Finding], author: Membership | None) -> bool:
    """Whether a person with the right may send it all the same: what is only likely, none of what is never sent, and
    none of what a profile of the organization keeps from texts.
    """
    if author is None or author.is_machine or not author.may(Permission.MESSAGES_EXPLAIN):
        return False
    if not all(may_be_excepted(one.type, one.confidence) for one in found):
        return False
    return not kept_from_texts() & {one.type for one in found}


def _named(found: Sequence[Finding]) -> str:
    """Two kinds at most: "a card number and a secret"."""
    kinds = list(dict.fromkeys(one.type for one in found))
    return all_of(name_of(kind) for kind in kinds[:2])
