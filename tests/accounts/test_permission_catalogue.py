"""The catalogue of permissions says the truth about itself."""

import re
from collections import Counter
from pathlib import Path

from accounts.built_in_roles import BUILT_IN_ROLES, OWNER
from accounts.models import Role
from accounts.permission_catalogue import (
    FOR_OWNERS,
    NOT_OFFERED,
    OFFERED,
    PERMISSION_GROUPS,
    Permission,
    offered_groups,
)
from accounts.permission_words import WORDS
from tenancy.isolation import activate

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "retention", "portal", "compliance", "texting", "accounts")
CATALOGUE = {"permission_catalogue.py", "built_in_roles.py"}


def asked_for() -> set[Permission]:
    """The permissions that views and use cases name."""
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py") if file.name not in CATALOGUE)
    names = {name for file in files for name in re.findall(r"\bPermission\.([A-Z][A-Z_]+)", file.read_text())}
    return {Permission[name] for name in names}


def test_what_is_offered_is_exactly_what_the_product_asks_for():
    asked = asked_for()
    assert len(asked) > 20
    assert asked & NOT_OFFERED == set(), "it has a page now: take it out of NOT_OFFERED"
    assert set(Permission) - NOT_OFFERED - asked == set(), "nothing asks for it: put it into NOT_OFFERED"


def test_each_is_called_something_of_its_own_and_says_what_it_opens():
    assert list(WORDS) != []
    assert set(WORDS) == {one.value for one in Permission}
    labels = Counter(one.label for one in Permission)
    assert [label for label, times in labels.items() if times > 1] == []
    for one in Permission:
        assert 5 < len(one.label) <= 40
        assert one.help.endswith(".")
        assert one.help.rstrip(".") != one.label
        assert len(one.help) <= 130


def test_each_stands_in_one_group():
    places = Counter(one for group in PERMISSION_GROUPS for one in group.permissions)
    assert places == Counter(Permission)
    assert not {one for group in offered_groups() for one in group.offered} & NOT_OFFERED


def test_nobody_holds_what_is_not_offered_not_even_an_owner(cast):
    with activate(cast.organization):
        wide = Role.objects.create(name="Wide", permissions=[one.value for one in Permission])
        assert wide.granted == OFFERED - FOR_OWNERS
        assert cast.owner.permissions == OFFERED
        assert cast.admin.permissions == OFFERED - FOR_OWNERS


def test_an_auditor_reviews_changes_nothing_else_and_sees_no_full_number():
    held = {one for one in BUILT_IN_ROLES["auditor"].permissions if one.is_offered} - {Permission.REVIEWS_WRITE}
    held -= {Permission.REPORTS_WORK}  # it reads figures, whatever it is called
    assert {one.value.partition(":")[2] for one in held} <= {"read", "read_all"}


def test_a_supervisor_may_do_whatever_an_agent_or_an_auditor_may_and_an_owner_everything():
    of = {key: role.permissions for key, role in BUILT_IN_ROLES.items()}
    assert of["agent"] | of["auditor"] < of["supervisor"] < of["admin"] < OWNER.permissions == set(Permission)
    assert OWNER.permissions - of["admin"] == FOR_OWNERS
