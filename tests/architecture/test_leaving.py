"""Whatever lets a member in, or is theirs to do, ends when they leave: read from the models, so none is forgotten."""

from django.apps import apps
from django.db import models

from accounts.leaving.steps import steps
from accounts.models import Membership, User

IDS = {"actor_id", "author_id", "made_by_id", "member_id", "membership_id", "subject", "user_id"}
"""Names of plain columns (no foreign keys) that hold the id of a member or a person."""

STAYS = {
    "accounts.AccessDecision": "who decided it in a review: a record",
    "accounts.AccessLine": "what a member could do when a review began: a record",
    "accounts.AccessReview": "who began it: a record; anybody with the right goes on with it",
    "accounts.AccessSignOff": "who signed a review: a record",
    "accounts.BreakGlass": "counts for owners who are active; one who is let in again has it again",
    "accounts.CodeMailbox": "the person's second factor: it opens nothing without a membership that is active",
    "accounts.CodePhone": "the person's second factor, as the mailbox is",
    "accounts.Directory": "the company's directory and who connected it; its tokens are a step",
    "accounts.DirectoryPerson": "what the company's directory says of them: it is what may let them in again",
    "accounts.DoorTrial": "who tried the doors of somebody who had left: a record",
    "accounts.Integration": "the program's own membership, and who made it; its keys are a step, the program stays",
    "accounts.KeptAnswer": "hashes by which a repeated request is known; the key that asks again has to work",
    "accounts.KnownDevice": "a keyed hash by which a new browser is noticed; the person may work elsewhere",
    "accounts.Membership": "the person's place here: leaving switches it off and keeps it",
    "accounts.MembershipRole": "counts for active members only; kept for somebody who is let in again",
    "accounts.OffboardingReceipt": "the paper about the leaving itself",
    "accounts.OperatorEvent": "what an operator did: a record outside every organization",
    "accounts.Passkey": "the person's second factor, as the authenticator app is",
    "accounts.PlannedLeaving": "plans for them are settled, plans by them are the organization's (decision 93)",
    "accounts.RecoveryCode": "the person's second factor, as the authenticator app is",
    "accounts.SamlAttempt": "what the provider said when they came: a record",
    "accounts.SamlRequest": "a trial of the provider that an admin began in their browser; it signs nobody in",
    "accounts.SentCode": "a code is good in one half-done sign-in only, which an inactive membership never ends",
    "accounts.SignInEvent": "hashes of what was typed and from where, for limits; nobody is let in by one",
    "accounts.TeamMember": "conversations go back to the team; counts for active members, kept for who is let in again",
    "accounts.TotpDevice": "the person's second factor: it opens nothing without a membership that is active",
    "compliance.AdvertisementImage": "who put it there: a record; the picture is the organization's",
    "compliance.Action": "whose it is: whoever manages improvements is mailed instead; whose work it counts: a record",
    "compliance.ActionEvent": "who did it: a record",
    "compliance.ActionOrigin": "who linked what went wrong: a record",
    "compliance.AutomationTrial": "who tried a rule on the last month: a record; it sends nothing",
    "compliance.AutomationsOff": "who switched all rules off: a record; anybody with the right lets them act again",
    "compliance.Call": "who called a customer: a record; nobody is put through for a leaver",
    "compliance.ContactAddress": "who typed a customer's address: a record; it is the organization's",
    "compliance.Letter": "who wrote to a customer: a record",
    "compliance.CheckRun": "who began it: a record; it changes nothing that they could not see, and anybody ends it",
    "compliance.CheckedConversation": "who had a conversation that is over: a record",
    "compliance.ConsentEvent": "who wrote down what a customer said: a record",
    "compliance.ContentRules": "who decided what happens to types of texts: a record",
    "compliance.Disclosure": "who wrote the wording: a record",
    "compliance.DrawnConversation": "who had it, who set it aside: a record; others review it",
    "compliance.EntryFact": "whose text came before an opt-out: a record",
    "compliance.EscalationEvent": "who did it: a record",
    "compliance.EscalationRule": "who made it: a record; the rule is the organization's",
    "compliance.FormVersion": "who wrote that version of a form: a record",
    "compliance.Finding": "who judged it: a record; anybody with the right judges it again",
    "compliance.FindingException": "who made it: a record; anybody with the right removes it",
    "compliance.HeldText": "who wrote it and who decided: a record; the gate lets no text of somebody who left leave",
    "compliance.HoursChange": "who changed the hours and why: a record",
    "compliance.Keyword": "who made it: a record; the keyword is the organization's",
    "compliance.MeasureAnswers": "who answered the questions: a record",
    "compliance.MeasureDuty": "whose it is: whoever may manage measures is mailed instead, and gives it to another",
    "compliance.MeasureReview": "who signed it: a record",
    "compliance.OptInForm": "who made it: a record; the form is the organization's",
    "compliance.OptOutQuestion": "who decided it: a record; anybody with the right decides those that are open",
    "compliance.ProfileChange": "who took the profile on or left it: a record",
    "compliance.ProgramText": "who worded it: a record; the wording is the organization's",
    "compliance.Program": "who made it: a record; the program is the organization's",
    "compliance.Review": "who judged whose work: a record; one that is being written is free again within the hour",
    "compliance.ReviewDispute": "who did not agree, who decided: a record; anybody with the right decides open ones",
    "compliance.ReviewSettings": "who changed them: a record",
    "compliance.SatisfactionAsk": "whose conversation it was: a record",
    "compliance.SatisfactionRule": "who changed it: a record; the rule is the team's",
    "compliance.ScorecardVersion": "who wrote the questions: a record; the scorecard is the organization's",
    "compliance.TemplateVersion": "who published it: a record",
    "compliance.StepCount": "how many conversations they answered or resolved: a record",
    "compliance.TextCount": "how many texts of theirs there were: a record",
    "compliance.TextFact": "how many texts of theirs there were: a record",
    "compliance.ReportMail": "the round that mails drops whoever may not read reports any more before it mails anybody",
    "django_otp_webauthn.WebAuthnCredential": "the table of the library that `accounts.Passkey` takes the place of",
    "django_otp_webauthn.WebAuthnUserHandle": "the name by which the person's passkeys know them",
    "portal.SecureMessage": "what a member sent securely: a record; a colleague may take it back",
    "portal.PaymentAccount": "who connected it: a record; the account is the organization's",
    "portal.PaymentRefund": "who asked for it: a record; money that is on its way goes back",
    "portal.PaymentRequest": "who asked, who canceled: a record; a customer's link stays good, colleagues see it",
    "portal.RefusedPaymentEvent": "who took it in or threw it away: a record",
    "retention.Hold": "whose it is, who placed it, who asked: it stays; who manages holds is reminded in their place",
    "retention.HoldEvent": "who did what to a hold: a record",
    "retention.Closing": "who wanted the organization to end and who agreed: a record",
    "retention.Erasure": "who asked for it and who agreed: a record",
    "retention.SubjectRequest": "who opened it, who closed it: a record; anybody with the right goes on with open ones",
    "retention.ConflictDecision": "who decided between two rules, who took it back: a record; it is the organization's",
    "retention.RetentionPolicy": "who chose a period, who took it back: a record; the period is the organization's",
    "tenancy.AuditEvent": "what they did: the log",
    "retention.Purge": "who asked for it and who agreed: a record",
    "texting.AllowedCountry": "who allowed it: a record",
    "texting.Attachment": "of texts: a record; what they attached and never sent is forgotten by the clock",
    "texting.ContactField": "who made it: a record; the field is the organization's",
    "texting.Decision": "by whose text it was asked for: a record",
    "texting.Draft": "what they began to write: nobody else sees it, and it leaves with no text",
    "texting.LimitChange": "who changed a limit: a record",
    "texting.Message": "what a member wrote; those not sent yet are the step for queued texts",
    "texting.Note": "what they wrote for colleagues: a record",
    "texting.Notification": "what they were told of: a leaver is shown and told nothing; the clock forgets it",
    "texting.NotificationChoices": "how they want to be told, kept for somebody who is let in again",
    "texting.PushBell": "something may be new for them: a leaver has no device, and the next look takes it away",
    "texting.QuarantinedRequest": "who took it in or discarded it: a record",
    "texting.Redaction": "who removed a text's words and why: a record",
    "texting.Reveal": "whom they looked at and why: a record; what is shown ends with the session",
    "texting.ContactMerge": "who merged and who undid it: a record",
    "texting.DifferentPeople": "who said so: a record",
    "texting.SavedFilter": "who made it: nobody else sees a private one; whoever may share changes the shared ones",
    "texting.SendingStop": "who lifted it: a record",
    "texting.Tag": "who made it: a record; the tag is the organization's",
    "texting.Turn": "what happened to a conversation, and to whom it went then",
    "texting.WebhookEndpoint": "its secret signs what we send to the company's own systems; it opens nothing here",
}
"""Models with a member or a person in them that no step closes: for each what leaving does, and why that is enough."""


def references(model: type[models.Model]) -> set[str]:
    """The fields that lead to a member or a person, whatever they are called and however they lead there."""
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    related = {field.name for field in fields if field.related_model in {Membership, User}}
    ids = {field.name for field in fields if isinstance(field, models.UUIDField) and field.name in IDS}
    return related | ids


def with_people() -> set[str]:
    return {model._meta.label for model in apps.get_models() if references(model)}


def test_of_every_model_with_a_member_in_it_it_is_said_what_leaving_does():
    closed = {label for step in steps() for label in step.closes}
    found = with_people()
    assert found >= {"accounts.Session", "accounts.ApiKey", "texting.Note", "texting.Reveal", "tenancy.AuditEvent"}
    assert found - closed - STAYS.keys() == set(), "add a step (ACCOUNTS_DEACTIVATION_STEPS), or say in STAYS why not"
    assert STAYS.keys() - found == set(), "said of a model that has no member in it, or is gone"


def test_what_is_said_to_be_closed_exists_and_is_not_said_to_stay():
    known = {model._meta.label for model in apps.get_models()}
    assert {label for step in steps() for label in step.closes} <= known
    assert STAYS.keys() & {label for step in steps() for label in step.closes} == set()


def test_every_step_has_a_name_of_its_own_and_words():
    names = [step.name for step in steps()]
    assert len(names) == len(set(names))
    assert all(str(step.title) for step in steps())
