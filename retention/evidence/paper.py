"""The summary of a pack as PDF: each criterion with the files that speak for it and their figures. Counts only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.paper import Paper, moment
from compliance.reports.periods import Period
from retention.evidence.criteria import FRAMEWORKS
from tenancy.models import Organization


def as_pdf(
    organization: Organization, period: Period, figures: Sequence[Mapping[str, Any]], *, at: datetime, note: str
) -> bytes:
    """One document (A4), times in the organization's zone."""
    by_file: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for figure in figures:
        by_file[figure["file"]].append(figure)
    days = f"{date_format(period.first, 'j M Y')} – {date_format(period.last, 'j M Y')}"
    paper = Paper(title=_("Evidence"), foot=f"{organization.name}   {days}", at=at)
    paper.head(_("Evidence of what was done"), organization.name)
    paper.fact(_("Period"), days)
    paper.fact(_("Asked for"), moment(at, ZoneInfo(period.zone)))
    paper.paragraph(note, size=9)
    for framework, criteria in FRAMEWORKS:
        paper.section(_("%(framework)s: which file speaks for what") % {"framework": framework})
        for one in criteria:
            paper.paragraph(f"{one.code}  {one.title}", bold=True)
            paper.paragraph(", ".join(f"{key}.csv" for key in one.files), size=8, mono=True)
    paper.section(_("Figures"))
    paper.paragraph(_("Each is the number of rows of the file, or of those with the value in the column."), size=9)
    for file, some in by_file.items():
        paper.paragraph(f"{some[0]['section']}  ({file})", bold=True)
        for figure in some:
            rule = f"  [{figure['column']} = {' / '.join(figure['values'])}]" if figure["column"] else ""
            paper.fact(str(figure["number"]), f"{figure['title']}{rule}", size=9)
    return bytes(paper.output())
