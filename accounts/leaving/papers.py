"""The receipt on paper. Drawn from what the page shows; nothing is fetched and nothing is written to a disk."""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from fpdf import FPDF

from accounts.leaving.reading import ShownReceipt, ShownStep
from tenancy.models import Organization

MOST_NAMED = 12  # things of one step that are named
_MARGIN, _LINE = 18, 6  # millimetres


def as_pdf(shown: ShownReceipt, organization: Organization) -> bytes:
    """One document (A4), times in the organization's zone."""
    zone = ZoneInfo(organization.time_zone)
    paper = _Paper(orientation="portrait", unit="mm", format="A4")
    paper.alias_nb_pages()
    paper.set_title(_latin(_("Offboarding receipt")))
    paper.set_creator("Parley")
    paper.set_creation_date(shown.receipt.at)
    paper.foot = f"{shown.receipt.pk}"
    paper.set_margins(_MARGIN, _MARGIN)
    paper.set_auto_page_break(True, margin=_MARGIN)
    paper.add_page()
    paper.head(_("Offboarding receipt"), organization.name)
    for name, value in _facts(shown, zone):
        paper.fact(name, value)
    paper.ln(_LINE)
    for step in shown.steps:
        paper.step(step, _verdict(step))
    return bytes(paper.output())


class _Paper(FPDF):
    """Headings, facts and steps in one hand."""

    foot = ""

    def footer(self) -> None:
        self.set_y(-_MARGIN + 4)
        self.set_font("Helvetica", size=8)
        self.cell(0, _LINE, f"{self.foot}   {self.page_no()} / {{nb}}", align="C")

    def head(self, title: str, below: str) -> None:
        """The first lines."""
        self.set_font("Helvetica", "B", 18)
        self.cell(0, 10, _latin(title), new_x="LMARGIN", new_y="NEXT")
        self.set_font("Helvetica", size=11)
        self.multi_cell(0, _LINE, _latin(below), new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def fact(self, name: str, value: str) -> None:
        """A name and what it is."""
        self.set_font("Helvetica", "B", 10)
        self.cell(42, _LINE, _latin(name))
        self.set_font("Helvetica", size=10)
        self.multi_cell(0, _LINE, _latin(value), new_x="LMARGIN", new_y="NEXT")

    def step(self, step: ShownStep, verdict: str) -> None:
        """What ended, how many, whether its door is closed, and what it was."""
        self.set_font("Helvetica", "B", 10)
        self.cell(104, _LINE, _latin(step.title), border="T")
        self.cell(14, _LINE, str(step.count), border="T", align="R")
        self.cell(0, _LINE, _latin(verdict), border="T", align="R", new_x="LMARGIN", new_y="NEXT")
        self.set_font("Helvetica", size=9)
        named = step.labels or [item["id"] for item in step.items]
        more = [_("and %(count)d more") % {"count": len(named) - MOST_NAMED}] if len(named) > MOST_NAMED else []
        if named:
            self.multi_cell(0, 5, _latin(", ".join([*named[:MOST_NAMED], *more])), new_x="LMARGIN", new_y="NEXT")


def _facts(shown: ShownReceipt, zone: ZoneInfo) -> list[tuple[str, str]]:
    row, trial = shown.receipt, shown.trial
    facts = [
        (_("Person"), f"{shown.name} <{shown.person.get('email', '')}>"),
        (_("Roles"), shown.role),
        (_("Teams"), ", ".join(shown.person.get("teams", [])) or _("None")),
        (_("What"), str(row.get_kind_display())),
        (_("When"), _moment(row.at, zone)),
        (_("By"), shown.actor if row.by == row.By.PERSON else f"{shown.actor} ({row.get_by_display()})"),
    ]
    if shown.hand_to:
        facts.append((_("Conversations to"), shown.hand_to))
    if trial is None:
        return [*facts, (_("Doors"), _("Not tried yet"))]
    found = _("All closed") if not shown.open else ", ".join(step.title for step in shown.open)
    tried = _("%(found)s; tried with %(count)d things on %(when)s")
    return [*facts, (_("Doors"), tried % {"found": found, "count": shown.tried, "when": _moment(trial.at, zone)})]


def _verdict(step: ShownStep) -> str:
    return {
        "open": _("OPEN"),
        "failed": _("could not be tried"),
        "closed": _("closed (tried: %(count)d)") % {"count": step.tried or 0},
        "none": _("nothing to try"),
        "waits": _("not tried yet"),
    }[step.verdict]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z (%z)")


def _latin(text: str) -> str:
    """What the fonts that every reader of PDF has can show; other letters lose their marks or become `?`.

    The page and the JSON have every letter, and the address identifies the person.
    """
    shown = []
    for sign in unicodedata.normalize("NFC", text):
        plain = {"\u2026": "...", "\u2019": "'", "\u2013": "-", "\u2014": "-", "\u0141": "L", "\u0142": "l"}.get(
            sign, sign
        )
        if not _fits(plain):
            plain = "".join(part for part in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(part))
        shown.append(plain if _fits(plain) else "?")
    return "".join(shown)


def _fits(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
