"""What the clock starts here."""

from functools import partial
from uuid import UUID

from celery import shared_task

from compliance.actions import measuring, reminding
from compliance.content_types import deciding, holding
from compliance.escalations import clock
from compliance.importing import working
from compliance.measures import reviewing
from compliance.message_templates import telling
from compliance.opt_in import opting_in
from compliance.opt_in.opt_in_confirmations import keep_outcomes
from compliance.opt_out.reminding import remind
from compliance.other_channels.mail import fetching, following
from compliance.other_channels.phone import settling
from compliance.reports import mailing
from compliance.requesting import asking
from compliance.review_checks import clock as review_clock
from compliance.review_checks import marking
from compliance.review_checks import working as review_working
from compliance.reviewing import drawing
from compliance.work import keeping as counting_work
from compliance.work.mailed import work_words
from tenancy.background import each_organization
from tenancy.isolation import current_organization_id
from texting.announcements import telling as announced


@shared_task
def remind_of_questions() -> int:
    """Mail those who may decide when a perhaps-stop is overdue. Returns how many mails; twice is once."""
    return each_organization("remind of questions", remind).items


@shared_task
def mail_approvers_of_templates() -> int:
    """Mail those for whom templates wait, also again after a working day. Returns how many mails; twice is once."""
    return each_organization("mail approvers of templates", telling.mail_due).items


@shared_task
def mail_second_persons() -> int:
    """Mail those for whom texts or announcements wait that came after the last mail. Returns how many mails."""
    held = each_organization("mail those who decide on held texts", holding.mail_due).items
    return held + each_organization("mail those who let announcements begin", announced.mail_due).items


@shared_task
def act_on_escalations() -> int:
    """Remind, reassign and breach what nobody has acted on in time. Returns how many steps; twice is once."""
    return each_organization("act on escalations", clock.act_on_due, until_nothing_left=True).items


@shared_task
def follow_letters() -> int:
    """Write down what became of e-mails to customers. Returns of how many; twice is once."""
    return each_organization("follow letters", following.follow, until_nothing_left=True).items


@shared_task
def fetch_answers() -> int:
    """Fetch what customers answered to e-mails. Returns how many mails were looked at; twice is once."""
    return fetching.fetch()


@shared_task
def settle_calls() -> int:
    """End calls of which nothing is heard any more. Returns how many; twice is once."""
    return each_organization("settle calls", settling.settle, until_nothing_left=True).items


@shared_task
def expire_held_texts() -> int:
    """End texts that nobody decided about in time; their authors see it. Returns how many; twice is once."""
    return each_organization("expire held texts", deciding.expire).items


@shared_task
def lapse_opt_ins() -> int:
    """End the questions for permission that nobody answered in time. Returns how many; twice is once."""
    return each_organization("lapse opt-ins", opting_in.lapse).items


@shared_task
def keep_confirmations() -> int:
    """Write down which opt-ins were confirmed, for when the text is purged. Returns how many changed; twice is once."""
    return each_organization("keep confirmations", keep_outcomes).items


@shared_task
def work_on_import(organization_id: str, import_id: str) -> None:
    """A turn at an import; what is left rings for another. Losing it leaves it to `sweep_imports`."""
    if working.work(UUID(organization_id), UUID(import_id)):
        work_on_import.apply_async(args=(organization_id, import_id))


@shared_task
def sweep_imports() -> int:
    """Go on with imports whose worker was killed or whose bell was lost. Returns how many there are."""

    def find() -> int:
        found = working.unfinished()
        for import_id in found:
            work_on_import.apply_async(args=(str(current_organization_id()), str(import_id)))
        return len(found)

    return each_organization("sweep imports", find).items


@shared_task
def forget_imports() -> int:
    """Destroy what was uploaded and is no longer needed. Returns of how many imports."""
    return each_organization("forget imports", working.forget_old).items


@shared_task
def mail_reports() -> int:
    """Mail the figures of the last week or month to those who want them. Returns how many mails; twice is once."""
    return each_organization("mail reports", partial(mailing.mail_due, work_words)).items


@shared_task
def count_days() -> int:
    """Count the daily work of days that are settled, for reports. Returns how many days; twice is once."""
    return each_organization("count days", counting_work.count_days, until_nothing_left=True).items


@shared_task
def remind_of_measures() -> int:
    """Mail the owners of measures whose review is near or over. Returns how many mails; twice is once."""
    return each_organization("remind of measures", reviewing.remind).items


@shared_task
def measure_actions() -> int:
    """Count what improvements changed, once their days are over. Returns how many; twice is once."""
    return each_organization("measure actions", measuring.measure_due, until_nothing_left=True).items


@shared_task
def remind_of_actions() -> int:
    """Mail owners of improvements that are due. Returns of how many; twice is once."""
    return each_organization("remind of actions", reminding.remind).items


@shared_task
def ask_for_permission() -> int:
    """The next questions of runs that ask many for permission. Returns how many; twice asks nobody twice."""
    return asking.ask_next()


@shared_task
def check_conversations() -> int:
    """Look at the conversations that are due for the four review checks, and draw some for people to review. Returns
    how many were looked at; twice is once."""
    each_organization("find what checks are due", marking.look_for_events)
    look = partial(review_clock.look_at_due, drawing.draw)
    return each_organization("check conversations", look, until_nothing_left=True).items


@shared_task
def work_on_checks(organization_id: str, run_id: str) -> None:
    """A turn at a computing over history. Losing it, or leaving some, leaves it to `sweep_check_runs`."""
    review_working.work(UUID(organization_id), UUID(run_id))


@shared_task
def sweep_check_runs() -> int:
    """Go on with computings over history. Returns how many there are."""

    def find() -> int:
        found = review_working.unfinished()
        for run_id in found:
            work_on_checks.apply_async(args=(str(current_organization_id()), str(run_id)))
        return len(found)

    return each_organization("sweep check runs", find).items
