"""What a first text has to say: who writes, and how to opt out."""


def names(body: str, company: str) -> bool:
    """Whether the company's name is in it."""
    return company.casefold() in body.casefold()


def tells_how_to_opt_out(body: str) -> bool:
    """Whether it says STOP and what for."""
    text = body.casefold()
    return "stop" in text and ("opt out" in text or "reply stop" in text)
