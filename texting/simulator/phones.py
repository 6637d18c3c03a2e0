"""The phones that a member may pick up: their customers' on a line, and new ones with made-up numbers.

Only numbers of the range that is kept for fiction (555-0100 to 555-0199 in every area of North America) have a phone
here, so that nobody can text, or opt out, in the name of a real person. A phone's id is the blind index of its number
in this organization: the same for a contact and for a phone that has not texted yet, and it gives nothing away.
"""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership
from tenancy.encryption import blind_index, prefetch, readable
from tenancy.isolation import current_organization_id
from texting.models import Contact, Conversation, Line
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import display, mask, parse
from texting.queries import NotYours, customer, sees_everybody, visible_conversations, visible_lines
from texting.simulator.records import store
from texting.simulator.sealed import LIFETIME

MOST = 30  # phones shown for a line, and new ones kept for an organization
LOOKED_AT = 200  # newest conversations of a line in which phones are looked for
AREAS = (206, 212, 303, 312, 404, 415, 505, 617, 702, 808, 907, 919)
_FICTION = re.compile(r"\+1[2-9]\d\d55501\d\d")


class NotFiction(ValueError):
    """A number that might belong to somebody; the message says what to type instead."""


class TooManyPhones(ValueError):
    """The organization has as many new phones as are kept."""


@dataclass(frozen=True)
class Phone:
    """A phone as one member may see it: `name` and `shown` are masked for members who may not see full numbers."""

    id: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    shown: str = field(repr=False)
    contact: Contact | None = None


def simulator_lines(member: Membership) -> QuerySet[Line]:
    """The simulated lines of the member's teams, and the one for sign-in codes: here everybody may pick up the phones
    of colleagues, because nobody else's sign-in is protected by a pretended phone.
    """
    own = Q(pk__in=visible_lines(member).values("pk")) | Q(sends_codes=True)
    return Line.objects.select_related("team").filter(own, provider="simulator")


def busiest_line(member: Membership) -> Line | None:
    """The line with the newest conversation; any line while there is none."""
    lines = simulator_lines(member)
    newest = visible_conversations(member).filter(line__in=lines).order_by("-last_activity_at").first()
    return lines.filter(pk=newest.line_id).first() if newest else lines.first()


def phones(member: Membership, line: Line) -> list[Phone]:
    """Phones of customers on this line, the last active first, then the new ones."""
    rows = Conversation.objects.all() if line.sends_codes else visible_conversations(member)
    newest = rows.filter(line=line).select_related("contact").order_by("-last_activity_at")
    contacts = list({row.contact_id: row.contact for row in newest[:LOOKED_AT]}.values())
    known = _of_contacts(member, contacts)[:MOST]
    ids = {phone.id for phone in known}
    return known + [phone for phone in _new_phones(member) if phone.id not in ids]


def access_phone(member: Membership, phone_id: str) -> Phone:
    """One phone of the member's organization. Raises NotYours."""
    try:
        index = bytes.fromhex(phone_id)
    except ValueError:
        raise NotYours from None
    contacts = Contact.objects.filter(number_index=index)
    found = _of_contacts(member, contacts) or [phone for phone in _new_phones(member) if phone.id == phone_id]
    if not found:
        raise NotYours
    return found[0]


def add_phone(member: Membership, typed: str) -> Phone:
    """A phone with the number that somebody typed; the one that has it if there is one.

    Raises BadNumber, NotFiction or TooManyPhones.
    """
    number = parse(typed, "US").e164
    if not _FICTION.fullmatch(number):
        raise NotFiction(_("Choose a made-up number: 555-0100 to 555-0199 in any area, such as (212) 555-0143."))
    phone = _new_phone(member, number)
    redis, seal = store()
    name = seal.name("phones", str(current_organization_id()))
    if redis.hlen(name) >= MOST and not redis.hexists(name, phone.id):
        raise TooManyPhones(_("There are %(most)d new phones already. Use one of them.") % {"most": MOST})
    redis.hset(name, phone.id, seal.seal(name, {"number": number}))
    redis.expire(name, LIFETIME)
    return phone


def free_number(taken: Iterable[Phone]) -> str:
    """A made-up number that none of these phones has, as people write it."""
    numbers = {phone.number for phone in taken}
    while True:
        number = f"+1{random.choice(AREAS)}55501{random.randrange(100):02}"  # noqa: S311 - a suggestion
        if number not in numbers:
            return display(number, "US")


def _new_phones(member: Membership) -> list[Phone]:
    redis, seal = store()
    name = seal.name("phones", str(current_organization_id()))
    opened = (seal.open(name, cast(bytes, value)) for value in redis.hvals(name))
    return [_new_phone(member, number) for number in sorted(str(entry["number"]) for entry in opened if entry)]


def _new_phone(member: Membership, number: str) -> Phone:
    shown = display(number, "US") if sees_everybody(member) else mask(number)
    return Phone(blind_index(NUMBER_INDEX, number).hex(), number, shown, shown)


def _of_contacts(member: Membership, contacts: Iterable[Contact]) -> list[Phone]:
    rows = list(contacts)
    prefetch(rows)
    found = []
    for contact in rows:
        number = readable(contact, "number", "") or ""
        if _FICTION.fullmatch(number):
            seen = customer(member, contact, in_list=True)
            found.append(Phone(bytes(contact.number_index).hex(), number, seen.name, seen.number, contact))
    return found
