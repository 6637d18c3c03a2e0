"""The certificate of an erasure as PDF. The JSON is what is signed; the signature is on both."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.paper import LINE, Paper, moment
from retention import remains
from retention.certificates import waits_for
from retention.models import Erasure
from retention.requests.parts import PARTS


def as_pdf(erasure: Erasure) -> bytes:
    """One document (A4), times in the organization's zone."""
    said = json.loads(erasure.certificate)
    zone = ZoneInfo(erasure.organization.time_zone)
    titles = {part.model: str(part.title) for part in PARTS}
    paper = Paper(title=_("Certificate of an erasure"), foot=f"{said['erasure']}   {said['format']}", at=erasure.at)
    paper.head(_("Certificate of an erasure"), said["organization"]["name"])
    paper.fact(_("Request came in"), said["received_on"])
    moments = (
        (_("Asked for"), "at"),
        (_("Keys destroyed"), "keys_destroyed_at"),
        (_("Ended"), "ended_at"),
        (_("Keys written over"), "keys_written_over_at"),
    )
    for name, key in moments:
        paper.fact(name, moment(datetime.fromisoformat(said[key]), zone) if said[key] else "-")
    paper.fact(_("State"), _("Final") if said["is_final"] else waits_for(said))
    paper.fact(_("Number (keyed hash)"), said["number_hash"], size=8)
    for other in said["number_hashes"]:
        if other != said["number_hash"]:
            paper.fact(_("Another number of theirs (keyed hash)"), other, size=8)
    paper.section(_("What ended"))
    for label, number in said["ended"].items():
        paper.fact(str(number), titles.get(label, label))
    paper.section(
        _("What stays, without the number") if len(said["number_hashes"]) < 2 else _("What stays, without the numbers")
    )
    for label, number in said["stayed"].items():
        paper.fact(str(number), titles.get(label, label))
    if said["remains"]:
        paper.section(_("What remains of it, without words, names and numbers"))
        for label, number in said["remains"].items():
            paper.fact(str(number), str(remains.WORDS[label]))
    carriers = said["carriers"]
    paper.section(_("Copies at carriers"))
    for name, key in ((_("Gone"), "gone"), (_("Refused"), "refused"), (_("Not answered yet"), "waiting")):
        paper.fact(name, str(carriers[key]))
    paper.section(_("Keys that were destroyed"))
    paper.paragraph(" ".join(said["keys"]) or "-", size=7, mono=True)
    paper.section(_("Signature"))
    paper.paragraph(_("Ed25519 over the canonical JSON of this certificate; public key, then signature."), size=8)
    paper.paragraph(f"{said['public_key']}\n{said['signature']}", size=7, mono=True)
    paper.ln(LINE)
    return bytes(paper.output())
