"""Which file speaks for which criterion: the Trust Services Criteria of 2017 (points of focus of 2022) for SOC 2, and
the HIPAA Security Rule, 45 CFR 164.308 to 164.316. A mapping helps whoever looks; whether a criterion is met is theirs
to say.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Criterion:
    """`files`: keys of sections, or `sign_in_policy`."""

    code: str
    title: str | Promise
    files: tuple[str, ...]


SOC2 = (
    Criterion(
        "CC4.1", _("Monitoring that controls are there and work"), ("review_checks", "reviews", "measure_reviews")
    ),
    Criterion("CC4.2", _("What was wrong is told and corrected"), ("actions", "action_measurements")),
    Criterion("CC6.1", _("Logical access"), ("sign_in_policy", "sign_ins", "setting_changes")),
    Criterion("CC6.2, CC6.3", _("Joiners, movers, leavers"), ("access_reviews", "deactivations")),
    Criterion("CC6.5", _("Disposal"), ("purges",)),
    Criterion("CC6.7", _("What leaves is restricted"), ("findings", "exports")),
    Criterion("CC7.2", _("Anomalies are watched"), ("findings", "escalations", "sign_ins", "audit_checkpoints")),
    Criterion(
        "CC7.3 to CC7.5", _("Incidents are judged, answered and learned from"), ("findings", "escalations", "actions")
    ),
    Criterion("CC8.1", _("Changes are approved"), ("setting_changes",)),
    Criterion("A1.2, A1.3", _("Backups are made and tried"), ("backup_drills",)),
    Criterion("C1.1, C1.2", _("Confidential data is kept and destroyed as said"), ("purges", "holds")),
    Criterion("P2, P3", _("Choice and consent; collection"), ("consent",)),
    Criterion("P4", _("Use, retention and disposal"), ("purges", "holds", "review_checks")),
    Criterion("P5", _("Access and correction"), ("data_requests",)),
    Criterion("P6", _("Disclosure is recorded"), ("exports", "reveals")),
    Criterion("P8", _("Monitoring, and what people complain of"), ("escalations", "measures", "measure_reviews")),
    Criterion("PI1", _("What was sent is followed to its end"), ("deliveries",)),
)
HIPAA = (
    Criterion(
        "164.308(a)(1)",
        _("Risk analysis and management, review of activity"),
        ("measures", "measure_reviews", "reviews", "exports", "reveals"),
    ),
    Criterion("164.308(a)(3)(ii)(C)", _("Access ends with the work"), ("deactivations",)),
    Criterion("164.308(a)(4)", _("Access is authorized and modified"), ("access_reviews", "setting_changes")),
    Criterion("164.308(a)(5)", _("Awareness and training; sign-ins are watched"), ("reviews", "actions", "sign_ins")),
    Criterion("164.308(a)(6)", _("Incidents are answered"), ("findings", "escalations", "actions")),
    Criterion("164.308(a)(7)", _("Backups are made and tried"), ("backup_drills",)),
    Criterion("164.308(a)(8)", _("Evaluation"), ("measure_reviews", "review_checks", "action_measurements")),
    Criterion("164.310(d)(2)(i)", _("Disposal"), ("purges",)),
    Criterion(
        "164.312(a)(1), (a)(2)(iii)", _("Access control, automatic logoff"), ("sign_in_policy", "access_reviews")
    ),
    Criterion("164.312(b)", _("Audit controls"), ("audit_checkpoints", "sign_ins", "exports", "reveals")),
    Criterion("164.312(c)(1)", _("Integrity"), ("audit_checkpoints",)),
    Criterion("164.312(d)", _("Authentication"), ("sign_in_policy", "sign_ins")),
    Criterion("164.312(e)(1)", _("Transmission: what must not leave by text"), ("findings", "review_checks")),
    Criterion("164.316(b)(2)", _("Records are kept, and reviewed"), ("measures", "measure_reviews", "holds")),
)
FRAMEWORKS = (("SOC 2", SOC2), ("HIPAA", HIPAA))
