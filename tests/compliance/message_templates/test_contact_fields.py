"""Fields of contacts in templates: filled in for whoever sees them, other words where nothing is written."""

import pytest
from django.urls import reverse

from compliance.message_templates import origins, writing
from compliance.message_templates.writing import Flawed
from tenancy.isolation import activate
from tests.compliance.message_templates.test_composing import pick, take, taken
from tests.compliance.templates_of import draft, published
from tests.revealers import MASKED, with_rights
from tests.texting.desk import SECOND, desk
from texting.fields import defining
from texting.fields import writing as values
from texting.fields.defining import Right
from texting.fields.kinds import Kind
from texting.models import FieldRight
from texting.origins import Ask, NotMade

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
BODY = "{first_name|Hello}: your visit is {field:Next visit|not planned}."


@pytest.fixture
def visit(desk):
    desk.talk = desk.hear(name="Maria Ruiz")
    desk.other = desk.hear(number=SECOND)
    with activate(desk.organization):
        field = defining.add_field(member=desk.cast.admin, name="Next visit", kind=Kind.DATE)
        typed = {field.pk: "2027-03-31"}
        values.set_values(member=desk.cast.agent, contact=desk.talk.contact, typed=typed)
        desk.version = published(desk.cast.supervisor, "Visit", BODY)
    return field


def test_it_is_filled_in_on_the_contact_that_is_written_to(desk, visit):
    assert "Maria: your visit is 31 Mar 2027." in pick(desk, desk.talk).content.decode()
    assert taken(take(desk, desk.talk, desk.version))[0] == "Maria: your visit is 31 Mar 2027."
    assert taken(take(desk, desk.other, desk.version))[0] == "Hello: your visit is not planned."


def test_many_texts_are_made_at_once_each_with_its_own(desk, visit):
    with activate(desk.organization):
        asked = [Ask(desk.version.template_id, one.contact, desk.line, {}) for one in (desk.talk, desk.other)]
        made = origins.Templates().make(desk.cast.owner, asked)
        assert [one.body for one in made] == ["Maria: your visit is 31 Mar 2027.", "Hello: your visit is not planned."]
        given = Ask(desk.version.template_id, desk.talk.contact, desk.line, {"field:next visit": "never"})
        assert isinstance(origins.Templates().make(desk.cast.owner, [given])[0], NotMade)


def test_days_and_numbers_are_written_as_the_texts_language_writes_them_whoever_sends_it(desk, visit):
    with activate(desk.organization):
        texts = defining.add_field(member=desk.cast.admin, name="Texts", kind=Kind.YES_NO)
        typed = {visit.pk: "2027-01-31", texts.pk: "yes"}
        values.set_values(member=desk.cast.agent, contact=desk.talk.contact, typed=typed)
        spanish = "El {field:Next visit}: {field:Texts}."
        both = published(desk.cast.supervisor, "Both", "On {field:Next visit}: {field:Texts}.", es=spanish)
        said = {"en": "On 31 Jan 2027: Yes.", "es": "El 31 ene 2027: S\u00ed."}
        for language, text in said.items():
            ask = Ask(both.template_id, desk.talk.contact, desk.line, {}, language)
            assert [one.body for one in origins.Templates().make(desk.cast.owner, [ask])] == [text]
    for language, text in said.items():
        address = reverse("pick_template", args=[desk.talk.pk])
        assert text in desk.as_(desk.cast.agent).get(address, {"language": language}).content.decode()
        assert taken(take(desk, desk.talk, both, language=language))[0] == text


def test_a_field_that_is_renamed_is_meant_by_its_old_name_until_another_one_has_that(desk, visit):
    text = "Maria: your visit is 31 Mar 2027."
    with activate(desk.organization):
        rights = {one.role_id: Right(one.right) for one in FieldRight.objects.filter(field=visit)}
        for name in ("Appointment", "Next appointment"):
            defining.change_field(member=desk.cast.admin, field=visit, name=name, rights=rights)
    assert taken(take(desk, desk.talk, desk.version))[0] == text
    with activate(desk.organization):
        defining.add_field(member=desk.cast.admin, name="next  VISIT", kind=Kind.DATE)
    assert taken(take(desk, desk.talk, desk.version))[0] == "Maria: your visit is not planned."


def test_a_field_that_the_sender_does_not_see_is_refused_and_not_talked_around(desk, visit):
    with activate(desk.organization):
        FieldRight.objects.filter(field=visit, role__built_in="agent").update(right=Right.HIDDEN)
        asked = [Ask(desk.version.template_id, desk.other.contact, desk.line, {})]
        assert isinstance(origins.Templates().make(desk.cast.agent, asked)[0], NotMade)
    refused = take(desk, desk.talk, desk.version)
    assert refused.status_code == 422
    assert "31 Mar" not in refused.content.decode() + pick(desk, desk.talk).content.decode()
    masked = with_rights(desk.cast, MASKED)
    with activate(desk.organization):
        assert isinstance(origins.Templates().make(masked, asked)[0], NotMade)


def test_only_what_whoever_publishes_sees_is_published(desk, visit):
    with activate(desk.organization):
        for body in ("See {field:Last visit}.", "See {field:Next visit} {field:x|y}."):
            made = draft(desk.cast.supervisor, f"Bad {len(body)}", body)
            with pytest.raises(Flawed) as caught:
                writing.publish(actor=desk.cast.supervisor, template=made)
            assert "no field of contacts" in caught.value.flaws[0].rule
    page = desk.as_(desk.cast.supervisor).get(reverse("new_template")).content.decode()
    assert "{field:Next visit}" in page
