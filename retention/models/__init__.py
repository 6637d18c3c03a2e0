"""What retention stores: policies, decisions on rules that disagree, holds, purges and their steps, people's
requests, drills of restoring.
"""

from retention.models.closing import Closing
from retention.models.conflict import ConflictDecision
from retention.models.drill import RestoreDrill
from retention.models.erasure import Erasure
from retention.models.export import DataExport, DataExportPart
from retention.models.hold import HeldContact, Hold, HoldEvent, HoldScope
from retention.models.policy import RetentionPolicy
from retention.models.purge import Purge, PurgeStep, PurgeStepKeys
from retention.models.subject_request import SubjectRequest

__all__ = [
    "Closing",
    "ConflictDecision",
    "DataExport",
    "DataExportPart",
    "Erasure",
    "HeldContact",
    "Hold",
    "HoldEvent",
    "HoldScope",
    "Purge",
    "PurgeStep",
    "PurgeStepKeys",
    "RestoreDrill",
    "RetentionPolicy",
    "SubjectRequest",
]
