"""Live updates: what a signed-in browser is told at once, and the streams that tell it.

`events` says what is published and who may listen; `redis_publisher` takes it to Redis, `hub` from there to the
`streams` of this process, `stream` into the browser; `access` and `watch` end what may no longer listen.
"""

from texting.live.events import (
    Claims,
    LiveKind,
    channel_of,
    claims_of,
    end_streams,
    mark_of,
    publish,
    publisher,
    rules_mark,
    token_for,
)

__all__ = [
    "Claims",
    "LiveKind",
    "channel_of",
    "claims_of",
    "end_streams",
    "mark_of",
    "publish",
    "publisher",
    "rules_mark",
    "token_for",
]
