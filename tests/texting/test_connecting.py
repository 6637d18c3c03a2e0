"""Credentials are tried at the provider before anything is stored, and a refusal says in plain words what to do."""

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Team
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import cast, make_cast, signed_in
from tests.texting.providers import fake_twilio
from texting import connecting
from texting.connecting import CannotConnect, own_numbers
from texting.models import Line, LineKey
from texting.providers.base import Credentials
from texting.views import connecting as views

__all__ = ["cast"]

PAGE = "/settings/lines/connect/twilio/"
NUMBER, OTHER = "+14155550123", "+14155550124"


@pytest.fixture
def far_end(settings):
    with fake_twilio.running() as server:
        settings.TEXTING_PROVIDER_BASE_URLS = {"twilio": server.url}
        server.numbers = [
            fake_twilio.a_number(NUMBER, name="Front desk"),
            fake_twilio.a_number(OTHER, name="(415) 555-0124"),
            fake_twilio.a_number("+14155550125", name="Fax", sms=False),
        ]
        yield server


@pytest.fixture
def admin(cast) -> Client:
    return signed_in(Client(), cast.admin)


def typed(cast, **fields: str) -> dict[str, str]:
    usual = {
        "account": fake_twilio.ACCOUNT,
        "secret": fake_twilio.TOKEN,
        "number": "(415) 555-0123",
        "name": "Main line",
        "team": str(cast.front_desk.pk),
        "texts_per_second": "3",
        "carrier_answers_keywords": "on",
    }
    return {**usual, **fields}


def stored(cast) -> list[Line]:
    with activate(cast.organization):
        return list(Line.objects.select_related("team"))


def test_a_number_of_the_account_becomes_a_line(cast, admin, far_end):
    answer = admin.post(PAGE, typed(cast))
    [line] = stored(cast)
    assert answer["Location"] == f"/settings/lines/{line.pk}/"
    assert (line.number, line.provider, line.team, line.texts_per_second) == (NUMBER, "twilio", cast.front_desk, 3)
    assert line.is_active
    assert line.carrier_answers_keywords
    with activate(cast.organization):
        assert Credentials.from_json(line.credentials) == Credentials(
            account=fake_twilio.ACCOUNT, secret=fake_twilio.TOKEN
        )
        assert LineKey.objects.get(line_id=line.pk).texts_per_second == 3
        assert AuditEvent.objects.filter(event="line:created", object_id=str(line.pk)).count() == 1


def test_looking_up_lists_what_can_text_and_is_free(cast, admin, far_end):
    text = admin.post(PAGE + "numbers/", typed(cast)).content.decode()
    assert "2 numbers can be connected" in text
    assert "(415) 555-0123, Front desk" in text
    assert ">(415) 555-0124<" in text, "a name that is the number again is not shown twice"
    assert "0125" not in text
    assert fake_twilio.TOKEN not in text
    assert stored(cast) == []
    admin.post(PAGE, typed(cast))
    text = admin.post(PAGE + "numbers/", typed(cast)).content.decode()
    assert "1 number can be connected" in text
    assert NUMBER not in text


def test_a_wrong_token_is_said_and_nothing_is_stored(cast, admin, far_end):
    for page in (PAGE, PAGE + "numbers/"):
        text = admin.post(page, typed(cast, secret="wrong-token")).content.decode()
        assert "Twilio does not know this account with this token" in text
        assert "wrong-token" not in text, "a secret never comes back"
    assert stored(cast) == []


def test_a_provider_that_is_away_is_said_and_nothing_is_stored(cast, admin, settings):
    settings.TEXTING_PROVIDER_BASE_URLS = {"twilio": "http://127.0.0.1:1"}
    text = admin.post(PAGE, typed(cast)).content.decode()
    assert "Twilio could not be reached. Nothing was changed" in text
    assert stored(cast) == []


def test_an_account_without_numbers_is_told_to_get_one(cast, admin, far_end):
    far_end.numbers = []
    assert "Get one at the provider" in admin.post(PAGE + "numbers/", typed(cast)).content.decode()


@pytest.mark.parametrize("number", ["+14155550199", "+14155550125"])
def test_a_number_that_is_not_the_accounts_or_cannot_text_is_refused(cast, admin, far_end, number):
    answer = admin.post(PAGE, typed(cast, number=number))
    assert answer.status_code == 422
    assert "This account has no such number" in answer.content.decode()
    assert stored(cast) == []


def test_the_same_number_twice_is_refused(cast, admin, far_end):
    admin.post(PAGE, typed(cast))
    answer = admin.post(PAGE, typed(cast, name="Again"))
    assert answer.status_code == 422
    assert "You have a line with this number already" in answer.content.decode()
    assert [line.name for line in stored(cast)] == ["Main line"]


@pytest.mark.parametrize(
    "fields",
    [
        {"number": ""},
        {"number": "12345"},
        {"number": "x" * 500},
        {"name": ""},
        {"name": "x" * 41},
        {"account": ""},
        {"secret": ""},
        {"secret": "x" * 5000},
        {"texts_per_second": "0"},
        {"texts_per_second": ""},
        {"sender": "carrier pigeon"},
        {"texts_per_second": "-1"},
        {"texts_per_second": "nan"},
        {"texts_per_second": "1e9"},
        {"team": "01900000-0000-7000-8000-000000000000"},
        {"team": "x"},
    ],
)
def test_what_cannot_be_right_is_not_even_asked(cast, admin, far_end, fields):
    assert admin.post(PAGE, typed(cast, **fields)).status_code == 422
    assert (stored(cast), far_end.ledger.paths) == ([], [])


def test_a_team_of_another_organization_cannot_be_chosen(cast, admin, far_end):
    with activate(cast.other_organization):
        theirs = Team.objects.create(name="Crew")
    assert admin.post(PAGE, typed(cast, team=str(theirs.pk))).status_code == 422
    assert stored(cast) == []


def test_an_organization_without_a_team_makes_one_on_the_way(cast, far_end):
    owner = signed_in(Client(), cast.outsider)
    fields = typed(cast, new_team="Dispatch")
    del fields["team"]
    assert "You have no team yet" in owner.get(PAGE).content.decode()
    assert owner.post(PAGE, fields).status_code == 302
    with activate(cast.other_organization):
        assert Line.objects.get().team.name == "Dispatch"
        assert AuditEvent.objects.filter(event="team:created").count() == 1
    assert stored(cast) == []


def test_a_token_that_cannot_be_a_header_is_an_answer_and_no_error(cast, admin, far_end):
    for secret in ("line\nbreak", "nul\x00", "é" * 20, "👍"):
        assert admin.post(PAGE, typed(cast, secret=secret)).status_code == 422
    assert stored(cast) == []


def test_whoever_tries_too_often_waits(cast, admin, far_end, redis_client, monkeypatch):
    monkeypatch.setattr(views, "TRIES_A_MINUTE", 1)  # a slow machine gets no second one meanwhile
    for _ in range(2):
        admin.post(PAGE + "numbers/", typed(cast, secret="guess"))
    asked = len(far_end.ledger.paths)
    assert "Too many attempts" in admin.post(PAGE, typed(cast)).content.decode()
    assert (len(far_end.ledger.paths), stored(cast)) == (asked, [])


def test_it_asks_again_who_is_there(cast, far_end):
    stale = signed_in(Client(), cast.admin, minutes_ago=30)
    for page in (PAGE, PAGE + "numbers/"):
        assert stale.post(page, typed(cast))["Location"].startswith("/confirm/")
    assert (stored(cast), far_end.ledger.paths) == ([], [])


def test_a_provider_that_is_not_plugged_in_is_not_there(cast, admin):
    assert admin.get("/settings/lines/connect/nobody/").status_code == 404
    assert admin.post("/settings/lines/connect/nobody/numbers/").status_code == 404


def test_the_simulator_offers_made_up_numbers_and_makes_its_own_secret(cast, admin):
    page = "/settings/lines/connect/simulator/"
    choices = admin.get(page).context["form"].fields["number"].choices
    assert len(choices) > 5
    fields = typed(cast, number=choices[0][0])
    assert admin.post(page, fields).status_code == 302
    [line] = stored(cast)
    with activate(cast.organization):
        assert len(Credentials.from_json(line.credentials).secret) > 30
    assert fake_twilio.TOKEN not in line.credentials
    assert line.number not in dict(admin.get(page).context["form"].fields["number"].choices)


def test_two_organizations_are_offered_different_made_up_numbers(cast, admin):
    page = "/settings/lines/connect/simulator/"
    ours = dict(admin.get(page).context["form"].fields["number"].choices)
    theirs = dict(signed_in(Client(), cast.outsider).get(page).context["form"].fields["number"].choices)
    assert not ours.keys() & theirs.keys()


def test_the_choice_of_a_provider_is_skipped_where_there_is_one(cast, admin, settings):
    assert "Simulator" in admin.get("/settings/lines/connect/").content.decode()
    settings.TEXTING_PROVIDERS = {"twilio": settings.TEXTING_PROVIDERS["twilio"]}
    assert admin.get("/settings/lines/connect/")["Location"] == PAGE


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_provider_is_asked(transactional_db, far_end, monkeypatch):
    cast = make_cast()
    seen = []

    def asks(*args, **kwargs):
        seen.append(connection.in_atomic_block)
        return own_numbers(*args, **kwargs)

    monkeypatch.setattr("texting.views.connecting.own_numbers", asks)
    assert signed_in(Client(), cast.admin).post(PAGE, typed(cast)).status_code == 302
    assert signed_in(Client(), cast.admin).post(PAGE + "numbers/", typed(cast)).status_code == 200
    assert seen == [False, False]


@pytest.mark.parametrize(
    ("script", "words", "wrong"),
    [("unavailable", "could not be reached", False), ("hang", "could not be reached", False)],
)
def test_an_answer_that_is_lost_is_no_reason_to_type_anew(far_end, monkeypatch, script, words, wrong):
    monkeypatch.setattr("texting.providers.twilio.TwilioProvider.read_seconds", 0.4)
    far_end.scripts = [script]
    with pytest.raises(CannotConnect, match=words) as refused:
        own_numbers("twilio", Credentials(account=fake_twilio.ACCOUNT, secret=fake_twilio.TOKEN))
    assert refused.value.wrong is wrong


def test_what_was_typed_stands_in_no_log(far_end, caplog):
    caplog.set_level(0)
    with pytest.raises(CannotConnect):
        own_numbers("twilio", Credentials(account=fake_twilio.ACCOUNT, secret="wrong-token"))
    assert connecting.log.name in caplog.text
    assert "wrong-token" not in caplog.text
    assert fake_twilio.ACCOUNT not in caplog.text


def test_an_api_key_and_a_pool_of_numbers_are_tried_and_stored(cast, admin, far_end):
    key = {"api_key": fake_twilio.KEY, "api_key_secret": fake_twilio.KEY_SECRET}
    pool = {"messaging_service": "MG0123456789abcdef0123456789abcdef", "provider_chooses": "on"}
    assert "API key and messaging service" in admin.get(PAGE).content.decode()
    assert admin.post(PAGE, typed(cast, **key, **pool)).status_code == 302
    [line] = stored(cast)
    with activate(cast.organization):
        held = Credentials.from_json(line.credentials)
    assert (held.api_key, held.api_key_secret) == (fake_twilio.KEY, fake_twilio.KEY_SECRET)
    assert (held.messaging_service, held.sender_choice) == (pool["messaging_service"], "provider")


@pytest.mark.parametrize(("sender", "pace"), [("long_code", 1), ("toll_free", 3), ("short_code", 100), ("other", 7)])
def test_the_kind_of_number_gives_the_pace(cast, admin, far_end, sender, pace):
    admin.post(PAGE, typed(cast, sender=sender, texts_per_second="7"))
    [line] = stored(cast)
    assert line.texts_per_second == pace
    page = admin.get(f"/settings/lines/{line.pk}/").content.decode()
    assert f'value="{sender}" selected' in page


def test_a_wrong_api_key_is_said_and_its_secret_never_comes_back(cast, admin, far_end):
    wrong = {"api_key": fake_twilio.KEY, "api_key_secret": "not-the-secret"}
    text = admin.post(PAGE, typed(cast, **wrong)).content.decode()
    assert "does not know this account" in text
    assert "not-the-secret" not in text
    assert stored(cast) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"api_key": "SK1"}, "belong together"),
        ({"api_key_secret": "x"}, "belong together"),
        ({"provider_chooses": "on"}, "Type the service"),
        ({"messaging_service": "x" * 500}, "at most 200"),
    ],
)
def test_half_of_what_belongs_together_is_not_even_asked(cast, admin, far_end, fields, said):
    answer = admin.post(PAGE, typed(cast, **fields))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert '<details class="filters-more" open>' in answer.content.decode()
    assert (stored(cast), far_end.ledger.paths) == ([], [])
