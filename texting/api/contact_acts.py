"""What is done with a whole contact: blocked, merged, and the way back."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.problems import Kind, Problem
from accounts.api.reading import checked
from accounts.models import Membership
from accounts.permissions import Permission
from texting import blocking, queries
from texting.api import examples
from texting.api.shapes import Merging, NewBlock, Nothing
from texting.api.shown import WholeContact, show_whole
from texting.duplicates import merging
from texting.duplicates.choosing import CannotMerge, Choice
from texting.models import Contact, ContactMerge

_MISSING = (Kind.PERMISSION_MISSING, Kind.NOT_FOUND)
_BLOCK = (Permission.CONTACTS_READ, Permission.CONTACTS_BLOCK)
_MERGE = (Permission.CONTACTS_READ, Permission.CONTACTS_MERGE, Permission.CONTACTS_REVEAL)


class ContactBlocking(Endpoint):
    """Hearing of somebody no more."""

    needs = {"post": _BLOCK}

    @describe(
        "Block a contact",
        answer=WholeContact,
        example=examples.BLOCKED,
        request=NewBlock,
        request_example={"why": "spam"},
        problems=_MISSING,
        repeatable=True,
        tag="Contacts",
    )
    def post(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Their texts are kept and counted nowhere, and nothing is sent to them but the answers to STOP and HELP. One
        that is blocked already stays so, with the first reason.
        """
        why = Contact.Block(checked(self.body, NewBlock)["why"])
        blocking.block(member=self.member, contact=queries.access_contact(self.member, contact_id), why=why)
        return _whole(self.member, contact_id)


class ContactUnblocking(Endpoint):
    """Hearing of them again."""

    needs = {"post": _BLOCK}

    @describe(
        "Take a block back",
        answer=WholeContact,
        example=examples.WHOLE_CONTACT,
        request=Nothing,
        request_example={},
        problems=_MISSING,
        repeatable=True,
        tag="Contacts",
    )
    def post(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """From their next text on. No permission comes back by that."""
        checked(self.body, Nothing)
        blocking.unblock(member=self.member, contact=queries.access_contact(self.member, contact_id))
        return _whole(self.member, contact_id)


class ContactMerging(Endpoint):
    """Two contacts that are one person."""

    needs = {"post": _MERGE}

    @describe(
        "Merge two contacts",
        answer=WholeContact,
        example=examples.WHOLE_CONTACT,
        request=Merging,
        request_example={"other_id": examples.MEMBER_ID, "theirs": ["name"]},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Contacts",
    )
    def post(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Make another contact a further number of this one. Name, fields and tags are the person's from then on;
        permission, opt-outs, blocks and texts stay with each number. It can be undone for 30 days.
        """
        wanted = checked(self.body, Merging)
        choice = Choice(frozenset(wanted.get("theirs", ())), frozenset(wanted.get("without_tags", ())))
        try:
            with transaction.atomic():
                merging.merge(member=self.member, survivor=contact_id, other=wanted["other_id"], choice=choice)
        except CannotMerge as refused:
            raise Problem(Kind.CONFLICT, str(refused)) from None
        return _whole(self.member, contact_id)


class ContactParting(Endpoint):
    """One person who is two after all."""

    needs = {"post": _MERGE}

    @describe(
        "Undo a merge",
        answer=WholeContact,
        example=examples.WHOLE_CONTACT,
        request=Nothing,
        request_example={},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Contacts",
    )
    def post(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Of a contact that is a further number (`merged_into`): both are as they were before the merge, but for what
        was changed since. After 30 days, or when another number was merged in later, that is done on the page.
        """
        checked(self.body, Nothing)
        found = queries.access_contact(self.member, contact_id)
        made = ContactMerge.objects.filter(merged=found, ended_at=None).first()
        if made is None:
            raise Problem(Kind.CONFLICT, "This contact is nobody's further number.")
        try:
            with transaction.atomic():
                merging.undo(member=self.member, merge_id=made.pk)
        except CannotMerge as refused:
            raise Problem(Kind.CONFLICT, str(refused)) from None
        return _whole(self.member, contact_id)


def _whole(member: Membership, contact_id: UUID) -> HttpResponse:
    return answer(show_whole(member, [queries.access_contact(member, contact_id)])[0])
