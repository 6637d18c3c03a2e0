"""What compliance stores: the consent ledger, programs and their wordings, numbers that must not be texted, what a
person decides, answers, hours, types of texts and those that wait for a colleague, the register of measures, the four
review checks, improvements."""

from compliance.models.action import Action, ActionEvent, ActionMeasurement, ActionOrigin
from compliance.models.answer_settings import AnswerSettings
from compliance.models.automation import (
    Automation,
    AutomationAct,
    AutomationRun,
    AutomationsOff,
    AutomationTrial,
    AutomationTrigger,
)
from compliance.models.call import Call, CallingNumber, CallTask
from compliance.models.consent import ConsentEvent, ConsentRules, Suppression
from compliance.models.consent_import import ConsentImport, ConsentImportRow
from compliance.models.content_types import ContentRules, HeldText
from compliance.models.escalation import Escalation, EscalationEvent, EscalationStep
from compliance.models.escalation_settings import (
    BusinessHours,
    EscalationPolicy,
    EscalationRule,
    EscalationText,
    Holiday,
)
from compliance.models.finding import Finding
from compliance.models.finding_exception import FindingException
from compliance.models.hours import HoursChange, HoursRules
from compliance.models.keyword import AdvertisementImage, Keyword
from compliance.models.letter import ContactAddress, Letter, LetterText, ReplyKey
from compliance.models.measures import MeasureAnswers, MeasureDuty, MeasureReview, ProfileChange
from compliance.models.message_template import (
    MessageTemplate,
    TemplateRules,
    TemplateUse,
    TemplateVersion,
    names_in_reports,
)
from compliance.models.opt_in import OptIn
from compliance.models.opt_in_form import FormBox, FormCount, FormKey, FormLogo, FormVersion, OptInForm
from compliance.models.opt_in_limits import OptInLimits
from compliance.models.opt_out_question import OptOutQuestion
from compliance.models.permission_request import PermissionRequest, PermissionRequestRow
from compliance.models.poll import Poll, PollAnswer
from compliance.models.program import Disclosure, Program, ProgramText
from compliance.models.report_fact import EntryFact, TextFact
from compliance.models.report_mail import ReportMail
from compliance.models.review_checks import CheckedConversation, CheckOutcome, CheckRun, CheckWatch
from compliance.models.review_settings import ReviewSettings, Scorecard, ScorecardVersion, TeamSampling
from compliance.models.reviews import DrawnConversation, Review, ReviewAnswer, ReviewDispute
from compliance.models.satisfaction import SatisfactionAsk, SatisfactionRule
from compliance.models.work_fact import StepCount, TextCount

__all__ = [
    "Action",
    "ActionEvent",
    "ActionMeasurement",
    "ActionOrigin",
    "AdvertisementImage",
    "AnswerSettings",
    "Automation",
    "AutomationAct",
    "AutomationRun",
    "AutomationTrial",
    "AutomationTrigger",
    "AutomationsOff",
    "BusinessHours",
    "Call",
    "CallTask",
    "CallingNumber",
    "CheckOutcome",
    "CheckRun",
    "CheckWatch",
    "CheckedConversation",
    "ConsentEvent",
    "ConsentImport",
    "ConsentImportRow",
    "ConsentRules",
    "ContactAddress",
    "ContentRules",
    "Disclosure",
    "DrawnConversation",
    "EntryFact",
    "Escalation",
    "EscalationEvent",
    "EscalationPolicy",
    "EscalationRule",
    "EscalationStep",
    "EscalationText",
    "Finding",
    "FindingException",
    "FormBox",
    "FormCount",
    "FormKey",
    "FormLogo",
    "FormVersion",
    "HeldText",
    "Holiday",
    "HoursChange",
    "HoursRules",
    "Keyword",
    "Letter",
    "LetterText",
    "MeasureAnswers",
    "MeasureDuty",
    "MeasureReview",
    "MessageTemplate",
    "OptIn",
    "OptInForm",
    "OptInLimits",
    "OptOutQuestion",
    "PermissionRequest",
    "PermissionRequestRow",
    "Poll",
    "PollAnswer",
    "ProfileChange",
    "Program",
    "ProgramText",
    "ReplyKey",
    "ReportMail",
    "Review",
    "ReviewAnswer",
    "ReviewDispute",
    "ReviewSettings",
    "SatisfactionAsk",
    "SatisfactionRule",
    "Scorecard",
    "ScorecardVersion",
    "StepCount",
    "Suppression",
    "TeamSampling",
    "TemplateRules",
    "TemplateUse",
    "TemplateVersion",
    "TextCount",
    "TextFact",
    "names_in_reports",
]
