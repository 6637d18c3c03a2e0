"""The one error of actions, in words for whoever pressed."""


class CannotAct(ValueError):
    """Nothing changed. The message says what to do."""
