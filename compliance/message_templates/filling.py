"""A text for one customer from a template: values that Parley knows, values that are given, and nothing left open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Membership
from compliance.message_templates.contact_fields import field_values
from compliance.message_templates.placeholders import (
    FIELD,
    PLACEHOLDERS,
    Source,
    Unfilled,
    fields_in,
    fill,
    names_in,
    without_instead,
)
from compliance.models import TemplateVersion
from tenancy.said import gettext as _
from texting.models import Contact, Line
from texting.phone_numbers import display
from texting.queries import customer

_SALT = "compliance.message_templates.filling"
_OURS = frozenset({"company", "our_number"})
"""What nobody else may say in our name."""


@dataclass(frozen=True)
class Filled:
    """A text and the word that says where it came from (`mark_of`)."""

    text: str
    origin: str


@dataclass(frozen=True)
class Mark:
    """An origin that was read: which version, in which language, and the keyed hash of the text as it was filled in."""

    version_id: UUID
    language: str
    proof: str


def language_for(version: TemplateVersion, wanted: str) -> str:
    """The wanted language where the template has it, else the one that others fall back to."""
    first: str = version.languages[0]
    return wanted if wanted in version.languages else first


def known_for(
    member: Membership, contact: Contact, line: Line, versions: Iterable[TemplateVersion], language: str
) -> dict[str, str | None]:
    """`known` with the contact's fields that these versions name, as that language writes them; None for what the
    member may not see.
    """
    names = fields_in(body for version in versions for body in version.bodies.values())
    return {**known(member, contact, line), **field_values(member, names, [contact], language).get(contact.pk, {})}


def known(member: Membership, contact: Contact, line: Line) -> dict[str, str]:
    """What Parley can fill in by itself for this text. No name for members who may not see it."""
    seen = customer(member, contact)
    named = seen.is_named and not seen.is_masked and seen.name != _("Erased contact")
    return {
        "first_name": seen.name.split()[0] if named and seen.name.split() else "",
        "company": member.organization.name,
        "agent_name": signature(member),
        "our_number": display(line.number, member.organization.country),
    }


def signature(member: Membership) -> str:
    """What `{agent_name}` stands for in texts of this member; "" for a program, which gives a name itself."""
    return "" if member.is_machine else member.user.name.split()[0]


def to_ask(version: TemplateVersion, language: str, has: Mapping[str, str | None]) -> list[str]:
    """The placeholders that somebody must give a value for, in the order of the body."""
    return [name for name in without_instead(version.bodies[language]) if name in PLACEHOLDERS and not has.get(name)]


def filled(
    version: TemplateVersion, language: str, *, known: Mapping[str, str | None], given: Mapping[str, str]
) -> Filled:
    """The text. Raises Unfilled for what is missing or cannot be used, also for a value that has no place in it."""
    body = version.bodies[language]
    names = names_in(body)
    why = {name: _unknown(name) for name in given if name not in names}
    why |= {
        name: _("%(name)s is filled in by Parley. Leave it out.") % {"name": f"{{{name}}}"}
        for name in given
        if name in _OURS or name.startswith(FIELD)
    }
    if why:
        raise Unfilled(why)
    text = fill(body, {**known, **given}).strip()
    return Filled(text, mark_of(version.pk, language, text))


def _unknown(name: str) -> str:
    shown = name[:40] if name.isprintable() else "?"
    return _("This template has no placeholder {%(name)s}. Leave it out.") % {"name": shown}


def mark_of(version_id: UUID, language: str, text: str) -> str:
    """The word that stays with a text: version, language, and a keyed hash that tells whether it was changed since."""
    return f"{version_id}:{language}:{_proof(version_id, text)}"


def read_mark(origin: str) -> Mark | None:
    """What the word says; None for what is none of ours."""
    version, _colon, rest = origin.partition(":")
    language, _colon, proof = rest.partition(":")
    try:
        return Mark(UUID(version), language[:5], proof)
    except ValueError:
        return None


def is_as_filled(mark: Mark, text: str) -> bool:
    """Whether the text is still the one that was filled in."""
    return constant_time_compare(mark.proof, _proof(mark.version_id, text.strip()))


def _proof(version_id: UUID, text: str) -> str:
    return salted_hmac(_SALT, f"{version_id}\n{text}", algorithm="sha256").hexdigest()[:32]


def asked_by_people(names: Sequence[str]) -> list[str]:
    """Those that only a person or a program can give."""
    return [name for name in names if name in PLACEHOLDERS and PLACEHOLDERS[name].source is Source.GIVEN]
