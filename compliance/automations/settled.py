"""Answers to questions of ours, which set nothing off: found again in texts that are kept, for a dry run."""

from compliance.models import PollAnswer, SatisfactionAsk
from compliance.polls.reading import is_open
from compliance.polls.thanking import says_only
from compliance.satisfaction.hearing import WINDOW, score_of
from texting.models import Message


def was_settled(text: Message, words: str) -> bool:
    """Whether a customer's text was nothing but an answer to a poll, or a score."""
    return _is_score(text, words) or _is_answer(text, words)


def _is_score(text: Message, words: str) -> bool:
    if score_of(words) is None:
        return False
    asked = SatisfactionAsk.objects.filter(contact=text.contact_id, line=text.line_id, answered_at__isnull=False)
    return asked.filter(asked_at__lte=text.created_at, asked_at__gt=text.created_at - WINDOW).exists()


def _is_answer(text: Message, words: str) -> bool:
    given = PollAnswer.objects.filter(
        contact=text.contact_id, choice__isnull=False, poll__announcement__line=text.line_id
    ).select_related("poll__announcement")
    for poll in (one.poll for one in given):
        began = poll.announcement.started_at
        if began is None or text.created_at < began or not is_open(poll, text.created_at):
            continue
        if says_only(words, poll):
            return True
    return False
