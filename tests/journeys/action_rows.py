"""Improvements in every state, for the pages that show them; made once for each organization."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from accounts.models import Membership
from compliance.actions import measuring, moving, opening
from compliance.actions.opening import Wanted
from compliance.actions.origins import origin_of
from compliance.actions.windows import today
from compliance.models import Action, CheckedConversation
from tenancy.isolation import activate
from texting.models import Conversation


def action_rows(owner: Membership, conversation: Conversation) -> None:
    """One that held, one that slipped, one being measured, one that is to do because of a gap, one that was dropped."""
    with activate(owner.organization):
        if Action.objects.filter(state="held").exists():
            return
        day = today(owner.organization.time_zone)
        for ago, fails, holds in ((40, 11, 29), (33, 12, 31), (25, 4, 40), (18, 2, 44), (12, 3, 39)):
            at = datetime.combine(day - timedelta(days=ago), time(12), ZoneInfo(owner.organization.time_zone))
            CheckedConversation.objects.bulk_create(
                CheckedConversation(
                    conversation_id=uuid4(),
                    line=conversation.line,
                    agent=owner,
                    resolved_at=at,
                    number=1,
                    opt_in="holds",
                    opening="fails" if number < 9 else "holds",
                    content="holds",
                    gray="fails" if number < fails else "holds",
                )
                for number in range(fails + holds)
            )
        gap = origin_of(owner, "gap:factor_for_all")
        rows = (
            ("Call back the same day when somebody offers a card", "check:gray", 8.0, 28),
            ("Begin every conversation with the name of the practice and how to opt out", "check:opening", 5.0, 28),
            ("Fewer people who leave after the second reminder", "opt_outs", 2.0, 3),
            ("Ask everybody for a second factor", "", None, None),
            ("Rename the template for parking", "", None, None),
        )
        for title, rate, target, changed in rows:
            wanted = Wanted(
                title=title,
                words="Ring before five, and write down what came of it.",
                owner_id=owner.pk,
                due_on=day + timedelta(days=6),
                change="training" if rate else "rule",
                link="/settings/templates/",
                rate=rate,
                target=target,
                window=14,
            )
            made = opening.open_action(member=owner, action_id=uuid4(), wanted=wanted, origin=None if rate else gap)
            if changed:
                changed_on = day - timedelta(days=changed)
                moving.done(member=owner, action=made, changed_on=changed_on, words="Told everybody on Monday.")
        moving.drop(member=owner, action=made, reason="Nobody uses it.")
        measuring.measure_due()


def action_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    yield "evidence", "/settings/evidence/"
    yield "actions", "/reviews/actions/"
    yield "actions-all", "/reviews/actions/?tab=all"
    yield "action-new", "/reviews/actions/new/?from=gap:factor_for_all"
    yield "action-report", "/reports/actions/?days=90"
    with activate(member.organization):
        rows = {one.state: one for one in Action.objects.all()}
    for state in ("held", "slipped", "measuring", "open"):
        if state in rows:
            yield f"action-{state}", f"/reviews/actions/{rows[state].pk}/"
    if "held" in rows:
        yield "action-edit", f"/reviews/actions/{rows['held'].pk}/edit/"
