"""The pages of contacts that are one person: pairs, comparing two, a contact with several numbers."""

from collections.abc import Iterator

from accounts.models import Membership
from tenancy.isolation import activate
from texting import threads
from texting.duplicates import merging
from texting.fields.writing import set_values
from texting.models import ContactField, Tag
from texting.phone_numbers import parse
from texting.tagging import put_on


def duplicates_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path), of an organization as it is."""
    yield "duplicates", "/contacts/duplicates/"


def merging_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """The same with four contacts more, two of whom are one person already."""
    with activate(member.organization):
        first, second, third, fourth = (
            threads.contact_for(parse(f"+121255506{number:02}", "US"), name=name)
            for number, name in enumerate(("Ines Aguilar Romero", "Aguilar Romero, Inés", "Ian Poe", "Ian Poe"))
        )
        for number, contact in enumerate((first, second)):
            typed = {field.pk: f"P-{3000 + number}" for field in ContactField.objects.filter(kind="text")}
            set_values(member=member, contact=contact, typed=typed)
        for tag in Tag.objects.all()[:2]:
            put_on(member=member, tag=tag, contact_ids=[second.pk])
        merging.merge(member=member, survivor=third.pk, other=fourth.pk)
    yield "duplicates", "/contacts/duplicates/"
    yield "duplicates-said", f"/contacts/duplicates/?said={first.pk}_{second.pk}"
    yield "merge", f"/contacts/{first.pk}/merge/{second.pk}/"
    yield "contact-alike", f"/contacts/{first.pk}/"
    yield "contact-numbers", f"/contacts/{third.pk}/"
