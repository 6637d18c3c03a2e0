"""The cast with simulated payments: a line, a customer who wrote, a request for payment, and what the provider says."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from portal.models import PaymentAccount, PaymentRequest, PaymentSession, SimulatedCheckout
from portal.payments import accounts, hearing, reconciling, requesting
from portal.payments.accounts import Wish
from portal.payments.base import AccountFacts, Keys
from portal.payments.requesting import Asked
from portal.payments.simulator import SimulatedPayments
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.cast import Cast, signed_in
from tests.texting.simulator.conftest import make_line
from texting import receiving
from texting.models import Conversation, Line, Message
from texting.providers.base import Inbound

CUSTOMER = "+12125550181"
SIMULATED = AccountFacts("simulated", "Simulated payments", is_live=False)


@dataclass
class Office:
    """Organization A, where the agent asks a customer for money. Everything commits in transactions of its own."""

    cast: Cast
    line: Line
    account: PaymentAccount
    conversation: Conversation
    _events: int = 0

    @property
    def agent(self) -> Membership:
        return self.cast.agent

    def ask(self, amount: int = 4_500, currency: str = "USD", **more: object) -> PaymentRequest:
        """A request of the agent."""
        words = {"description": "Invoice 1001", "days": 7, "text_id": new_id()} | more
        with activate(self.cast.organization):
            asked = Asked(amount, currency, **words)  # type: ignore[arg-type]
            return requesting.request_payment(member=self.agent, conversation=self.conversation, asked=asked)

    def code(self, request: PaymentRequest) -> str:
        """The link's code, as it stands in the text."""
        with activate(self.cast.organization):
            return Message.objects.get(pk=request.text_id).body.split("/p/")[1][:22]

    def press_pay(self, request: PaymentRequest):
        """The customer presses the button on our page."""
        return Client().post(f"/p/{self.code(request)}/pay")

    def opened(self, request: PaymentRequest) -> SimulatedCheckout:
        """The provider's page after the customer has pressed."""
        answer = self.press_pay(request)
        assert answer.status_code == 303, answer.content
        with activate(self.cast.organization):
            return SimulatedCheckout.objects.order_by("-id").first()

    def press(self, page: SimulatedCheckout, act: str):
        """The customer presses a button on the provider's page."""
        from portal.payments.simulator import page_address

        with activate(self.cast.organization):
            address = page_address(page)
        return Client().post(address.partition("8000")[2] or "/" + address.split("/", 3)[3], {"act": act})

    def paid(self, request: PaymentRequest) -> SimulatedCheckout:
        """Opened and paid."""
        page = self.opened(request)
        assert self.press(page, "pay").status_code == 303
        return page

    def fresh(self, request: PaymentRequest) -> PaymentRequest:
        """The request as it is now."""
        with activate(self.cast.organization):
            return PaymentRequest.objects.get(pk=request.pk)

    def sessions(self, request: PaymentRequest) -> list[PaymentSession]:
        with activate(self.cast.organization):
            return list(PaymentSession.objects.filter(request=request).order_by("number"))

    def texts(self, purpose: str = "") -> list[Message]:
        """What we texted, the oldest first."""
        with activate(self.cast.organization):
            rows = Message.objects.filter(direction="out").order_by("created_at", "pk")
            return [row for row in rows if not purpose or row.purpose == purpose]

    def provider(self) -> SimulatedPayments:
        with activate(self.cast.organization):
            account = PaymentAccount.objects.get(pk=self.account.pk)
            return SimulatedPayments(Keys.from_json(account.credentials, account_id=str(account.pk)))

    def as_(self, member: Membership) -> Client:
        return signed_in(Client(), member)

    def overdue(self, request: PaymentRequest) -> None:
        """The link's time is over."""
        with activate(self.cast.organization):
            PaymentRequest.objects.filter(pk=request.pk).update(expires_at=timezone.now() - timedelta(minutes=1))


def do_due(subject: UUID | None = None) -> dict[str, int]:
    """Everything that has been put down is due now, and is done once."""
    from portal.models import PaymentDue

    PaymentDue.objects.update(due_at=timezone.now() - timedelta(days=1), lease_until=None)
    return reconciling.round_of_dues(subject)


def make_office(cast: Cast) -> Office:
    line = make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")
    with activate(cast.organization):
        account = accounts.connect(actor=cast.owner, wish=Wish("simulator"), facts=SIMULATED)
        message = receiving.receive(line, Inbound("in-1", CUSTOMER, line.number, "Hello", "in-1"))
        assert message is not None
        rows = Conversation.objects.select_related("contact", "line__team")
        conversation = rows.get(pk=message.conversation_id)
    return Office(cast, line, account, conversation)


def payment_objects(cast: Cast, line: Line, conversation_id: UUID) -> dict[str, object]:
    """What addresses of payments name: one request that is paid, on a simulated line."""
    with activate(cast.organization):
        account = accounts.connect(actor=cast.owner, wish=Wish("simulator"), facts=SIMULATED)
        conversation = Conversation.objects.select_related("contact", "line__team").get(pk=conversation_id)
    office = Office(cast, line, account, conversation)
    request = office.ask()
    office.paid(request)
    return {"payment_id": request.pk, "payment_code": office.code(request), "account_id": account.pk}


__all__ = ["CUSTOMER", "SIMULATED", "Office", "do_due", "hearing", "make_office", "payment_objects"]
