"""What a person is told who cannot do it now."""


class CannotDo(ValueError):
    """The message says why, and what to do."""
