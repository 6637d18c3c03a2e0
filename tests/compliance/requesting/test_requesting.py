"""Many contacts are asked for permission: who may be, how fast, once, and what their answers become."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.permissions import MissingPermission
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, OptIn, PermissionRequest, PermissionRequestRow
from compliance.opt_in import opting_in
from compliance.requesting import asking, results, running
from compliance.requesting.running import CannotRequest
from compliance.send_policies import here
from tenancy.isolation import activate
from tests.compliance.importing_lists import bring_in, make_program, number, rows
from tests.texting.desk import desk
from texting import threads
from texting.models import Conversation, Message
from texting.phone_numbers import parse
from texting.purposes import Purpose

__all__ = ["desk"]

State, RowState = PermissionRequest.State, PermissionRequestRow.State


@pytest.fixture
def program(desk):
    with activate(desk.organization):
        return make_program(desk.cast.owner, "News", scope="marketing")


def wrote(desk, *at):
    for each in at:
        desk.hear("Hello", number=parse(number(each)).e164)


def begin(desk, program, audience="reply", **fields):
    with activate(desk.organization):
        given = {"line": desk.line, "an_hour": 100, **fields}
        return running.begin(member=desk.cast.owner, audience=audience, program=program, **given)


def ask(desk, run, most=25):
    return asking.work(desk.organization.pk, run.pk, most=most)


def found(desk, run):
    with activate(desk.organization):
        return results.results_of(PermissionRequest.objects.get(pk=run.pk))


def state(desk, run):
    with activate(desk.organization):
        return PermissionRequest.objects.get(pk=run.pk).state


def questions(desk):
    with activate(desk.organization):
        return Message.objects.filter(purpose=Purpose.OPT_IN_QUESTION).count()


def leave(desk):
    """The questions are on the customers' phones."""
    with activate(desk.organization):
        Message.objects.filter(purpose=Purpose.OPT_IN_QUESTION).update(status="delivered", sent_at=timezone.now())


def contact(at):
    return threads.contact_for(parse(number(at)))


class TestWhoIsAsked:
    def test_everybody_left_out_has_a_reason(self, desk, program):
        wrote(desk, 1, 2, 3, 4)
        desk.hear("Hi", number="+14165550123")
        desk.hear("STOP", number=parse(number(2)).e164)
        with activate(desk.organization):
            ask_evidence = Evidence(source=ConsentEvent.Source.REQUEST, program=program)
            consent.note_asked(contact(3), evidence=ask_evidence)
            said_no = contact(4)
            OptIn.objects.create(
                number_index=said_no.number_index,
                contact=said_no,
                line=desk.line,
                program=program,
                source="request",
                state="declined",
                began_at=timezone.now() - timedelta(days=90),
            )
            landline = contact(5)
            landline.number_kind = "landline"
            landline.save()
            consent.give(landline, kind=ConsentEvent.Kind.REPLY, evidence=Evidence(source=ConsentEvent.Source.INBOUND))
            choice = running.preview(member=desk.cast.owner, audience="reply", program=program, of_import=None)
            assert choice.contacts == [contact(1).pk]
        assert choice.left_out == {"opted_out": 1, "asked_lately": 1, "said_no": 1, "country": 1, "landline": 1}

    def test_each_audience_is_another(self, desk, program):
        wrote(desk, 1)
        with activate(desk.organization):
            contact(2)
        weak = bring_in(desk.cast.owner, rows(1, first=3, wording=""), program)
        with activate(desk.organization):
            for audience, who in (("reply", 1), ("nothing", 2), ("weak", 3)):
                of_import = weak if audience == "weak" else None
                choice = running.preview(
                    member=desk.cast.owner, audience=audience, program=program, of_import=of_import
                )
                assert choice.contacts == [contact(who).pk]

    def test_nobody_without_the_right_and_nothing_impossible(self, desk, program):
        wrote(desk, 1)
        for member in (desk.cast.agent, desk.cast.supervisor):
            with activate(desk.organization), pytest.raises(MissingPermission):
                running.begin(member=member, audience="reply", program=program, line=desk.line, an_hour=10)
        for fields in ({"an_hour": 0}, {"an_hour": 100_001}, {"audience": "weak"}, {"audience": "nothing"}):
            with pytest.raises(CannotRequest):
                begin(desk, program, **fields)
        with activate(desk.organization):
            assert not PermissionRequest.objects.exists()


class TestAsking:
    def test_a_yes_makes_a_permission_in_writing_and_each_answer_is_counted(self, desk, program):
        wrote(desk, 1, 2, 3, 4)
        run = begin(desk, program)
        assert ask(desk, run) == 4
        assert questions(desk) == 4
        leave(desk)
        desk.hear("YES", number=parse(number(1)).e164)
        desk.hear("NO", number=parse(number(2)).e164)
        desk.hear("STOP", number=parse(number(3)).e164)
        with activate(desk.organization):
            permission = consent.state_of(contact(1)).permits("marketing")
            assert permission.kind == "written"
            assert "reply YES" in permission.disclosure.text
        seen = found(desk, run)
        assert (seen.asked, seen.yes, seen.no, seen.stopped, seen.open) == (4, 1, 1, 1, 1)
        with activate(desk.organization):
            OptIn.objects.filter(state="asked").update(expires_at=timezone.now())
            opting_in.lapse()
        assert found(desk, run).no_answer == 1
        assert ask(desk, run) == 0
        assert state(desk, run) == State.DONE
        assert questions(desk) == 4

    def test_a_weak_permission_counts_from_the_yes_on(self, desk, program):
        made = bring_in(desk.cast.owner, rows(1, wording=""), program)
        run = begin(desk, program, audience="weak", of_import=made)
        ask(desk, run)
        with activate(desk.organization):
            assert consent.state_of(contact(0)).permits("marketing") is None
        leave(desk)
        desk.hear("YES", number=parse(number(0)).e164)
        with activate(desk.organization):
            assert consent.state_of(contact(0)).permits("marketing") is not None

    def test_no_faster_than_the_run_allows(self, desk, program):
        wrote(desk, 1, 2, 3)
        run = begin(desk, program, an_hour=2)
        assert ask(desk, run) == 2
        assert ask(desk, run) == 0
        with activate(desk.organization):
            PermissionRequestRow.objects.filter(state="asked").update(asked_at=timezone.now() - timedelta(minutes=61))
        assert ask(desk, run) == 1

    def test_whoever_opts_out_or_permits_it_after_the_beginning_is_not_asked(self, desk, program):
        wrote(desk, 1, 2)
        run = begin(desk, program)
        desk.hear("STOP", number=parse(number(1)).e164)
        assert ask(desk, run) == 1
        with activate(desk.organization):
            assert PermissionRequestRow.objects.get(contact=contact(1)).reason == "opted_out"
        assert questions(desk) == 1

    def test_two_runs_ask_nobody_twice(self, desk, program):
        wrote(desk, 1)
        with activate(desk.organization):
            other = make_program(desk.cast.owner, "Sale", scope="marketing")
        first, second = begin(desk, program), begin(desk, other)
        assert (ask(desk, first), ask(desk, second)) == (1, 0)
        assert questions(desk) == 1

    def test_what_time_alone_ends_waits_and_nothing_of_the_question_is_kept(self, desk, program, monkeypatch):
        wrote(desk, 1)
        run, later = begin(desk, program), timezone.now() + timedelta(hours=9)

        def closed(**_kwargs):
            raise asking._NotNow("hours.quiet", later)

        monkeypatch.setattr(opting_in, "ask", closed)
        assert ask(desk, run) == 0
        monkeypatch.undo()
        with activate(desk.organization):
            row = PermissionRequestRow.objects.get()
            assert (row.state, row.due_at) == (RowState.WAITING, later)
            assert not ConsentEvent.objects.filter(action="asked").exists()
        assert ask(desk, run) == 0, "it is not due"
        assert state(desk, run) == State.RUNNING

    def test_at_night_nobody_is_asked_and_the_pace_is_kept_for_the_morning(self, desk, program, monkeypatch):
        wrote(desk, 1, 2, 3)
        run = begin(desk, program, an_hour=2)
        night = datetime(2037, 7, 2, 3, tzinfo=ZoneInfo("America/New_York"))
        with activate(desk.organization):  # who has just written may be asked at once
            Conversation.objects.update(last_inbound_at=night - timedelta(days=1))
        with monkeypatch.context() as patched:
            patched.setattr(here, "now", lambda: night)
            assert ask(desk, run) == 0
        assert questions(desk) == 0
        with activate(desk.organization):
            first = PermissionRequestRow.objects.filter(due_at__gt=night).first()
            assert first is not None
            assert first.due_at.astimezone(night.tzinfo).hour in range(8, 12)
            assert not OptIn.objects.exists()
            PermissionRequestRow.objects.update(due_at=timezone.now())
        assert ask(desk, run) == 2

    def test_a_worker_that_dies_has_asked_nobody(self, desk, program, monkeypatch):
        wrote(desk, 1)
        run = begin(desk, program)

        def die(*_args, **_kwargs):
            raise SystemExit

        monkeypatch.setattr(PermissionRequestRow, "save", die)
        with pytest.raises(SystemExit):
            ask(desk, run)
        monkeypatch.undo()
        assert questions(desk) == 0
        assert ask(desk, run) == 1
        assert questions(desk) == 1

    def test_paused_and_ended_runs_ask_nobody(self, desk, program):
        wrote(desk, 1)
        run = begin(desk, program)
        with activate(desk.organization):
            running.pause(member=desk.cast.owner, request=run)
        assert ask(desk, run) == 0
        with activate(desk.organization):
            running.resume(member=desk.cast.owner, request=run)
            running.cancel(member=desk.cast.owner, request=run)
            with pytest.raises(CannotRequest):
                running.resume(member=desk.cast.owner, request=run)
        assert ask(desk, run) == 0
        assert questions(desk) == 0

    def test_too_many_opt_outs_stop_it_and_are_mailed_once(self, desk, program, monkeypatch):
        wrote(desk, *range(1, 6))
        run = begin(desk, program)
        monkeypatch.setattr(asking, "FEWEST_JUDGED", 4)
        assert ask(desk, run, most=4) == 4
        desk.hear("STOP", number=parse(number(1)).e164)
        assert ask(desk, run) == 0
        assert state(desk, run) == State.STOPPED
        assert questions(desk) == 4
        mails = OutgoingMail.objects.filter(kind="permission_request_stopped")
        told = mails.count()
        assert told == 2, "the owner and the admin"
        assert ask(desk, run) == 0
        assert mails.count() == told


class TestPages:
    def test_counted_first_then_asked_then_read(self, desk, program):
        wrote(desk, 1, 2)
        page = desk.as_(desk.cast.admin)
        asked = {"audience": "reply", "program": program.pk, "line": desk.line.pk, "an_hour": 50}
        preview = page.post(reverse("new_request"), asked)
        assert b"Ask 2 people" in preview.content
        with activate(desk.organization):
            assert not PermissionRequest.objects.exists(), "looking asks nobody"
        begun = page.post(reverse("new_request"), {**asked, "send": "1"})
        assert begun.status_code == 302
        with activate(desk.organization):
            run = PermissionRequest.objects.get()
        ask(desk, run, most=1)
        shown = page.get(begun.url).content
        assert b"every 5s" in shown
        file = b"".join(page.get(reverse("request_answers", args=[run.pk])).streaming_content)
        assert b"No answer yet" in file
        assert page.post(reverse("pause_request", args=[run.pk])).status_code == 302
        assert b"every 5s" not in page.get(begun.url).content

    def test_others_find_nothing(self, desk, program):
        wrote(desk, 1)
        run = begin(desk, program)
        for name in ("permission_request", "request_answers"):
            assert desk.as_(desk.cast.outsider).get(reverse(name, args=[run.pk])).status_code == 404
            assert desk.as_(desk.cast.agent).get(reverse(name, args=[run.pk])).status_code == 403
        assert desk.as_(desk.cast.outsider).post(reverse("cancel_request", args=[run.pk])).status_code == 404
        assert state(desk, run) == State.RUNNING
