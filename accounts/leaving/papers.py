"""The receipt on paper."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.leaving.reading import ShownReceipt, ShownStep
from accounts.paper import LINE, Paper, moment
from tenancy.models import Organization

MOST_NAMED = 12  # things of one step that are named


def as_pdf(shown: ShownReceipt, organization: Organization) -> bytes:
    """One document (A4), times in the organization's zone."""
    zone = ZoneInfo(organization.time_zone)
    paper = _Paper(title=_("Offboarding receipt"), foot=str(shown.receipt.pk), at=shown.receipt.at)
    paper.head(_("Offboarding receipt"), organization.name)
    for name, value in _facts(shown, zone):
        paper.fact(name, value)
    paper.ln(LINE)
    for step in shown.steps:
        paper.step(step, _verdict(step))
    return bytes(paper.output())


class _Paper(Paper):
    """With what ended."""

    def step(self, step: ShownStep, verdict: str) -> None:
        """What ended, how many, whether its door is closed, and what it was."""
        self.set_font(self.sans, "B", 10)
        self.cell(104, LINE, self.put(step.title), border="T")
        self.cell(14, LINE, str(step.count), border="T", align="R")
        self.cell(0, LINE, self.put(verdict), border="T", align="R", new_x="LMARGIN", new_y="NEXT")
        self.set_font(self.sans, size=9)
        named = step.labels or [item["id"] for item in step.items]
        more = [_("and %(count)d more") % {"count": len(named) - MOST_NAMED}] if len(named) > MOST_NAMED else []
        if named:
            self.multi_cell(0, 5, self.put(", ".join([*named[:MOST_NAMED], *more])), new_x="LMARGIN", new_y="NEXT")


def _facts(shown: ShownReceipt, zone: ZoneInfo) -> list[tuple[str, str]]:
    row, trial = shown.receipt, shown.trial
    facts = [
        (_("Person"), f"{shown.name} <{shown.person.get('email', '')}>"),
        (_("Roles"), shown.role),
        (_("Teams"), ", ".join(shown.person.get("teams", [])) or _("None")),
        (_("What"), str(row.get_kind_display())),
        (_("When"), moment(row.at, zone)),
        (_("By"), shown.actor if row.by == row.By.PERSON else f"{shown.actor} ({row.get_by_display()})"),
    ]
    if shown.hand_to:
        facts.append((_("Conversations to"), shown.hand_to))
    if trial is None:
        return [*facts, (_("Doors"), _("Not tried yet"))]
    found = _("All closed") if not shown.open else ", ".join(step.title for step in shown.open)
    tried = ngettext(
        "%(found)s; tried with %(count)d thing on %(when)s",
        "%(found)s; tried with %(count)d things on %(when)s",
        shown.tried,
    )
    return [*facts, (_("Doors"), tried % {"found": found, "count": shown.tried, "when": moment(trial.at, zone)})]


def _verdict(step: ShownStep) -> str:
    return {
        "open": _("OPEN"),
        "failed": _("could not be tried"),
        "closed": _("closed (tried: %(count)d)") % {"count": step.tried or 0},
        "none": _("nothing to try"),
        "waits": _("not tried yet"),
    }[step.verdict]
