"""Whatever lets a member in, or is theirs to do, ends when they leave: read from the models, so none is forgotten."""

import re

from django.apps import apps
from django.db import models

from accounts.leaving.steps import steps
from accounts.models import Membership, User

SECRET = re.compile(r"(^|_)(hash|token|secret|key|password|code)(_|$)")
HELD = {"assignee", "holder", "recipient", "approver", "reviewer"}
"""Names of references that say: this is that member's to do."""

NO_DOOR = {
    "accounts.User": "the person, who may work elsewhere: the step for the sign-in closes this organization to them",
    "accounts.TotpDevice": "the person's second factor: it opens nothing without a membership that is active",
    "accounts.SignInEvent": "hashes of what was typed and from where, for limits; nobody is let in by one",
    "accounts.KeptAnswer": "hashes by which a repeated request is known; the key that asks again has to work",
    "accounts.SamlRequest": "a trial of the provider that an admin began in their browser; it signs nobody in",
    "accounts.SentCode": "a code is good in one half-done sign-in only, which an inactive membership never ends",
    "accounts.RecoveryCode": "the person's second factor, as the authenticator app is",
    "accounts.Passkey": "the person's second factor, as the authenticator app is",
    "django_otp_webauthn.WebAuthnCredential": "the table of the library that `accounts.Passkey` takes the place of",
    "accounts.CodePhone": "the person's second factor, as the authenticator app is",
    "texting.Message": "what a member wrote; those not sent yet are the step for queued texts",
    "texting.Turn": "what happened to a conversation, and to whom it went then",
    "texting.WebhookEndpoint": "its secret signs what we send to the company's own systems; it opens nothing here",
    "accounts.SamlUsed": "assertions that were used, so that none is used twice",
}
"""Models that look like a door and are none, each with the reason."""


def references(model: type[models.Model]) -> list[models.Field]:
    """To a member or a person."""
    return [field for field in model._meta.local_fields if field.related_model in {Membership, User}]


def looks_like_a_door(model: type[models.Model]) -> bool:
    """A member's or a person's row that holds a secret or its hash, or work that is theirs."""
    found = references(model)
    held = any(field.name in HELD for field in found)
    kinds = (models.BinaryField, models.CharField, models.TextField)
    secret = any(isinstance(field, kinds) and SECRET.search(field.name) for field in model._meta.local_fields)
    return bool(found) and (held or secret)


def test_every_door_of_a_member_has_a_step_that_closes_it():
    doors = {model._meta.label for model in apps.get_models() if looks_like_a_door(model)}
    closed = {label for step in steps() for label in step.closes}
    assert doors >= {"accounts.Session", "accounts.ApiKey", "accounts.Invitation", "texting.Conversation"}
    assert doors - closed - NO_DOOR.keys() == set(), "add a step (ACCOUNTS_DEACTIVATION_STEPS), or say here why not"


def test_what_is_said_to_be_closed_and_what_is_said_to_be_no_door_exists():
    known = {model._meta.label for model in apps.get_models()}
    assert {label for step in steps() for label in step.closes} <= known
    assert NO_DOOR.keys() & {label for step in steps() for label in step.closes} == set()


def test_every_step_has_a_name_of_its_own_and_words():
    names = [step.name for step in steps()]
    assert len(names) == len(set(names))
    assert all(str(step.title) for step in steps())
