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
