"""What compliance stores: the consent ledger, numbers that must not be texted, what a person decides, answers."""

from compliance.models.answer_settings import AnswerSettings
from compliance.models.consent import ConsentEvent, Suppression
from compliance.models.opt_out_question import OptOutQuestion

__all__ = ["AnswerSettings", "ConsentEvent", "OptOutQuestion", "Suppression"]
