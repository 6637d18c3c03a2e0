"""Whoever may do everything but read another team's conversations is told nothing of what is said in them, by any page,
part of a page, file or header. The addresses come from the URL configuration, so a new page is asked too.
"""

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Membership, TeamMember
from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.architecture.permission_table import PLAIN, objects_of
from tests.architecture.test_masked_everywhere import PART, all_of, write_everywhere
from tests.architecture.test_permissions import GUARDED, Scenery, parameters
from tests.cast import make_cast, signed_in
from tests.kept import kept
from tests.revealers import HIDES, MASKED, with_rights
from texting import conversations, receiving
from texting.models import Conversation, Line, Message
from texting.providers.base import Inbound

MARK = "heliotrope"
EVERYTHING_ELSE = (MASKED | HIDES) - {Permission.CONVERSATIONS_READ_ALL}
OF_A_CONVERSATION = {
    *(
        "conversation_id",
        "message_id",
        "question_id",
        "held_id",
        "finding_id",
        "escalation_id",
        "call_id",
        "task_id",
        "secure_id",
    ),
    *("reply_id", "payment_id", "attachment_id", "unsent_id"),
}
BY_THEMSELVES = {"settings/lines/<uuid:line_id>/test/<uuid:message_id>/"}  # whether a test text arrived, without it
SHARES = 3


def make_marked() -> Scenery:
    """One of everything, with the mark in whatever was said or written about it in the conversation."""
    cast = make_cast()
    objects = objects_of(cast)
    with activate(cast.organization):
        line = Line.objects.get(pk=objects["line_id"])
        receiving.receive(line, Inbound("in-marked", "+12125550181", line.number, f"The {MARK} one", "in-marked"))
        conversation = Conversation.objects.select_related("contact", "line__team").get(pk=objects["conversation_id"])
        conversations.add_note(member=cast.agent, conversation=conversation, body=f"@Bo Castellanos: {MARK}")
        sent = Message.objects.filter(conversation=conversation, direction=Message.Direction.OUT)
        sent.update(attention=Message.Attention.NO_RECEIPT)
        write_everywhere(f"What is {MARK}")
    return Scenery(cast, objects)


scenery = kept(make_marked)


def reader(scenery: Scenery, *, inside: bool) -> Membership:
    """Somebody with every right but the one to read all teams, in the team of the line or in another one only."""
    member = with_rights(scenery.cast, EVERYTHING_ELSE)
    if not inside:
        with activate(scenery.cast.organization):
            TeamMember.objects.filter(team=scenery.cast.front_desk, membership=member).delete()
    return member


def told(scenery: Scenery, member: Membership, paths: list[str]) -> dict[str, tuple[int, str]]:
    """What each address answered, asked each way; what a request changes is undone."""
    found = {}
    for path in paths:
        for method, headers in (("get", {}), ("post", PART)):
            with transaction.atomic():
                client = signed_in(Client(raise_request_exception=False), member)
                answer = getattr(client, method)(scenery.address(path), headers=headers)
                found[f"{method} {path}"] = (answer.status_code, all_of(answer))
                transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("share", range(SHARES))
def test_no_address_tells_what_is_said_to_another_team(scenery, share):
    member = reader(scenery, inside=False)
    answers = told(scenery, member, GUARDED[share::SHARES])
    assert {asked for asked, (_status, said) in answers.items() if MARK in said} == set()
    there = {
        asked: status
        for asked, (status, _said) in answers.items()
        if (path := asked.split(" ")[1]) not in BY_THEMSELVES
        and parameters(path) - set(PLAIN) & OF_A_CONVERSATION
        and status not in {404, 405}
    }
    assert there == {}
    assert sum(status == 200 for status, _said in answers.values()) > 20


def test_the_same_search_finds_it_all_for_somebody_of_the_team(scenery):
    paths = ["inbox/c/<uuid:conversation_id>/", "inbox/rows/", "reports/findings/", "perhaps-stop/export/",
             "escalations/csv/", "second-look/", "payments/<uuid:payment_id>/"]  # fmt: skip
    answers = told(scenery, reader(scenery, inside=True), paths)
    assert {path for path in paths if MARK not in answers[f"get {path}"][1]} == set()
