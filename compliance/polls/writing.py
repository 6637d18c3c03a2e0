"""What a member writes for a poll: a question and its answers, kept beside the announcement that sends them.

An answer's number and words must mean nothing else to us or to carriers, or whoever picks it would opt out, opt in or
ask for help instead (DOMAIN 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.models import Automation, Keyword, Poll
from compliance.opt_in.opt_in_words import NO, YES
from compliance.polls import thanking
from compliance.polls.choosing import FEWEST, MOST, chosen, key_of
from compliance.polls.reading import closes_at, is_open
from compliance.words.keywords import classify, plain_core
from compliance.words.plain_words import norm
from compliance.words.reserved_words import objections
from tenancy import audit
from tenancy.audit import AuditKind
from texting.announcements import writing
from texting.announcements.writing import CannotAnnounce, Written, require_sender
from texting.kept_words import kept
from texting.models import Line
from texting.purposes import Purpose

LONGEST_QUESTION, LONGEST_ANSWER = 400, 60  # characters
MOST_DAYS, MOST_REMIND = 30, 14 * 24
AROUND = {
    "en": ("Reply with the number.", "Reply with the letter.", "A reminder:"),
    "es": ("Responda con el número.", "Responda con la letra.", "Le recordamos:"),
    "fr": ("Répondez avec le numéro.", "Répondez avec la lettre.", "Rappel :"),
}
"""By language: what is asked for, and how a second text begins."""


@dataclass(frozen=True)
class Question:
    """What is asked. `remind_hours`: so long after everybody was asked, 0 for never. `thanks`: "" for none.

    `settles`: a conversation in which only the answer was written is resolved by itself.
    """

    words: str
    answers: tuple[str, ...]
    lettered: bool = False
    language: str = "en"
    days_open: int = 3
    remind_hours: int = 0
    thanks: str = ""
    settles: bool = True


def text_of(asked: Question, *, again: bool = False) -> str:
    """The whole text, before the gate adds to it. `again`: for those who have not answered."""
    number, letter, reminder = AROUND[asked.language]
    lines = [f"{key_of(at, lettered=asked.lettered)} {words}" for at, words in enumerate(asked.answers)]
    first = f"{reminder} {asked.words}" if again else asked.words
    return "\n".join([first, *lines, letter if asked.lettered else number])


def question_of(poll: Poll) -> Question:
    """As it was written."""
    return Question(
        words=poll.question,
        answers=tuple(poll.answers),
        lettered=poll.lettered,
        language=poll.language,
        days_open=poll.days_open,
        remind_hours=poll.remind_hours,
        thanks=poll.thanks,
        settles=poll.settles,
    )


def write(*, member: Membership, written: Written, asked: Question, before: Poll | None = None) -> Poll:
    """Keep it as a draft, or change one that has not begun; `written.body` is not looked at.

    Raises CannotAnnounce with what is wrong; MissingPermission.
    """
    require_sender(member)
    asked = _cleaned(asked)
    _check(asked, written.line)
    said = replace(written, body=text_of(asked), template_id=None, values={}, purpose=Purpose.POLL)
    row = writing.write(member=member, written=said, before=before.announcement if before else None)
    poll = before or Poll(announcement=row)
    poll.announcement = row
    poll.question, poll.answers, poll.lettered = asked.words, list(asked.answers), asked.lettered
    poll.language, poll.days_open, poll.remind_hours = asked.language, asked.days_open, asked.remind_hours
    poll.thanks, poll.settles = asked.thanks, asked.settles
    poll.save()
    return poll


def close(*, member: Membership, poll: Poll) -> None:
    """From now on replies are ordinary texts. Raises CannotAnnounce when it takes none already; MissingPermission."""
    require_sender(member)
    rows = Poll.objects.select_for_update(of=("self",), no_key=True).select_related("announcement")
    mine = rows.get(pk=poll.pk)
    if not is_open(mine):
        raise CannotAnnounce(_("It takes no answers any more, or it has not begun."))
    mine.closed_at = timezone.now()
    mine.save(update_fields=["closed_at"])
    audit.record(event=AuditKind.POLL_CLOSED, actor=member, object=mine, before=str(closes_at(poll)))


def _cleaned(asked: Question) -> Question:
    words = asked.words.replace("\r\n", "\n").strip()
    answers = tuple(" ".join(one.split()) for one in asked.answers if one.strip())
    thanks = asked.thanks.replace("\r\n", "\n").strip()
    return replace(asked, words=words, answers=answers, thanks=thanks)


def _check(asked: Question, line: Line) -> None:
    if not asked.words or len(asked.words) > LONGEST_QUESTION:
        raise CannotAnnounce(_("Write a question of at most %(most)d characters.") % {"most": LONGEST_QUESTION})
    if not FEWEST <= len(asked.answers) <= MOST:
        raise CannotAnnounce(_("Give it two to nine answers, one in each line."))
    if asked.language not in AROUND:
        raise CannotAnnounce(_("Choose a language."))
    if not 1 <= asked.days_open <= MOST_DAYS or not 0 <= asked.remind_hours <= MOST_REMIND:
        raise CannotAnnounce(_("Choose how long it is open and when those are reminded who have not answered."))
    if asked.remind_hours >= 24 * asked.days_open:
        raise CannotAnnounce(
            _("The reminder would come when it is closed. Remind earlier, or keep it open for longer.")
        )
    taken = _own_words(line)
    for at, words in enumerate(asked.answers):
        _check_answer(at, words, asked, taken)
    if found := objections(text_of(asked)):
        raise CannotAnnounce(f"{found[0].why} {found[0].instead}")
    thanking.check(asked.thanks, asked.language)


def _check_answer(at: int, words: str, asked: Question, taken: frozenset[str]) -> None:
    named = {"words": words}
    if len(words) > LONGEST_ANSWER:
        raise CannotAnnounce(_("“%(words)s” is too long: an answer has at most 60 characters.") % named)
    if not norm(words):
        raise CannotAnnounce(_("“%(words)s” has no letter and no number that could be replied.") % named)
    if kept(words) != words:
        raise CannotAnnounce(_("An answer holds what must not be kept. Take it out."))
    for said in (words, key_of(at, lettered=asked.lettered)):
        if means_something(said):
            text = _("“%(words)s” cannot be an answer: who replies it stops, starts, agrees or asks for help.")
            raise CannotAnnounce(text % {"words": said})
        if plain_core(said) in taken or norm(said) in taken:
            text = _("“%(words)s” cannot be an answer: it is one of your own keywords.")
            raise CannotAnnounce(text % {"words": said})
    if chosen(words, asked.answers, lettered=asked.lettered) != at or _picks_another(at, words, asked):
        raise CannotAnnounce(_("“%(words)s” could be taken for another answer. Word it differently.") % named)


def means_something(said: str) -> bool:
    """Whether these words, replied alone, stop, start, ask for help, agree or decline, or may mean to stop."""
    replies = (classify(said, opted_out=False), classify(said, opted_out=True))
    return any(one.action != "none" for one in replies) or plain_core(said) in YES | NO


def _picks_another(at: int, words: str, asked: Question) -> bool:
    """An answer that reads as the number or letter of another one."""
    others: Sequence[str] = [f"zq{key_of(place, lettered=True) * 2}" for place in range(len(asked.answers))]
    return chosen(words, others, lettered=asked.lettered) not in {None, at}


def _own_words(line: Line) -> frozenset[str]:
    """Whole texts that the organization itself has given a meaning: words to opt in, words that set rules off."""
    words = set(Keyword.objects.filter(line=line, is_active=True).values_list("word", flat=True))
    rules = Automation.objects.filter(when=Automation.When.KEYWORD, is_on=True, removed_at=None)
    for facts in rules.values_list("facts", flat=True):
        words |= {norm(one) for one in facts.get("words", ())}
    return frozenset(words)
