"""The certificate of a purge as PDF, for those who file paper. The JSON is what is signed; the signature is on both."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.paper import LINE, Paper, moment
from retention import remains
from retention.certificates import waits_for
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging.reading import model_words, reason_words
from retention.words import title

MOST_DAYS = 400  # listed with their keys; all are in the JSON


def as_pdf(purge: Purge) -> bytes:
    """One document (A4), times in the organization's zone."""
    said = json.loads(purge.certificate)
    zone = ZoneInfo(purge.organization.time_zone)
    paper = Paper(title=_("Certificate of a purge"), foot=f"{said['purge']}   {said['format']}", at=purge.at)
    paper.head(_("Certificate of a purge"), said["organization"]["name"])
    moments = (
        (_("Due at"), "at"),
        (_("Ended"), "ended_at"),
        (_("Keys destroyed"), "keys_destroyed_at"),
        (_("Keys written over"), "keys_written_over_at"),
        (_("Written"), "written_at"),
    )
    for name, key in moments:
        paper.fact(name, moment(datetime.fromisoformat(said[key]), zone) if said[key] else "-")
    paper.fact(_("State"), _("Final") if said["is_final"] else waits_for(said))
    paper.section(_("What ended"))
    for kind, rows in said["ended"].items():
        for label, number in rows.items():
            paper.fact(title(Kind(kind))[:24], f"{number}  {model_words(label, Kind(kind))}", size=9)
    carriers = said["carriers"]
    paper.section(_("Copies at carriers"))
    for name, key in ((_("Gone"), "gone"), (_("Refused"), "refused"), (_("Not answered yet"), "waiting")):
        paper.fact(name, str(carriers[key]))
    if said["kept"]:
        paper.section(_("What stayed, and why"))
        for reason, number in said["kept"].items():
            paper.fact(str(number), reason_words(reason))
    _not_done(paper, said["days"])
    if said["remains"]:
        paper.section(_("What remains of it, without words, names and numbers"))
        for label in said["remains"]:
            paper.paragraph(str(remains.WORDS[label]), size=9)
    paper.section(_("By which rules"))
    for rule in said["rules"]:
        if rule["before"]:
            words = ngettext("%(days)s day: before %(at)s", "%(days)s days: before %(at)s", int(rule["days"])) % {
                "days": rule["days"],
                "at": moment(datetime.fromisoformat(rule["before"]), zone),
            }
            paper.fact(title(Kind(rule["kind"]))[:24], words, size=8)
    paper.section(_("Keys that were destroyed"))
    for day in said["days"][:MOST_DAYS]:
        if day["keys"]:
            paper.paragraph(f"{day['kind']} {day['day']}  {' '.join(day['keys'])}", size=7, mono=True)
    paper.section(_("Signature"))
    paper.paragraph(_("Ed25519 over the canonical JSON of this certificate; public key, then signature."), size=8)
    paper.paragraph(f"{said['public_key']}\n{said['signature']}", size=7, mono=True)
    paper.ln(LINE)
    return bytes(paper.output())


def _not_done(paper: Paper, days: list[dict[str, Any]]) -> None:
    found = [day for day in days if day["state"] == PurgeStep.State.FAILED]
    if found:
        paper.section(_("Not done: the keys were not destroyed"))
    for day in found[:MOST_DAYS]:
        paper.fact(day["day"] or "-", f"{title(Kind(day['kind']))}: {day['failure']}")
