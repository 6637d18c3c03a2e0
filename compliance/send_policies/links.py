"""Which links may leave: carriers filter some, and an organization may name the domains that are its own."""

from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings

from compliance.content_types.classifying import VERSION
from compliance.content_types.links import links_in, wrong_with
from compliance.content_types.rules import decided, linked
from compliance.content_types.words import LINKS
from compliance.send_policies.by_words import ByWords
from compliance.send_policies.content_types import is_ours
from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict


class Links(ByWords):
    """Refuses the first link that may not go and names it; warns of more than one."""

    name: ClassVar[str] = "link"

    def judge(self, draft: Draft) -> Ruling:
        """No opinion on texts without links, and on the product's own."""
        found = [] if is_ours(draft) else links_in(draft.body)
        if not found:
            return Ruling()
        rules, allowed, own = decided(), linked(), urlsplit(settings.PUBLIC_BASE_URL).hostname
        for link in found:
            wrong = None if link.host == own else wrong_with(link, allowed=allowed, only_https=rules.only_https)
            if wrong is not None:
                why, instead = LINKS[wrong]
                text = f"{link.text[:60]}: {why}"
                rule = f"{self.name}.{wrong}"
                refusal = Reason(rule, Verdict.REFUSE, text, str(instead), version=VERSION, about_text=True)
                return Ruling((replace(refusal, in_general=str(why)),))
        if len(found) > 1:
            text = _("Carriers look closely at texts with several links. One is best.")
            return Ruling((Reason(f"{self.name}.several", Verdict.ALLOW, text, version=VERSION, is_warning=True),))
        return Ruling()
