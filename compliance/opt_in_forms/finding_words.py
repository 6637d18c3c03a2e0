"""What stands against publishing a form, in the language of whoever reads it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.publish_check.disclosures import EXPLAINED, Finding
from compliance.publish_check.samples import sample

Words = str | Promise
OF_FORM: dict[str, tuple[Words, Words]] = {
    "line": (_("Its line is switched off or sends sign-in codes."), _("Choose a line that texts customers.")),
    "program": (_("This program takes no more opt-ins."), _("Leave it out, or switch it on again.")),
    "team": (_("This program belongs to another team than the line."), _("Choose a line of its team.")),
    "brand_of_line": (_("This program is of another brand than the line."), _("Choose a line of its brand.")),
    "title": (_("There is no title in this language."), _("Write what the form is for.")),
}
"""What is not about the wording: (what is missing, what to do)."""


@dataclass(frozen=True)
class Shown:
    """One finding: what is missing, what to write, and where ("" for the whole form)."""

    missing: str
    write: str
    program: str
    language: str


def shown(finding: Finding) -> Shown:
    """In the present language; what is to be written stands in the form's."""
    missing, write = OF_FORM.get(finding.rule) or EXPLAINED[finding.rule]
    words = {
        "brand": finding.brand,
        "program": finding.program or gettext("the program"),
        "sample": sample(finding.rule, finding.language, finding.brand),
    }
    return Shown(gettext(str(missing)), gettext(str(write)) % words, finding.program, finding.language)
