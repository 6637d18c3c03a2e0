"""What stands in the way of a change to a hold; the message is for the person who asked."""


class CannotHold(ValueError):
    """Nothing changed; the message says why and what to do."""
