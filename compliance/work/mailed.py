"""The daily work as a mail says it: what its reader may see, in sums, without anybody's name."""

from django.conf import settings
from django.urls import reverse

from accounts.mail.writing import Word, said_later
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.reports.periods import Period
from compliance.work.reading import Steps, Texts, View
from compliance.work.sheets.sheet import minutes, per_cent
from compliance.work.whose import offered


def work_words(member: Membership, period: Period) -> dict[str, Word]:
    """What the template of the mail is given; `has_work` is "" for whoever may not see these figures."""
    if not member.may(Permission.REPORTS_WORK):
        return {"has_work": ""}
    whose = offered(member).whose()
    now, then = View(period, whose), View(period.before, whose)
    texts, before = now.texts(())[0].get((), Texts()), then.texts(())[0].get((), Texts())
    steps, steps_before = now.steps(())[0].get((), Steps()), then.steps(())[0].get((), Steps())
    return {
        "has_work": "yes",
        "came": texts.came,
        "came_before": before.came,
        "out": texts.out,
        "out_before": before.out,
        "failed": said_later(lambda: per_cent(texts.failed, texts.out)),
        "opened": steps.opened,
        "opened_before": steps_before.opened,
        "resolved": steps.ended,
        "resolved_before": steps_before.ended,
        "answer": said_later(lambda: minutes(steps.answered.median())),
        "answer_before": said_later(lambda: minutes(steps_before.answered.median())),
        "unanswered": steps.unanswered,
        "work_link": f"{settings.PUBLIC_BASE_URL}{reverse('work_reports')}volumes/"
        f"?since={period.first}&until={period.last}",
    }
