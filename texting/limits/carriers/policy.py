"""The send policy that says at once when a brand's day at the carriers is used up and the text could not wait for the
next one. At the hand-over the count itself decides (`days`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from tenancy.said import gettext as _
from tenancy.said import moment
from texting.gate import Draft, Reason, Ruling, Verdict
from texting.limits.carriers.days import EDGE, brand_of, days_at, next_day
from texting.limits.standing import standing
from texting.models import Brand, Decision, SendingCount
from texting.purposes import terms_of


class CarrierDay:
    """Refuses, when it is written, what would fail before the next day begins; silent otherwise."""

    name: ClassVar[str] = "carrier_day"

    def judge(self, draft: Draft) -> Ruling:
        """Objections to this draft, as things stand."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[Draft]) -> list[Ruling]:
        """Objections to each; drafts of one line cost two statements, or none where no campaign is set."""
        now, known = timezone.now(), dict[object, datetime | None]()
        rulings = []
        for draft in drafts:
            line = draft.conversation.line
            terms = terms_of(draft.purpose, many=draft.announcement_id is not None)
            if draft.stage != Decision.Stage.QUEUE or line.campaign_id is None or terms.owed:
                rulings.append(Ruling())
                continue
            if line.pk not in known:
                brand = brand_of(line)
                known[line.pk] = full_until(brand, now) if brand else None
            resumes_at = known[line.pk]
            late = resumes_at is not None and now + terms.life <= resumes_at
            rulings.append(Ruling((_reason(resumes_at),) if late and resumes_at else ()))
        return rulings


def full_until(brand: Brand, now: datetime) -> datetime | None:
    """When the brand's next day begins, if nothing is left of this one; else None."""
    if brand.daily_segments is None:
        return None
    rows = SendingCount.objects.filter(
        kind=SendingCount.Kind.BRAND, key=brand.pk.bytes, begins_at__in=days_at(now), segments__gte=brand.daily_segments
    )
    last = rows.order_by("-begins_at").values_list("begins_at", flat=True).first()
    return next_day(last) + EDGE if last else None


def _reason(resumes_at: datetime) -> Reason:
    return Reason(
        rule="carrier.day",
        verdict=Verdict.REFUSE,
        text=_("The carriers take no more texts of this line's brand today."),
        what_to_do=_("It is possible again from %(when)s. Call instead.") % {"when": _when(resumes_at)},
        again_at=resumes_at,
    )


def _when(at: datetime) -> str:
    return moment(at.astimezone(standing().zone), "D j M, H:i")
