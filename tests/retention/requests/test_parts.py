"""What is held of a number is complete, and is that number's alone."""

from collections.abc import Iterator

from django.apps import apps

from retention.requests.parts import ELSEWHERE, PARTS, Who, find
from tenancy.encryption import ContactKey
from tenancy.encryption.fields import encrypted_fields
from tenancy.isolation import activate
from tests.texting.desk import FIRST, SECOND
from texting.models import Contact


def belonging() -> Iterator[str]:
    """Models with rows of a contact or a number."""
    for model in apps.get_models():
        names = {field.attname for field in model._meta.concrete_fields}
        sealed = any(isinstance(key, ContactKey) for field in encrypted_fields(model) for key in field.keys)
        if names & {"contact_id", "number_index"} or sealed:
            yield model._meta.label


def test_every_model_of_a_contact_or_a_number_is_a_part_or_said_to_be_none():
    parts = [part.model for part in PARTS]
    assert set(belonging()) - {*parts, *ELSEWHERE} == set(), "a model to come: add it to PARTS"
    assert len(parts) == len(set(parts))


def test_every_part_reads_the_fields_that_it_names(desk):
    with activate(desk.organization):
        nobody = Who(b"x" * 16, ())
        for part in PARTS:
            model = apps.get_model(part.model)
            assert list(part.rows(nobody)) == []
            assert not model._meta.get_field(part.at.replace("pk", "id")).null, "a copy goes on behind its last row"
            for field in part.fields:
                first, _, rest = field.partition(".")
                found = model._meta.get_field(first)
                if rest:
                    found.related_model._meta.get_field(rest)


def test_what_is_found_is_of_that_number_in_that_organization_and_of_no_other(desk):
    desk.hear("About my crown", number=FIRST)
    desk.hear("About the bill", number=FIRST, line=desk.billing_line)
    desk.hear("About my braces", number=SECOND)
    desk.hear("My sink", number=FIRST, line=desk.other_line)
    with activate(desk.organization):
        first = Contact.objects.get(number_masked__endswith="0181")
        counts = {one.part.model: one.number for one in find(Who.of(first.number_index))}
        assert (counts["texting.Contact"], counts["texting.Conversation"], counts["texting.Message"]) == (1, 2, 2)
        assert counts["compliance.ConsentEvent"] == 1, "what they wrote permits an answer"
        assert find(Who.of(b"0" * 16)) == []
