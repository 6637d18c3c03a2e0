"""Why something about an escalation is not done."""


class CannotAct(ValueError):
    """It cannot be done like this; the message is one sentence for the person who asked."""
