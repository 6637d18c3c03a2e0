"""What is refused about reviews."""


class CannotReview(ValueError):
    """It cannot be done, or not now; the message says why and what to do."""
