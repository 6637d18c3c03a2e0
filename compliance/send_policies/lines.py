"""Rules about the line that a text leaves on."""

from typing import ClassVar

from tenancy.said import gettext as _
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.limits.judging import OWED
from texting.purposes import Purpose


class LineActive:
    """A line that is switched off sends nothing."""

    name: ClassVar[str] = "line.active"

    def judge(self, draft: Draft) -> Ruling:
        """Refuse on an inactive line; no opinion otherwise."""
        line = draft.conversation.line
        if line.is_active:
            return Ruling()
        text = _("The line %(name)s is switched off.") % {"name": line.name}
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text=text,
                    in_general=text,
                    what_to_do=_("Ask an admin to switch it on, or write from another line."),
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
        if on_it == is_code or (on_it and draft.purpose in OWED):
            return Ruling()
        text = (
            _("This line is for sign-in codes only.") if on_it else _("Sign-in codes leave on the line for codes only.")
        )
        return Ruling(
            (
                Reason(
                    rule=self.name,
                    verdict=Verdict.REFUSE,
                    text=text,
                    in_general=text,
                    what_to_do=_("Write from another line.")
                    if on_it
                    else _("Ask an admin to connect a line for codes."),
                    evidence={"line": str(draft.conversation.line.pk)},
                ),
            )
        )
