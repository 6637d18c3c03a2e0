"""The texts of an opt-in: the question that a YES answers, and the confirmation.

What each must contain: CTIA Messaging Principles 5.1.2 (program, how often, help, how to stop), and what carriers ask
of a registered campaign (that rates may apply; for the question, that it is no condition of a purchase).
"""

from compliance.models import Program
from tenancy.models import Organization


def question(organization: Organization, program: Program) -> str:
    """Asks for YES. The only text that leaves before there is a permission, so it says everything at once."""
    return (
        f"{organization.name}: reply YES to get {program.name} texts ({_lower(program.frequency)}). "
        "Msg & data rates may apply. Not a condition of purchase. Reply HELP for help, STOP to opt out."
    )


def confirmation(organization: Organization, program: Program) -> str:
    """The first text of a program, before any other."""
    return (
        f"{organization.name} {program.name}: you're subscribed. {_sentence(program.frequency)} "
        "Msg & data rates may apply. Reply HELP for help, STOP to opt out."
    )


def _sentence(words: str) -> str:
    return f"{words.strip().rstrip('.')}."


def _lower(words: str) -> str:
    words = words.strip().rstrip(".")
    return words[:1].lower() + words[1:]
