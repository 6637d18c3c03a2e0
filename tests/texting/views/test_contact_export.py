"""The list of contacts as a file: for whoever has the right to it, as they see it in the list."""

import csv
from io import StringIO

import pytest

from accounts.models import MembershipRole, Role
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST, SECOND, desk
from texting import tagging
from texting.filtering.conditions import Filter
from texting.filtering.looking import everybody
from texting.models import Contact

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
ADDRESS = "/contacts/export/"


def rows(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_everybody_once_in_pieces_of_any_size(desk):
    for number in range(5):
        desk.hear(number=f"+1212555{4000 + number}", name="=HYPERLINK(1)" if number == 3 else f"Customer {number}")
    desk.hear(number="+13125550177", line=desk.other_line)
    with activate(desk.organization):
        tag = tagging.add_tag(member=desk.cast.admin, name="VIP")
        one = next(each for each in Contact.objects.all() if each.number.endswith("4001"))
        tagging.put_on(member=desk.cast.agent, tag=tag, contact_ids=[one.pk])
    head, *found = rows(desk.as_(desk.cast.owner).get(ADDRESS))
    assert head == ["contact", "name", "number", "tags", "known since (UTC)"]
    assert [row[1] for row in found] == ["Customer 4", "'=HYPERLINK(1)", "Customer 2", "Customer 1", "Customer 0"]
    assert found[0][2] == "'+12125554004"
    assert [row[3] for row in found] == ["", "", "", "VIP", ""]
    _, *tagged = rows(desk.as_(desk.cast.owner).get(ADDRESS, {"tag": str(tag.pk)}))
    assert [row[0] for row in tagged] == [str(one.pk)]
    for size in (1, 2, 5, 6):
        pieces = list(everybody(desk.cast.owner, Filter(), size=size))
        assert [each.customer.id for piece in pieces for each in piece] == [type(one.pk)(row[0]) for row in found], size
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="contacts:exported", actor_id=desk.cast.owner.pk).count() == 2


def test_only_with_the_right_and_masked_without_the_right_to_names(desk):
    desk.hear(number=FIRST, name="Marcus Bell")
    desk.hear(number=SECOND)
    for member in (desk.cast.agent, desk.cast.auditor):
        assert desk.as_(member).get(ADDRESS).status_code == 403
        assert "contacts/export" not in desk.as_(member).get("/contacts/").content.decode()
    with activate(desk.organization):
        role = Role.objects.create(name="Lists", permissions=["contacts:read", "contacts:export"])
        MembershipRole.objects.filter(membership=desk.cast.second_agent).delete()
        MembershipRole.objects.create(membership=desk.cast.second_agent, role=role)
    _, *masked = rows(desk.as_(desk.cast.second_agent).get(ADDRESS))
    assert len(masked) == 2
    assert "Marcus" not in str(masked)
    assert FIRST[1:] not in str(masked)
    assert ADDRESS in desk.as_(desk.cast.owner).get("/contacts/").content.decode()
    assert rows(desk.as_(desk.cast.outsider).get(ADDRESS))[1:] == []
    assert desk.as_(desk.cast.owner).get(ADDRESS, {"tag": "nonsense"}).status_code == 404
