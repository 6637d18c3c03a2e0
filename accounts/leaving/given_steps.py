"""What the person has made and therefore seen: API keys, the directory's tokens, links that they passed on."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import integrations
from accounts.leaving.own_steps import end_invitations, try_invitations
from accounts.leaving.steps import Item, Leaving, LeavingStep, Tried
from accounts.models import ApiKey, DirectoryToken, Invitation, Membership, RecoveryAgreement, RecoveryRequest
from accounts.scim import connecting


class LinksFromThem(LeavingStep):
    """Links that this person was shown when they invited or reset somebody; whoever was to use one gets a new one."""

    name = "links_from_them"
    title = _("Invitations they sent")
    closes = ("accounts.Invitation", "accounts.RecoveryRequest", "accounts.RecoveryAgreement")
    why = _("Send them again: the people invited stay on the list.")

    def preview(self, member: Membership) -> int:
        return _sent(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        ended = end_invitations(_sent(leaving.member))
        RecoveryRequest.objects.filter(asked_by=leaving.member).delete()
        RecoveryAgreement.objects.filter(agreed_by=leaving.member).delete()  # they have seen its code
        return ended

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        return try_invitations(items)


class ApiKeys(LeavingStep):
    """Keys that this person made: they have seen them. The integration keeps its other keys and can get a new one."""

    name = "api_keys"
    title = _("API keys they made")
    closes = ("accounts.ApiKey",)
    why = _("Programs that use them stop. Make new keys first, where a program must go on.")

    def preview(self, member: Membership) -> int:
        return _keys(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        keys = list(_keys(leaving.member).order_by("pk"))
        ApiKey.objects.filter(pk__in=[key.pk for key in keys]).update(ends_at=leaving.at)
        return [Item(str(key.pk), f"{key.shown}…", bytes(key.key_hash).hex()) for key in keys]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        found = [integrations.working_key(bytes.fromhex(item.clue)) for item in items]
        return Tried(len(items), sum(one is not None for one in found))


class DirectoryTokens(LeavingStep):
    """Tokens of the company's directory that this person made; with one they could let anybody in."""

    name = "directory_tokens"
    title = _("Directory tokens they made")
    closes = ("accounts.DirectoryToken",)
    why = _("The company's directory stops updating people. Make a new token first.")

    def preview(self, member: Membership) -> int:
        return _tokens(member).count()

    def end(self, leaving: Leaving) -> list[Item]:
        tokens = list(_tokens(leaving.member).order_by("pk"))
        DirectoryToken.objects.filter(pk__in=[token.pk for token in tokens]).update(ends_at=leaving.at)
        return [Item(str(token.pk), f"{token.shown}…", bytes(token.token_hash).hex()) for token in tokens]

    def probe(self, member: Membership, items: Sequence[Item]) -> Tried:
        found = [connecting.working_token(bytes.fromhex(item.clue)) for item in items]
        return Tried(len(items), sum(one is not None for one in found))


def _sent(member: Membership) -> QuerySet[Invitation]:
    return Invitation.objects.filter(made_by=member).exclude(membership=member)


def _keys(member: Membership) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now()), made_by=member)


def _tokens(member: Membership) -> QuerySet[DirectoryToken]:
    return DirectoryToken.objects.filter(made_by=member, ends_at__gt=timezone.now())
