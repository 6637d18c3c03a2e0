"""Says when a text is as loud as spam, for which carriers take it."""

from typing import ClassVar

from compliance.content_types.classifying import VERSION
from compliance.content_types.loud import Loud, loud
from compliance.send_policies.by_words import ByWords
from compliance.send_policies.content_types import is_ours
from compliance.send_policies.here import organization
from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict


class Loudness(ByWords):
    """Warns, and refuses nothing (DOMAIN 4.3)."""

    name: ClassVar[str] = "loud"

    def judge(self, draft: Draft) -> Ruling:
        """One warning for the first thing that is loud; no opinion on most texts, and on the product's own."""
        if is_ours(draft):
            return Ruling()
        if next(loud(draft.body), None) is None:
            return Ruling()
        found = next(loud(draft.body, names=organization().name), None)
        if found is None:
            return Ruling()
        kind, words = found
        text = f"{_said(kind) % {'words': words}} {_('Carriers filter texts that look like spam.')}"
        return Ruling((Reason(f"{self.name}.{kind}", Verdict.ALLOW, text, version=VERSION, is_warning=True),))


def _said(kind: Loud) -> str:
    return {
        Loud.SHOUTS: _("“%(words)s” is written in capitals."),
        Loud.MARKS: _("“%(words)s” is more than one mark needs to say."),
        Loud.EMOJI: _("%(words)s: that is many emoji."),
        Loud.LURES: _("“%(words)s” is what spam says."),
    }[kind]
