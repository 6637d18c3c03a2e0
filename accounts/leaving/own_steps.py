"""What lets a person in: sign-in, single sign-on, sessions, links to them."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import mailed_links
from accounts.factors.policy import rules_for
from accounts.factors.remembering import counting_device
from accounts.invitations import open_invitation
from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import (
    Invitation,
    MailedLink,
    Membership,
    RecoveryAgreement,
    RecoveryRequest,
    RememberedDevice,
    SamlIdentity,
    SamlProvider,
    Session,
)
from accounts.saml.people import plan
from accounts.saml.postcheck import Assertion
from accounts.sessions import SignedIn, acting_member, session_with
from accounts.signing_in import active_memberships


class SignIn(LeavingStep):
    """Password and switching over from another organization. The switch itself is the membership's."""

    name = "sign_in"
    title = _("Sign-in with a password")

    def preview(self, member: Membership) -> int:
        return 1

    def end(self, leaving: Leaving) -> list[Item]:
        return [Item(str(leaving.member.pk), leaving.member.user.email)]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        return Tried(1, active_memberships(member.user).filter(pk=member.pk).count())


class SingleSignOn(LeavingStep):
    """The identity stays bound, so that a restored person finds their own membership; it opens nothing."""

    name = "single_sign_on"
    title = _("Single sign-on")
    closes = ("accounts.SamlIdentity",)

    def preview(self, member: Membership) -> int:
        return SamlIdentity.objects.filter(membership=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        bound = SamlIdentity.objects.filter(membership=leaving.member)
        return [Item(str(one.pk), one.name_id) for one in bound.order_by("pk")]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """As if the identity provider had just vouched for this very person."""
        provider = SamlProvider.objects.first()
        if provider is None:
            return Tried(0, 0)
        plans = [plan(Assertion("", item.label, ""), provider) for item in items if item.label]
        return Tried(len(plans), sum(one.problem is None for one in plans))


class Sessions(LeavingStep):
    """Browsers that are signed in as this member."""

    name = "sessions"
    title = _("Signed-in browsers")
    closes = ("accounts.Session",)

    def preview(self, member: Membership) -> int:
        return Session.objects.filter(membership=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = list(Session.objects.filter(membership=leaving.member).order_by("pk"))
        Session.objects.filter(membership=leaving.member).delete()
        return [Item(str(row.pk), row.browser, bytes(row.key_hash).hex()) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        """Those that ended, and any that was begun in the very moment in which they did."""
        left = Session.objects.filter(membership=member).values_list("key_hash", flat=True)
        hashes = {bytes.fromhex(item.clue) for item in items} | {bytes(one) for one in left}
        return Tried(len(hashes), sum(_acts(session_with(one)) for one in hashes))


def _acts(row: Session | None) -> bool:
    """Whether a browser with this session would be somebody at its next request."""
    said = row.data.get("signed_in") if row else None
    return row is not None and said is not None and acting_member(row, SignedIn(**said)) is not None


class RememberedDevices(LeavingStep):
    """Browsers that are not asked for a second factor when they sign in as this member."""

    name = "remembered_devices"
    title = _("Remembered browsers")
    closes = ("accounts.RememberedDevice",)

    def preview(self, member: Membership) -> int:
        return RememberedDevice.objects.filter(membership=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        rows = list(RememberedDevice.objects.filter(membership=leaving.member).order_by("pk"))
        RememberedDevice.objects.filter(membership=leaving.member).delete()
        return [Item(str(row.pk), row.browser, bytes(row.token_hash).hex()) for row in rows]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        rules = rules_for(member)
        found = [counting_device(bytes.fromhex(item.clue), member, rules) for item in items]
        return Tried(len(items), sum(one is not None for one in found))


class LinksToThem(LeavingStep):
    """A link with which this person would choose a new password and come in."""

    name = "links_to_them"
    title = _("Links sent to them")
    closes = ("accounts.Invitation", "accounts.RecoveryRequest", "accounts.RecoveryAgreement")

    def preview(self, member: Membership) -> int:
        return Invitation.objects.filter(membership=member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        ended = end_invitations(Invitation.objects.filter(membership=leaving.member))
        RecoveryRequest.objects.filter(membership=leaving.member).delete()
        RecoveryAgreement.objects.filter(membership=leaving.member).delete()
        return ended

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        return try_invitations(items)


class PasswordLinks(LeavingStep):
    """Links to a new password or address. Those of a person who works elsewhere too stay good: they open that only."""

    name = "password_links"
    title = _("Links to a new password or address")
    closes = ("accounts.MailedLink",)

    def preview(self, member: Membership) -> int:
        return _mailed(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        links = list(_mailed(leaving.member).order_by("pk"))
        MailedLink.objects.filter(pk__in=[link.pk for link in links]).delete()
        return [Item(str(link.pk), "", f"{link.purpose}:{bytes(link.token_hash).hex()}") for link in links]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        good = 0
        for item in items:
            purpose, _colon, token_hash = item.clue.partition(":")
            good += mailed_links.opened(MailedLink.Purpose(purpose), bytes.fromhex(token_hash)) is not None
        return Tried(len(items), good)


def _mailed(member: Membership) -> QuerySet[MailedLink]:
    """None of somebody who is active elsewhere too: their password is not this organization's to keep them from."""
    elsewhere = active_memberships(member.user).exclude(pk=member.pk)
    links = MailedLink.objects.filter(user=member.user_id)
    return links.none() if elsewhere.exists() else links


def end_invitations(rows: QuerySet[Invitation]) -> list[Item]:
    """Delete them; each may have two links, so each is an item for each."""
    invitations = list(rows.select_related("membership__user").order_by("pk"))
    Invitation.objects.filter(pk__in=[one.pk for one in invitations]).delete()
    return [
        Item(str(one.pk), one.membership.user.email, bytes(token_hash).hex())
        for one in invitations
        for token_hash in (one.token_hash, one.mailed_hash)
        if token_hash
    ]


def try_invitations(items: Sequence[Item]) -> Tried:
    """Each link as `open_link` looks it up."""
    found = [open_invitation(bytes.fromhex(item.clue)) for item in items]
    return Tried(len(items), sum(one is not None for one in found))
