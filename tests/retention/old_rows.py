"""Rows of the kinds that have a period, of any time: as they stand in the database when everything went well."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.utils import timezone

from compliance.detectors.findings import LAST_FOUR_MARK
from compliance.models import Finding
from portal.models import PaymentAccount, PaymentRequest, PaymentSession, SecureMessage, SecureReply
from retention.models import DataExport
from tenancy.models import AuditEvent
from tests.found import keep_finding
from tests.retention.asked import pack_for
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.desk import Desk
from texting.models import (
    Attachment,
    Conversation,
    Message,
    QuarantinedRequest,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)


@dataclass
class OldRows:
    """Makes one row a call; inside the desk's organization. The rows of one conversation are its customer's."""

    desk: Desk
    made: int = field(default=0)

    def finding(self, one: Conversation, at: datetime, *, because: str | None = None, speaks: bool = True) -> Finding:
        """`speaks`: whether it tells of the value, or only why somebody sent it."""
        return keep_finding(
            message_id=self._text(one).pk,
            conversation_id=one.pk,
            direction="out",
            type="card",
            masked=f"[card {LAST_FOUR_MARK}1111]" if speaks else "[card]",
            digest=b"d" * 16 if speaks else None,
            found_at=at,
            because=because,
        )

    def reply(self, one: Conversation, at: datetime) -> SecureReply:
        """An answer on a private page that has ended."""
        times = {"created_at": at, "expires_at": at, "ended_at": at}
        who = {"conversation": one, "contact_id": one.contact_id, "author": self.desk.cast.agent}
        secure = SecureMessage.objects.create(**who, **times, message=self._text(one), state="revoked", most_views=1)
        answer = {"secure": secure, "contact_id": one.contact_id, "message": self._text(one)}
        return SecureReply.objects.create(**answer, body="My crown", created_at=at)

    def payment(self, one: Conversation, at: datetime) -> PaymentRequest:
        """One that nobody paid."""
        who = {"conversation": one, "contact_id": one.contact_id, "requested_by": self.desk.cast.agent}
        what = {"amount_minor": 500, "currency": "USD", "description": "Crown", "state": "expired"}
        times = {"created_at": at, "expires_at": at, "expired_at": at}
        return PaymentRequest.objects.create(account=self._account, **who, **what, **times)

    def page(self, request: PaymentRequest, at: datetime) -> PaymentSession:
        """A payment page of it that nobody used."""
        whose = {"request": request, "contact_id": request.contact_id, "account": self._account}
        times = {"made_at": at, "expires_at": at}
        return PaymentSession.objects.create(**whose, **times, number=1, state="expired", url="https://pay.example/1")

    def answer(self, at: datetime) -> WebhookAttempt:
        """What an organization's system answered."""
        self.made += 1
        event = WebhookEvent.objects.create(kind="message.received", sequence=self.made, occurred_at=at)
        delivery = WebhookDelivery.objects.create(
            endpoint=self._endpoint, event=event, state="delivered", created_at=at, finished_at=at
        )
        return WebhookAttempt.objects.create(
            delivery=delivery, number=1, started_at=at, milliseconds=1, status=200, answer="Thanks"
        )

    def refused(self, at: datetime) -> QuarantinedRequest:
        """A provider's request that nobody could trust."""
        said = {
            "line": self.desk.line,
            "provider": "scripted",
            "kind": "inbound",
            "proven": False,
            "cause": "signature",
        }
        return QuarantinedRequest.objects.create(**said, request="{}", received_at=at)

    def event(self, at: datetime, *, details: str | None = '{"days": 3}') -> AuditEvent:
        """An entry of the log, far behind its chain."""
        self.made += 1
        hashes = {"previous_hash": bytes(32), "hash": bytes(32)}
        return AuditEvent.objects.create(
            sequence=10**6 + self.made, at=at, event="audit:read", details=details, **hashes
        )

    def export(self, at: datetime) -> DataExport:
        """An evidence pack."""
        pack = pack_for(self.desk.cast.admin)
        DataExport.objects.filter(pk=pack.pk).update(ready_at=at)
        return DataExport.objects.get(pk=pack.pk)

    def file(self, one: Conversation, at: datetime) -> Attachment:
        """A picture that came with a text of that time."""
        return keep_file(self._text(one, at), png_with_place())

    def _text(self, one: Conversation, at: datetime | None = None) -> Message:
        return Message.objects.create(
            conversation=one,
            contact_id=one.contact_id,
            line_id=one.line_id,
            direction="in",
            body="Hello",
            status="received",
            created_at=at or timezone.now() - timedelta(minutes=1),
        )

    @cached_property
    def _account(self) -> PaymentAccount:
        return PaymentAccount.objects.create(
            provider="simulator", reference="a", credentials="{}", connected_by=self.desk.cast.admin
        )

    @cached_property
    def _endpoint(self) -> WebhookEndpoint:
        return WebhookEndpoint.objects.create(
            url="https://desk.example/hook", secret="s", created_by=self.desk.cast.admin
        )
