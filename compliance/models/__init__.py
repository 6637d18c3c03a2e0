"""What compliance stores: the consent ledger, programs and their wordings, numbers that must not be texted, what a
person decides, answers, hours."""

from compliance.models.answer_settings import AnswerSettings
from compliance.models.consent import ConsentEvent, ConsentRules, Suppression
from compliance.models.consent_import import ConsentImport, ConsentImportRow
from compliance.models.hours import HoursChange, HoursRules
from compliance.models.opt_in import OptIn
from compliance.models.opt_in_form import FormBox, FormCount, FormKey, FormLogo, FormVersion, OptInForm
from compliance.models.opt_out_question import OptOutQuestion
from compliance.models.program import Disclosure, Program
from compliance.models.report_mail import ReportMail

__all__ = [
    "AnswerSettings",
    "ConsentEvent",
    "ConsentImport",
    "ConsentImportRow",
    "ConsentRules",
    "Disclosure",
    "FormBox",
    "FormCount",
    "FormKey",
    "FormLogo",
    "FormVersion",
    "HoursChange",
    "HoursRules",
    "OptIn",
    "OptInForm",
    "OptOutQuestion",
    "Program",
    "ReportMail",
    "Suppression",
]
