"""Opinion polls: write and have checked, start, close, and how many chose which answer.

A poll is an announcement with a question in it, so it goes the way of those: the same check, the same number above
which a second person approves (on the page; no key can), the same gate. Who replied what is on the page only.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import PageParameters, page_answer
from accounts.api.problems import Kind, Problem
from accounts.api.reading import Strict, checked, read_parameters
from accounts.permissions import Permission
from compliance.api import examples
from compliance.models import Poll
from compliance.polls import reading, writing
from compliance.polls.choosing import FEWEST, MOST
from compliance.polls.reading import Results
from compliance.polls.thanking import LONGEST
from compliance.polls.writing import AROUND, LONGEST_ANSWER, LONGEST_QUESTION, MOST_DAYS, MOST_REMIND, Question
from texting.announcements import running
from texting.announcements.audiences import Audience
from texting.announcements.writing import CannotAnnounce, Written
from texting.api.announcement_shapes import Beginning, NewAudience
from texting.api.announcements import act_on, beginning, line_of
from texting.api.pages import cursor_of
from texting.api.shapes import Nothing
from texting.models import Announcement
from texting.models.announcement import LONGEST_NAME
from texting.purposes import Purpose
from texting.queries.cursors import Cursor, older_than

_READ = (Permission.ANNOUNCEMENTS_PREPARE,)
_SEND = (*_READ, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)
_MISSING = (Kind.PERMISSION_MISSING, Kind.NOT_FOUND)


class NewPoll(Strict):
    """A question with numbered or lettered answers, to many."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="For colleagues; customers do not see it.")
    line_id = serializers.UUIDField(help_text="One of GET /lines.")
    question = serializers.CharField(max_length=LONGEST_QUESTION)
    answers = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_ANSWER),
        min_length=FEWEST,
        max_length=MOST,
        help_text="In their order. Words that stop, start, agree or ask for help are refused.",
    )
    lettered = serializers.BooleanField(default=False, help_text="A, B, C instead of 1, 2, 3.")
    language = serializers.ChoiceField(choices=list(AROUND), default="en", help_text="Of the words around them.")
    days_open = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=3)
    remind_hours = serializers.IntegerField(
        min_value=0,
        max_value=MOST_REMIND,
        default=0,
        help_text="So long after everybody was asked, those are asked once more who have not replied; 0: never.",
    )
    thanks = serializers.CharField(
        max_length=LONGEST,
        allow_blank=True,
        default="",
        help_text=(
            "Sent once to each who answers, after the first clear answer; empty: nothing. It may hold "
            "{first_name|there}, {company} and {our_number}."
        ),
    )
    settles = serializers.BooleanField(
        default=True, help_text="Whether a conversation in which only the answer was written is resolved by itself."
    )
    audience = NewAudience()


class ShownPollAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """One answer, and how many chose it."""

    key = serializers.CharField(help_text="The number or letter before it.")
    words = serializers.CharField()
    people = serializers.IntegerField()
    share = serializers.IntegerField(help_text="Per cent of those who answered.")


class ShownPoll(serializers.Serializer):  # type: ignore[type-arg]
    """A poll, and its results so far."""

    id = serializers.UUIDField()
    announcement_id = serializers.UUIDField(help_text="What its check found, and pausing it: GET /announcements/{id}.")
    name = serializers.CharField()
    line_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Announcement.State.values, help_text="Of its announcement.")
    is_open = serializers.BooleanField(help_text="Replies of now count.")
    question = serializers.CharField()
    text = serializers.CharField(help_text="The whole text, before company name and opt-out words.")
    lettered = serializers.BooleanField()
    language = serializers.CharField()
    days_open = serializers.IntegerField()
    remind_hours = serializers.IntegerField()
    thanks = serializers.CharField(help_text="As it was written; empty when nobody is thanked.")
    settles = serializers.BooleanField(help_text="Conversations with nothing but an answer are resolved by themselves.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True, help_text="Null while it has not begun.")
    asked = serializers.IntegerField(help_text="Who got the question.")
    reminded = serializers.IntegerField()
    answered = serializers.IntegerField()
    thanked = serializers.IntegerField(help_text="Who answered and was sent thanks.")
    unclear = serializers.IntegerField(help_text="Who replied, and no answer could be told.")
    silent = serializers.IntegerField(help_text="Who got it and has not replied.")
    answers = ShownPollAnswer(many=True)


class PollPage(serializers.Serializer):  # type: ignore[type-arg]
    """Polls, the newest first."""

    data = ShownPoll(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")


class Polls(Endpoint):
    """The list, and a new one."""

    needs = {"get": _READ, "post": _SEND}

    @describe(
        "List polls",
        answer=PollPage,
        example={"data": [examples.POLL], "next": None},
        parameters=[PageParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Polls",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Polls of the key's lines with their results, the newest first."""
        wanted = read_parameters(request, PageParameters)
        cursor, size = cursor_of(wanted), wanted["limit"]
        rows = reading.visible(self.member).order_by("-announcement__made_at", "-id")
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "announcement__made_at"))
        found = list(rows[: size + 1])
        last = found[size - 1] if len(found) > size else None
        shown = [_show(*both) for both in zip(found[:size], reading.counted(found[:size]), strict=True)]
        return page_answer(request, shown, str(Cursor(last.announcement.made_at, last.pk)) if last else "")

    @describe(
        "Write a poll",
        status=201,
        answer=ShownPoll,
        example=examples.POLL | {"state": "checking"},
        request=NewPoll,
        request_example=examples.NEW_POLL,
        problems=[Kind.PERMISSION_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Polls",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Write one, and have everybody looked at by the rules. Nothing is sent: read it until its state is `checked`,
        then start it.
        """
        wanted = checked(self.body, NewPoll)
        asked = Question(
            words=wanted["question"],
            answers=tuple(wanted["answers"]),
            lettered=wanted["lettered"],
            language=wanted["language"],
            days_open=wanted["days_open"],
            remind_hours=wanted["remind_hours"],
            thanks=wanted["thanks"],
            settles=wanted["settles"],
        )
        written = Written(
            name=wanted["name"],
            line=line_of(self.member, wanted["line_id"]),
            purpose=Purpose.POLL,
            audience=Audience(**wanted["audience"]),
        )
        try:
            row = writing.write(member=self.member, written=written, asked=asked)
            running.check(member=self.member, row=row.announcement)
        except CannotAnnounce as error:
            raise Problem(Kind.CONFLICT, str(error)) from None
        return _shown(self, row.pk, status=201, location=f"{request.path}/{row.pk}")


class OnePoll(Endpoint):
    """A poll by its id."""

    needs = {"get": _READ}

    @describe("Read a poll", answer=ShownPoll, example=examples.ASKED_POLL, problems=_MISSING, tag="Polls")
    def get(self, request: HttpRequest, poll_id: UUID) -> HttpResponse:
        """What it asks, and how many chose which answer so far; nobody stands in it."""
        return _shown(self, poll_id)


class PollStart(Endpoint):
    """Letting one begin, now or later."""

    needs = {"post": _SEND}

    @describe(
        "Start a poll",
        answer=ShownPoll,
        example=examples.ASKED_POLL,
        request=Beginning,
        request_example={"begins_theirs": "2026-12-01T09:00"},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Polls",
    )
    def post(self, request: HttpRequest, poll_id: UUID) -> HttpResponse:
        """Of one that is `checked`, as an announcement is started: to more customers than one person may tell alone it
        waits for a person who approves it in Parley.
        """
        begin = beginning(self.body)
        act_on(self.member, reading.access(self.member, poll_id).announcement, begin)
        return _shown(self, poll_id)


class PollClosing(Endpoint):
    """Counting no more replies."""

    needs = {"post": _SEND}

    @describe(
        "Close a poll",
        answer=ShownPoll,
        example=examples.ASKED_POLL | {"is_open": False},
        request=Nothing,
        request_example={},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Polls",
    )
    def post(self, request: HttpRequest, poll_id: UUID) -> HttpResponse:
        """Replies from now on are ordinary texts. What of it has not left yet still leaves: cancel its announcement."""
        checked(self.body, Nothing)
        row = reading.access(self.member, poll_id)
        try:
            with transaction.atomic():
                writing.close(member=self.member, poll=row)
        except CannotAnnounce as error:
            raise Problem(Kind.CONFLICT, str(error)) from None
        return _shown(self, poll_id)


def _shown(endpoint: Endpoint, poll_id: UUID, *, status: int = 200, location: str = "") -> HttpResponse:
    row = reading.access(endpoint.member, poll_id)
    headers = {"Location": location} if location else None
    return answer(_show(row, reading.results(row)), status=status, headers=headers)


def _show(row: Poll, found: Results) -> dict[str, Any]:
    announcement = row.announcement
    return {
        "id": row.pk,
        "announcement_id": announcement.pk,
        "name": announcement.name,
        "line_id": announcement.line_id,
        "state": announcement.state,
        "is_open": reading.is_open(row),
        "question": row.question,
        "text": writing.text_of(writing.question_of(row)),
        "lettered": row.lettered,
        "language": row.language,
        "days_open": row.days_open,
        "remind_hours": row.remind_hours,
        "thanks": row.thanks,
        "settles": row.settles,
        "created_at": announcement.made_at,
        "started_at": announcement.started_at,
        "closes_at": reading.closes_at(row),
        "asked": found.asked,
        "reminded": found.reminded,
        "answered": found.answered,
        "thanked": found.thanked,
        "unclear": found.unclear,
        "silent": found.silent,
        "answers": [
            {"key": one.key, "words": one.words, "people": one.people, "share": one.share} for one in found.rows
        ],
    }
