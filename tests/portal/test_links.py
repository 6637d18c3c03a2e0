"""Short links: found by their code, by nobody else, and of one kind only."""

import pytest

from portal.links import CODE_LENGTH, Kind, find, forget, make_link
from portal.models import PortalLink
from tenancy.ids import new_id
from tenancy.isolation import NoOrganization, activate


def test_a_link_leads_to_its_row_and_organization_and_its_code_is_stored_nowhere(cast):
    target = new_id()
    with activate(cast.organization):
        link = make_link(Kind.MESSAGE, target)
    found = find(Kind.MESSAGE, link.code)
    assert found is not None
    assert (found.organization, found.target_id) == (cast.organization, target)
    assert link.address.endswith(f"/s/{link.code}")
    assert len(link.code) == CODE_LENGTH
    row = PortalLink.objects.get()
    assert link.code.encode() not in bytes(row.digest)
    assert link.code not in repr(link)


def test_a_link_of_one_kind_opens_nothing_of_another(cast):
    with activate(cast.organization):
        link = make_link(Kind.PAYMENT, new_id())
    assert find(Kind.MESSAGE, link.code) is None
    assert find(Kind.PAYMENT, link.code) is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["", "x", "a" * 21, "a" * 23, "a" * 100_000, "\x00" * 22, "é" * 22, "../../../etc/pass ", "a" * 22]
)
def test_what_is_no_code_of_ours_opens_nothing(code):
    assert find(Kind.MESSAGE, code) is None


def test_only_the_organization_itself_takes_a_link_away(cast):
    target = new_id()
    with activate(cast.organization):
        link = make_link(Kind.MESSAGE, target)
    with activate(cast.other_organization):
        assert forget(target) == 0
    assert find(Kind.MESSAGE, link.code) is not None
    with activate(cast.organization):
        assert forget(target) == 1
    assert find(Kind.MESSAGE, link.code) is None


@pytest.mark.django_db
def test_nobody_makes_a_link_outside_of_an_organization():
    with pytest.raises(NoOrganization):
        make_link(Kind.MESSAGE, new_id())
