"""Inviting many people at once from a pasted list or a CSV file, looked at before anything is sent."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from accounts import mail
from accounts.invitations import AlreadyMember, invite
from accounts.models import Membership, Role, Team
from tenancy.isolation import current_organization_id

MOST = 200
LONGEST_LIST = 50_000  # characters


class Verdict(StrEnum):
    """What will become of a line."""

    GOOD = "good"
    NO_ADDRESS = "no_address"
    TWICE = "twice"
    KNOWN = "known"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Line:
    """One line of the list. `email` is what was written where it is no address."""

    number: int
    name: str
    email: str
    verdict: Verdict


def read(text: str) -> list[Line]:
    """What the list says, in the active organization. Lines hold an address, perhaps with a name before or after it.

    Comma, semicolon and tab part them; `Nia Duarte <nia@harbor.example>` works; a first line of headings is left out.
    """
    seen: set[str] = set()
    lines: list[Line] = []
    for number, written in enumerate(text[:LONGEST_LIST].replace("\x00", "").splitlines(), start=1):
        if not written.strip() or (not lines and "@" not in written and _parts(written)):
            continue  # an empty line, or headings
        name, email = _name_and_address(written)
        lines.append(Line(number, name, email, _verdict(email, seen, len(lines))))
        if len(lines) > MOST:
            break
    return _known(lines)


def _parts(written: str) -> list[str]:
    separator = next((sign for sign in ("\t", ";") if sign in written), ",")
    row = next(csv.reader([written], delimiter=separator), [])
    return [" ".join(part.split()) for part in row if part.strip()]


def _name_and_address(written: str) -> tuple[str, str]:
    bracketed = re.fullmatch(r"\s*\"?([^<\"]*?)\"?\s*<([^<>]+)>[\s,;]*", written)
    parts = [bracketed[1], bracketed[2]] if bracketed else _parts(written)
    email = next((part for part in parts if "@" in part), written.strip()[:100])
    name = " ".join(part for part in parts if part and part != email)[:80]
    return name or email.partition("@")[0][:80], email


def _verdict(email: str, seen: set[str], before: int) -> Verdict:
    try:
        address = mail.checked_address(email)
    except mail.BadAddress:
        return Verdict.NO_ADDRESS
    if address in seen:
        return Verdict.TWICE
    seen.add(address)
    return Verdict.GOOD if before < MOST else Verdict.TOO_MANY


def _known(lines: list[Line]) -> list[Line]:
    """Mark whoever belongs to the organization already, in any state: that much the list of people shows too."""
    good = {mail.checked_address(line.email) for line in lines if line.verdict is Verdict.GOOD}
    here = Membership.objects.filter(organization=current_organization_id(), user__email__in=good)
    known = set(here.values_list("user__email", flat=True))
    return [
        Line(line.number, line.name, line.email, Verdict.KNOWN)
        if line.verdict is Verdict.GOOD and mail.checked_address(line.email) in known
        else line
        for line in lines
    ]


def invite_all(*, actor: Membership, lines: Iterable[Line], roles: Iterable[Role], places: Iterable[Team]) -> int:
    """Invite everybody whose line is good. Returns how many. Raises MissingPermission, TooManyInvitations."""
    done, chosen, given = 0, list(places), list(roles)
    for line in sorted((line for line in lines if line.verdict is Verdict.GOOD), key=lambda line: line.email.lower()):
        try:
            with transaction.atomic():
                invite(actor=actor, email=line.email, name=line.name, roles=given, teams=chosen)
        except AlreadyMember:
            continue
        done += 1
    return done
