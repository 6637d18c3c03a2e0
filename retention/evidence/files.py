"""The files of a pack, each with its columns and its figures."""

import json
from hashlib import sha256

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.factors.policy import policy_of
from accounts.models import AccessDecision, AccessReview, AccessRules, OffboardingReceipt
from compliance.models import (
    Action,
    ActionMeasurement,
    CheckedConversation,
    ConsentEvent,
    Escalation,
    Finding,
    MeasureDuty,
    MeasureReview,
    Review,
)
from compliance.reports.periods import Period
from retention.evidence.activity import ACTIVITY
from retention.evidence.sections import Cells, Figure, Section, text
from retention.models import Hold, Purge, RestoreDrill, SubjectRequest
from tenancy.audit import AuditKind
from tenancy.models import AuditCheckpoint, AuditEvent, Organization

_SETTINGS = [
    kind.value
    for kind in (
        *(AuditKind.SIGN_IN_POLICY_CHANGED, AuditKind.SESSION_LIMITS_CHANGED, AuditKind.NETWORKS_CHANGED),
        *(AuditKind.NETWORKS_LIFTED, AuditKind.SSO_CHANGED, AuditKind.SSO_ENFORCED, AuditKind.ROLE_CREATED),
        *(AuditKind.ROLE_CHANGED, AuditKind.ROLE_DELETED, AuditKind.RETENTION_CHANGED, AuditKind.SETTING_REFUSED),
        *(AuditKind.CONSENT_RULES_CHANGED, AuditKind.CONTENT_RULES_CHANGED, AuditKind.REVEAL_RULES_CHANGED),
    )
]


def policy_rows(organization: Organization) -> list[tuple[str, str]]:
    """The sign-in policy as it is now: (setting, value)."""
    policy = policy_of(organization)
    rules = AccessRules.objects.filter(organization=organization).first() or AccessRules()
    return [
        ("second factor asked of", policy.required),
        ("second factor asked of holders of roles (ids)", " ".join(map(str, policy.required_roles))),
        ("methods allowed", " ".join(map(str, policy.methods))),
        ("a code by text or e-mail may be all that somebody has", text(policy.weak_alone)),
        ("days a browser may be remembered", text(policy.remember_days)),
        ("days of grace", text(policy.grace_days)),
        ("minutes without use until a session ends", text(round(rules.idle.total_seconds() / 60))),
        ("hours until a session ends", text(round(rules.longest.total_seconds() / 3600, 1))),
        ("networks that guard pages", text(rules.guards_pages)),
        ("networks that guard API keys", text(rules.guards_keys)),
    ]


def _within_events(_period: Period) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(event__in=_SETTINGS).defer("details")


def _certificate(row: Purge) -> str:
    return sha256(row.certificate.encode()).hexdigest() if row.certificate else ""


def _step(row: OffboardingReceipt) -> Cells:
    trial = row.trials.order_by("-at").first()
    doors = "not tried" if trial is None else "open" if any(one.get("open") for one in trial.found) else "closed"
    return row.pk, row.at, row.kind, row.by, row.membership_id, row.actor_id, row.ended, doors


def _access(row: AccessReview) -> Cells:
    signed = row.sign_offs.first()
    decided = AccessDecision.objects.filter(line__review=row).values("line").distinct().count()
    state = "signed" if signed else "open"
    return (
        *(row.pk, row.begun_at, row.begun_by_id, row.due_on, row.lines.count(), decided, state),
        *(signed.at if signed else None, signed.by_id if signed else None),
    )


SECTIONS: tuple[Section, ...] = (
    Section(
        "access_reviews",
        _("Access reviews"),
        ("review", "begun", "begun by", "due", "lines", "decided", "state", "signed", "signed by"),
        lambda _period: AccessReview.objects.all(),
        _access,
        (Figure(_("Begun")), Figure(_("Signed"), "state", ("signed",)), Figure(_("Open"), "state", ("open",))),
        "begun_at",
    ),
    Section(
        "deactivations",
        _("Deactivations with their receipts"),
        ("receipt", "at", "kind", "by", "member", "actor", "things ended", "doors tried"),
        lambda _period: OffboardingReceipt.objects.defer("details").prefetch_related("trials"),
        _step,
        (Figure(_("People")), Figure(_("Doors found closed"), "doors tried", ("closed",))),
    ),
    Section(
        "setting_changes",
        _("Changes of rules, roles and settings"),
        ("event", "at", "what", "by", "object"),
        _within_events,
        lambda row: (row.sequence, row.at, row.event, row.actor_id, row.object_id),
        (Figure(_("Changes")), Figure(_("Weaker settings refused"), "what", (AuditKind.SETTING_REFUSED.value,))),
    ),
    Section(
        "consent",
        _("Consent"),
        ("entry", "recorded", "action", "kind", "source", "proof", "member"),
        lambda _period: ConsentEvent.objects.defer("words", "circumstances"),
        lambda row: (row.pk, row.recorded_at, row.action, row.kind, row.source, row.quality, row.actor_id),
        (
            Figure(_("Permissions given"), "action", ("given",)),
            Figure(_("Permissions withdrawn"), "action", ("withdrawn",)),
            Figure(_("Given with complete proof"), "proof", ("complete",)),
        ),
        "recorded_at",
    ),
    Section(
        "data_requests",
        _("Requests of people about their data"),
        ("request", "opened", "kind", "law", "state", "received", "due", "closed", "erased"),
        lambda _period: SubjectRequest.objects.defer("phone", "proof_words", "extended_because", "outcome"),
        lambda row: (
            *(row.pk, row.opened_at, row.kind, row.law, row.state, row.received_on, row.due_at),
            *(row.closed_at, row.erased_at),
        ),
        (Figure(_("Requests")), Figure(_("Done"), "state", ("done",)), Figure(_("Open"), "state", ("open",))),
        "opened_at",
    ),
    Section(
        "findings",
        _("Sensitive content found"),
        ("finding", "found", "direction", "type", "confidence", "removed", "verdict", "conversation"),
        lambda _period: Finding.objects.defer("because", "masked", "reasons"),
        lambda row: (
            *(row.pk, row.found_at, row.direction, row.type, row.confidence, row.was_removed, row.verdict or "open"),
            row.conversation_id,
        ),
        (
            Figure(_("Findings")),
            Figure(_("Removed before they were stored"), "removed", ("yes",)),
            Figure(_("Judged"), "verdict", ("right", "wrong")),
        ),
        "found_at",
    ),
    Section(
        "escalations",
        _("Escalations"),
        (
            *("escalation", "opened", "trigger", "state", "due", "too late", "too late at", "reached", "closed"),
            *("outcome by", "conversation"),
        ),
        lambda _period: Escalation.objects.defer("outcome"),
        lambda row: (
            *(row.pk, row.opened_at, row.trigger, row.state, row.due_at, row.breached_at is not None, row.breached_at),
            *(row.contacted_at, row.closed_at, row.outcome_channel, row.conversation_id),
        ),
        (
            Figure(_("Escalations")),
            Figure(_("Too late"), "too late", ("yes",)),
            Figure(_("Closed"), "state", ("closed",)),
        ),
        "opened_at",
    ),
    Section(
        "review_checks",
        _("Review checks of conversations"),
        ("conversation", "resolved", "opt-in", "beginning", "content", "gray areas", "rules", "looked at"),
        lambda _period: CheckedConversation.objects.filter(number__gt=0),
        lambda row: (
            *(row.conversation_id, row.resolved_at, row.opt_in, row.opening, row.content, row.gray),
            *(row.rules_version, row.looked_at),
        ),
        (
            Figure(_("Conversations checked")),
            Figure(_("Opt-in not confirmed"), "opt-in", ("fails",)),
            Figure(_("Beginning without company or opt-out words"), "beginning", ("fails",)),
            Figure(_("Something sensitive shared"), "content", ("fails",)),
            Figure(_("Gray area not moved"), "gray areas", ("fails",)),
        ),
        "resolved_at",
    ),
    Section(
        "reviews",
        _("Reviews by people"),
        ("review", "done", "reviewer", "agent", "score in thousandths", "fails", "read by the agent"),
        lambda _period: Review.objects.filter(state="done").defer("comment", "coaching", "draft"),
        lambda row: (row.pk, row.done_at, row.reviewer_id, row.agent_id, row.score, row.fails, row.acknowledged_at),
        (Figure(_("Reviews")), Figure(_("With a critical no"), "fails", ("yes",))),
        "done_at",
    ),
    Section(
        "measures",
        _("Register of measures, as it is now"),
        ("duty", "measure", "applies", "owner", "next review"),
        lambda _period: MeasureDuty.objects.all(),
        lambda row: (row.pk, row.measure, row.applies, row.owner_id, row.due_on),
        (Figure(_("Measures that apply"), "applies", ("yes",)),),
        "",
    ),
    Section(
        "measure_reviews",
        _("Reviews of measures"),
        ("review", "signed", "measure", "by", "due", "next review", "gaps", "figures"),
        lambda _period: MeasureReview.objects.defer("note"),
        lambda row: (
            *(row.pk, row.at, row.measure, row.by_id, row.due_on, row.next_on, row.gaps),
            json.dumps([{name: one[name] for name in ("key", "part", "whole", "target")} for one in row.figures]),
        ),
        (Figure(_("Signed reviews")), Figure(_("Without gaps"), "gaps", ("0",))),
    ),
    Section(
        "actions",
        _("Improvements"),
        (
            *("action", "opened", "state", "owner", "due", "in effect since", "rate", "target", "ended"),
            *("counted for team", "counted for line", "counted for member"),
        ),
        lambda _period: Action.objects.defer("title", "words"),
        lambda row: (
            *(row.pk, row.opened_at, row.state, row.owner_id, row.due_on, row.changed_on, row.rate, row.target),
            *(row.ended_at, row.team_id, row.line_id, row.agent_id),
        ),
        (
            Figure(_("Opened")),
            Figure(_("Held"), "state", ("held",)),
            Figure(_("Slipped"), "state", ("slipped",)),
        ),
        "opened_at",
    ),
    Section(
        "action_measurements",
        _("What improvements changed"),
        ("measurement", "measured", "action", "turn", "kind", "rate", "since", "until", "events", "of", "target"),
        lambda _period: ActionMeasurement.objects.all(),
        lambda row: (
            *(row.pk, row.measured_at, row.action_id, row.turn, row.kind, row.rate, row.since, row.until),
            *(row.events, row.base, row.target),
        ),
        (Figure(_("Counts")), Figure(_("After a change"), "kind", ("after",))),
        "measured_at",
    ),
    Section(
        "purges",
        _("Purges with their certificates"),
        ("purge", "at", "begun", "state", "final", "certificate (SHA-256)"),
        lambda _period: Purge.objects.all(),
        lambda row: (row.pk, row.at, row.trigger, row.state, row.is_final, _certificate(row)),
        (
            Figure(_("Purges")),
            Figure(_("Done"), "state", ("done",)),
            Figure(_("With a final certificate"), "final", ("yes",)),
        ),
    ),
    Section(
        "holds",
        _("Legal holds"),
        ("hold", "placed", "state", "owner", "released", "asked by", "confirmed by"),
        lambda _period: Hold.objects.defer("matter", "reason"),
        lambda row: (
            *(row.pk, row.placed_at, row.state, row.owner_id, row.released_at, row.release_asked_by_id),
            row.released_by_id,
        ),
        (Figure(_("Placed")), Figure(_("Released by two people"), "state", ("released",))),
        "placed_at",
    ),
    Section(
        "audit_checkpoints",
        _("Signed checkpoints of the audit log"),
        ("event", "signed", "hash", "note"),
        lambda _period: AuditCheckpoint.objects.all(),
        lambda row: (row.sequence, row.at, bytes(row.hash).hex(), row.note),
        (Figure(_("Checkpoints")),),
    ),
    Section(
        "backup_drills",
        _("Drills of restoring a backup, of the installation"),
        ("drill", "at", "passed", "copy is of", "seconds"),
        lambda _period: RestoreDrill.objects.all(),
        lambda row: (row.pk, row.at, row.passed, row.taken_at, round(row.seconds, 1)),
        (Figure(_("Drills")), Figure(_("Passed"), "passed", ("yes",))),
    ),
    *ACTIVITY,
)
"""In the order of the pack."""
