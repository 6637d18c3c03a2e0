"""Rules of an office that is looked at: one that has acted, one that was refused, one whose owner left."""

from collections.abc import Iterator

from django.utils import timezone

from accounts.models import Membership
from compliance.automations import rules
from compliance.automations.rules import Wanted
from compliance.models import Automation, AutomationAct, AutomationRun, AutomationTrial
from tenancy.ids import new_id
from tenancy.isolation import activate
from texting.models import Conversation

PATH = "/settings/automations/"


def automation_rows(owner: Membership, place: Conversation) -> None:
    """With everything that their pages can show."""
    with activate(owner.organization):
        _rows(owner, place)


def _rows(owner: Membership, place: Conversation) -> None:
    note = "Card details were taken out of a text. Ask for the payment with a payment link, and never for the number."
    first = rules.save(
        member=owner,
        wanted=Wanted(
            "Nobody has answered for an hour of business hours",
            "no_answer",
            {"minutes": 60, "business": True},
            {"lines": [str(place.line_id)], "assigned": "no", "escalation": "no"},
            {"notify": [str(place.line.team_id)], "assign": str(owner.pk), "note": note},
            stops=True,
        ),
    )
    rules.switch(member=owner, rule=first, on=True)
    second = rules.save(member=owner, wanted=Wanted("Spam", "keyword", {"words": ["win", "prize"]}, {}, {"note": "x"}))
    Automation.objects.filter(pk=second.pk).update(why=Automation.Why.LEFT)
    AutomationTrial.objects.create(
        automation=first,
        made_by=owner,
        since=timezone.now(),
        total=812,
        looked=812,
        times=41,
        hits=[[str(place.pk), timezone.now().isoformat()]],
        done_at=timezone.now(),
    )
    refused = "They opted out on Tue 3 Nov, with a keyword. Only they can undo it, by texting START."
    for rule, result, why in ((first, "acted", ""), (first, "stopped", ""), (second, "refused", refused)):
        run = AutomationRun.objects.create(
            automation=rule,
            trigger_id=new_id(),
            contact_id=place.contact_id,
            conversation_id=place.pk,
            line_id=place.line_id,
            at=timezone.now(),
            result=result,
        )
        if result != "stopped":
            AutomationAct.objects.create(run=run, kind="reply", result="refused" if why else "done", note=why)


def automation_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    yield from (("automations", PATH), ("automation-choose", f"{PATH}new/"), ("automation-log", f"{PATH}log/"))
    yield "automation-new", f"{PATH}new/no_answer/?example=waiting"
    with activate(member.organization):
        rule = Automation.objects.filter(is_on=True).first()
    if rule is not None:
        yield from (("automation-edit", f"{PATH}{rule.pk}/"), ("automation-trial", f"{PATH}{rule.pk}/trial/"))
