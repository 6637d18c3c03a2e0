"""What comes of a template: uses, answers and opt-outs within a week, counted from rows."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, MembershipRole, Role, Team
from compliance.message_templates.filling import filled
from compliance.message_templates.outcomes import by_colleague, outcome_of
from tenancy.isolation import activate
from tests.compliance.templates_of import published
from tests.texting.desk import FIRST, SECOND, desk
from texting import sending
from texting.models import Message

__all__ = ["desk"]

THIRD = "+12125550183"


def use(
    desk,
    version,
    number: str,
    *,
    days_ago: float = 1,
    left: bool = True,
    words: str = "",
    language: str = "en",
    author=None,
) -> None:
    """It was sent to somebody who wrote long before."""
    conversation = desk.hear("Hello", number=number)
    with activate(desk.organization):
        made = filled(version, language, known={"first_name": "Grace", "company": "Harbor Dental"}, given={})
        message = sending.send_text(
            conversation=conversation, body=made.text + words, author=author or desk.cast.agent, origin=made.origin
        )
        at = timezone.now() - timedelta(days=days_ago)
        Message.objects.filter(direction="in", contact=conversation.contact).update(created_at=at - timedelta(days=30))
        Message.objects.filter(pk=message.pk).update(created_at=at, sent_at=at if left else None)


def test_uses_answers_and_opt_outs_are_those_of_the_week_after_it(desk):
    with activate(desk.organization):
        version, other = published(desk.cast.owner, "Hello"), published(desk.cast.owner, "Other")
        assert outcome_of(version.template).used == 0
    use(desk, version, FIRST)
    use(desk, version, SECOND, words=" See you")
    use(desk, version, THIRD, days_ago=9)
    use(desk, version, "+12125550184", left=False)
    use(desk, version, "+12125550185", days_ago=91)
    use(desk, other, "+12125550186")
    desk.hear("Thank you", number=FIRST)
    desk.hear("STOP", number=SECOND)
    desk.hear("Late", number=THIRD)
    with activate(desk.organization):
        found = outcome_of(version.template)
        assert (found.used, found.edited, found.sent) == (4, 1, 3)
        assert (found.answered, found.opted_out) == (2, 1)  # a STOP is an answer, too; nine days are too late
        assert (found.answered_share, found.opted_out_share) == (67, 33)
    page = desk.as_(desk.cast.owner).get(f"/settings/templates/{version.template_id}/").content.decode()
    assert "33% of 3 that left" in page


def test_each_language_has_its_own(desk):
    with activate(desk.organization):
        version = published(desk.cast.owner, "Hello", es="Hola, {first_name}, de {company}.")
    use(desk, version, FIRST)
    use(desk, version, SECOND, language="es")
    use(desk, version, THIRD, language="es")
    desk.hear("Gracias", number=SECOND)
    with activate(desk.organization):
        Message.objects.filter(direction="out", contact=desk.contact(THIRD)).update(status="delivered")
        found = outcome_of(version.template)
    told = {name: (one.used, one.sent, one.delivered, one.answered) for name, one in found.languages}
    assert told == {"en": (1, 1, 0, 0), "es": (2, 2, 1, 1)}
    assert (found.used, found.delivered, found.answered) == (3, 1, 1)
    page = desk.as_(desk.cast.owner).get(f"/settings/templates/{version.template_id}/").content.decode()
    assert "By language" in page


def test_each_colleagues_own_are_shown_to_whoever_sees_their_figures(desk):
    cast = desk.cast
    with activate(desk.organization):
        version = published(cast.owner, "Hello")
    use(desk, version, FIRST)
    use(desk, version, SECOND, words=" See you")
    use(desk, version, THIRD, author=cast.second_agent)
    desk.hear("Thank you", number=FIRST)
    desk.hear("STOP", number=THIRD)
    with activate(desk.organization):
        told = {
            name: [(who, one.used, one.edited, one.answered, one.opted_out) for who, one in rows]
            for name in ("owner", "supervisor", "agent", "second_agent", "auditor")
            for rows in [by_colleague(version.template, getattr(cast, name))]
        }
    with activate(desk.organization), CaptureQueriesContext(connection) as queries:
        by_colleague(version.template, cast.auditor)
    assert sum("compliance_consentevent" in one["sql"] for one in queries) == 1, (
        "one statement, however many colleagues"
    )
    both = [("Amelia Okafor", 2, 1, 1, 0), ("Bo Castellanos", 1, 0, 1, 1)]
    assert (told["owner"], told["supervisor"], told["auditor"]) == (both, both, both)
    assert (told["agent"], told["second_agent"]) == (both[:1], both[1:]), "one's own figures only"
    path = f"/settings/templates/{version.template_id}/"
    assert "Bo Castellanos" in desk.as_(cast.owner).get(path).content.decode()
    file = b"".join(desk.as_(cast.owner).get(f"{path}outcome/csv/").streaming_content).decode()
    assert "Bo Castellanos,1,0,1,0,1,1" in file
    assert desk.as_(cast.agent).get(f"{path}outcome/csv/").status_code == 404


def test_where_colleagues_read_only_what_is_theirs_the_figures_are_their_own_too(desk):
    cast = desk.cast
    with activate(desk.organization):
        version = published(cast.owner, "Hello")
        role = Role.objects.create(name="Writer", permissions=["reports:read", "templates:manage"])
        MembershipRole.objects.create(membership=cast.second_agent, role=role)
    use(desk, version, FIRST)
    use(desk, version, SECOND, author=cast.second_agent)
    with activate(desk.organization):
        for visibility, seen in (("team", ["Amelia Okafor", "Bo Castellanos"]), ("assigned", ["Bo Castellanos"])):
            Team.objects.update(visibility=visibility)
            rows = by_colleague(version.template, Membership.objects.get(pk=cast.second_agent.pk))
            assert [name for name, _one in rows] == seen
