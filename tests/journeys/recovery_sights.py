"""The pages of a reset that two organizations agree to."""

from collections.abc import Iterator

from accounts import joint_recovery
from accounts.founding import add_member, found_organization
from tenancy.isolation import activate
from tests.cast import person

from .simulated_office import Office


def recovery_sights(office: Office) -> Iterator[tuple[str, str]]:
    """(name of the page, its path), as the office's owner sees one page change."""
    owner, member = office.owner, office.agent
    other = found_organization(
        name="Northside", slug=f"northside-{office.mark}", owner=person(f"oscar@n{office.mark}.example", "Oscar")
    )
    there = add_member(organization=other.organization, user=member.user, role="agent")
    page = f"/settings/people/{member.pk}/"
    joint_recovery.ask(actor=other, member=there)
    yield "recovery-asked", page
    with activate(office.organization):
        joint_recovery.agree(actor=owner, member=member)
    yield "recovery-said", page
    with activate(office.organization):
        joint_recovery.refuse(actor=owner, member=member)
    joint_recovery.ask(actor=owner, member=member)
    yield "recovery-waits", page
    with activate(other.organization):
        joint_recovery.agree(actor=other, member=there)
    yield "recovery-agreed", page
