"""What happens to a response of a provider, from the raw form field to somebody who is signed in, tested or refused.

Everything is written in one transaction. The question and the assertion are used up as soon as the message is known to
be genuine, also when it is refused after that; what a refused person would have become is rolled back.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import RequestKind, SamlIdentity, SamlProvider, SamlRequest, SsoDoor
from accounts.origins import Origin
from accounts.saml import asking, attempts, library, logout, people, postcheck
from accounts.saml.diagnosing import told_by
from accounts.saml.precheck import check_response, decoded
from accounts.saml.refusals import Reason, Refused
from accounts.saml.replay import use_assertion
from accounts.saml.sending import Departure
from accounts.saml.trust import trust_of
from tenancy import audit
from tenancy.isolation import activate

log = logging.getLogger("parley.sso")


@dataclass
class Outcome:
    """What became of a message. `identity` is set for a sign-in or a confirmation that may go on."""

    reference: str
    kind: RequestKind = RequestKind.SIGN_IN
    request: SamlRequest | None = None
    assertion: postcheck.Assertion | None = None
    identity: SamlIdentity | None = None
    provider: SamlProvider | None = None
    reason: Reason | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    go_to: Departure | None = None


def receive_logout(*, door: SsoDoor, came: str | logout.Posted | None, origin: Origin) -> Outcome:
    """Judge one logout request of the provider, and note it. `came`: the query as it was sent, or what a form brought;
    None for a form that is too large, or holds none or several.
    """
    outcome = Outcome(attempts.new_reference(), RequestKind.LOGOUT)
    with activate(door.organization_id):
        try:
            if came is None:
                raise Refused(Reason.NOT_BASE64)
            with transaction.atomic():
                outcome.go_to = logout.answer_request(door, came)
        except Refused as refused:
            outcome.reason, outcome.facts = refused.reason, refused.facts
        _note(outcome, origin)
    return outcome


def receive(*, door: SsoDoor, written: list[str] | None, cookie: str, origin: Origin) -> Outcome:
    """Judge one response and note it. Never raises Refused: the outcome carries the reason."""
    outcome = Outcome(attempts.new_reference())
    with activate(door.organization_id):
        try:
            _judge(outcome, door, written, cookie)
        except Refused as refused:
            outcome.reason = refused.reason
            outcome.facts = refused.facts
        _note(outcome, origin)
    log.info("sso_%s door=%s reason=%s", "refused" if outcome.reason else "taken", door.pk, outcome.reason or "")
    return outcome


def _judge(outcome: Outcome, door: SsoDoor, written: list[str] | None, cookie: str) -> None:
    provider = SamlProvider.objects.select_related("default_role").first()
    if provider is None:
        raise Refused(Reason.SWITCHED_OFF)
    outcome.provider = provider
    if written is None:
        raise Refused(Reason.TOO_LARGE)
    if len(written) != 1:
        raise Refused(Reason.NOT_BASE64)
    trust = trust_of(door, provider)
    raw = decoded(written[0])
    root = check_response(raw)
    outcome.told = told_by(root, trust)
    answers = root.get("InResponseTo")
    if answers is None:
        if not provider.takes_unsolicited:
            raise Refused(Reason.UNSOLICITED)
    else:
        outcome.request = asking.asked_by(answers, cookie)
        outcome.kind = RequestKind(outcome.request.kind)
    if not door.is_on and outcome.kind is not RequestKind.TEST:
        raise Refused(Reason.SWITCHED_OFF)
    response, document, element = library.verified(raw, root, trust, answers)
    assertion = postcheck.read(response, document, element, trust, answers)
    outcome.assertion = assertion
    use_assertion(assertion.assertion_id, assertion.until)
    if outcome.request is not None:
        asking.use(outcome.request)
    if outcome.kind is RequestKind.TEST:
        planned = people.plan(assertion, provider)
        if planned.problem:
            raise Refused(planned.problem, email=planned.email, name_id=assertion.name_id)
        return
    with transaction.atomic():
        identity = people.carry_out(people.plan(assertion, provider), assertion, provider)
        _same_person_again(outcome, identity)
    outcome.identity = identity


def _same_person_again(outcome: Outcome, identity: SamlIdentity) -> None:
    request, assertion = outcome.request, outcome.assertion
    if request is None or assertion is None or outcome.kind is not RequestKind.AGAIN:
        return
    if request.member_id != identity.membership_id:
        raise Refused(Reason.OTHER_PERSON)
    asked_at = request.made_at - postcheck.DRIFT
    if assertion.authenticated_at is None or assertion.authenticated_at < asked_at:
        raise Refused(Reason.NOT_ASKED_AGAIN)


def _note(outcome: Outcome, origin: Origin) -> None:
    facts = {**outcome.facts, **(outcome.told if outcome.reason and outcome.assertion is None else {})}
    if outcome.assertion is not None:
        facts["came"] = attempts.what_came(outcome.assertion)
    member = outcome.identity.membership if outcome.identity else None
    attempts.note(
        reference=outcome.reference,
        kind=outcome.kind,
        reason=outcome.reason,
        address=origin.address,
        member=member,
        request=outcome.request,
        facts=facts,
    )
    if outcome.reason and outcome.assertion is not None and outcome.kind is not RequestKind.TEST:
        audit.record(
            event=audit.AuditKind.SIGN_IN_FAILED,
            address=origin.address,
            factor="sso",
            reason=outcome.reason,
            reference=outcome.reference,
        )
