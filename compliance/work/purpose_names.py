"""What texts are for, as tables of figures name it."""

from django.utils.translation import gettext_lazy as _

from texting.purposes import Purpose

NAMES = {
    Purpose.OPT_OUT_ANSWER: _("Answers to an opt-out"),
    Purpose.OPT_IN_ANSWER: _("Answers to an opt-in"),
    Purpose.HELP_ANSWER: _("Answers to HELP"),
    Purpose.WRONG_NUMBER_ANSWER: _("Answers to a wrong number"),
    Purpose.SAFE_WAY_ANSWER: _("Another way offered"),
    Purpose.OPT_IN_QUESTION: _("Questions for permission"),
    Purpose.CODE: _("Codes"),
    Purpose.RECEIPT: _("Receipts of payments"),
    Purpose.REPLY: _("Conversation"),
    Purpose.PRIVATE_LINK: _("Links to private messages"),
    Purpose.PRIVATE_CODE: _("Codes for private messages"),
    Purpose.APPOINTMENT: _("Appointments"),
    Purpose.ALERT: _("Notices"),
    Purpose.POLL: _("Polls"),
    Purpose.BULK: _("Announcements and offers"),
}
