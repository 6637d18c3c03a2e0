"""The automatic answers to STOP, START and HELP, with what the carriers and the law ask each to contain.

Sources: CTIA Messaging Principles 5.1 (opt-in, HELP), 47 CFR 64.1200(a)(12) (one confirmation, no marketing).
"""

from tenancy.models import Organization

OPT_OUT_WORDS = "Reply STOP to opt out."


def opted_out(organization: Organization) -> str:
    """Who we are, that no more texts will come, how to come back. Nothing that could be read as marketing."""
    return f"{organization.name}: you are unsubscribed and will get no more texts. Reply START to resubscribe."


def opted_in(organization: Organization) -> str:
    """Who we are, that texts will come, what they cost, where help is, how to stop."""
    return (
        f"{organization.name}: you're subscribed to our texts. Message frequency varies. Msg & data rates may apply."
        " Reply HELP for help, STOP to cancel."
    )


def help_text(organization: Organization) -> str:
    """Who we are, where a person can be reached, what texts cost, how to stop."""
    contact = (
        f" help at {organization.help_contact}."
        if organization.help_contact
        else " reply here and a person will answer."
    )
    return f"{organization.name}:{contact} Message frequency varies. Msg & data rates may apply. Reply STOP to cancel."
