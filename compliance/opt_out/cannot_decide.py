"""Why a question cannot be answered that way now."""


class CannotDecide(ValueError):
    """The question is answered already, or the answer lacks its reason; the message says which."""
