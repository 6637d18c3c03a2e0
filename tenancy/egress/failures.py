"""How a call that was allowed can fail."""

from enum import StrEnum


class Failure(StrEnum):
    """What went wrong on the way."""

    NAME_NOT_FOUND = "name_not_found"
    NOT_CONNECTED = "not_connected"
    CERTIFICATE = "certificate"
    TLS = "tls"
    SLOW_TO_CONNECT = "slow_to_connect"
    SLOW_TO_ANSWER = "slow_to_answer"
    BROKEN_ANSWER = "broken_answer"
    HEADERS_TOO_LARGE = "headers_too_large"
    PROXY = "proxy"


class EgressFailed(Exception):
    """The call got no answer. After SLOW_TO_ANSWER and BROKEN_ANSWER the other side may have acted on it.

    The text of the exception names neither the address nor what came back.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
