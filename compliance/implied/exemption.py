"""The exemption for healthcare, 47 CFR 64.1200(a)(9)(iv): what it asks for, and who sees to which part of it.

A text under it needs no prior consent, as long as every condition is kept. What a program can keep, Parley keeps:
which texts it carries (`ledger.consent`), how many and how long (`send_policies.frequency`), the name and the way out
(`send_policies.first_text`), opt-outs at once. What only people know is declared by the member who records it.
"""

from django.utils.translation import gettext as _

from compliance.hours import own_hours

VERSION = "2026-11-26"
"""Of the sentences here; a changed one is another version."""
SOURCE = "47 CFR 64.1200(a)(9)(iv)"


def is_on() -> bool:
    """Whether the active organization relies on it (`HoursRules.healthcare`)."""
    return own_hours.decided().healthcare


def kept_by_parley() -> list[str]:
    """The conditions that hold by themselves."""
    return [
        _("Only appointment texts leave: no answers, no announcements, no bills, no offers."),
        _("At most one a day and three a week to each phone, 160 characters each."),
        _("The first text names you, how to reach you and how to opt out."),
        _("Whoever opts out gets nothing more from that instant."),
    ]


def declared(organization: str) -> list[str]:
    """What somebody has to know and say, one sentence for each box."""
    names = {"organization": organization}
    return [
        _("The patient gave %(organization)s this number themselves.") % names,
        _("Texts from our lines cost the patient nothing: they are free to the end user."),
        _("What we text keeps to HIPAA, and says nothing about bills, debts or offers."),
    ]


def circumstances(organization: str) -> dict[str, str]:
    """What is kept with an entry."""
    sentences = " ".join([*declared(organization), *kept_by_parley()])
    return {"exemption": SOURCE, "conditions_version": VERSION, "conditions": sentences}
