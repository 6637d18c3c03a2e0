"""What the clock starts here."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from tenancy.audit_verification import copy_to_files, sign_news
from tenancy.background import each_organization
from tenancy.encryption import tidying

logger = logging.getLogger(__name__)
_TRIED = "keys_tidying_tried"
"""Since when one is being tried, or failed; also when its process was killed."""


@shared_task
def sign_checkpoints() -> None:
    """Sign the log of every organization that has news, then copy the notes out of the database."""
    if not settings.AUDIT_SIGNING_KEY:
        logger.error("AUDIT_SIGNING_KEY is not set: the audit log is not signed")
        return
    each_organization("sign the audit log", lambda: int(sign_news() is not None))
    if settings.AUDIT_CHECKPOINT_DIR:
        each_organization("copy the audit log's checkpoints", copy_to_files)


@shared_task(soft_time_limit=240, time_limit=270)  # large tables take minutes on a busy machine
def tidy_keys() -> bool:
    """Write over what destroyed keys left on disk, when it is time. Whether it was done."""
    if not tidying.due() or not cache.add(_TRIED, True, tidying.PAUSE.total_seconds()):
        return False
    try:
        tidying.tidy()
    except tidying.NotTidied as error:  # a later ring tries again; `tidying.overdue` tells who runs the installation
        logger.error("keys_not_tidied: %s", error)
        if isinstance(error, tidying.Obstructed):  # to look is cheap
            cache.delete(_TRIED)
        return False
    cache.delete(_TRIED)
    return True
