"""What compliance adds to the list that leads an owner through the set-up."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from accounts.setting_up import SetupStep
from compliance.models import Keyword, MeasureAnswers, OptInForm


class OptInWay(SetupStep):
    """A way for customers to agree to texts: a published form, or a keyword that they text."""

    title = _("Let customers agree to your texts")
    why = _("Offers and reminders need a permission that you can show. A web form or a keyword collects it.")
    act = _("Make a form")
    route = "opt_in_forms"
    permission = Permission.FORMS_MANAGE

    def is_done(self, member: Membership) -> bool:
        published = OptInForm.objects.filter(state=OptInForm.State.PUBLISHED)
        return published.exists() or Keyword.objects.filter(is_active=True).exists()


class Measures(SetupStep):
    """The organization said what it is, so that the measures that apply to it are known."""

    title = _("See which laws and rules apply to you")
    why = _("A few questions lead to the list of measures, each with what shows that it is kept.")
    act = _("Answer the questions")
    route = "measure_answers"
    permission = Permission.MEASURES_MANAGE

    def is_done(self, member: Membership) -> bool:
        return MeasureAnswers.objects.exists()
