"""How a process reaches Redis where somebody waits for the answer: soon, or not at all."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(url: str, *, wait: float) -> redis.Redis:
    """A client that waits `wait` seconds for a connection and as long for an answer.

    A connection that the server closed meanwhile (a restart) is worth a second try at once; a silent server is not.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=wait,
        socket_connect_timeout=wait,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
