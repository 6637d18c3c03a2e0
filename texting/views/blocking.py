"""Blocking a contact on their page, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import MemberRequest, Permission, requires
from texting import blocking, queries
from texting.models import Contact


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_BLOCK)
@require_POST
def block(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Block them, for the reason that was chosen."""
    found = queries.access_contact(request.member, contact_id)
    why = request.POST.get("why", "")
    if why not in Contact.Block.values:
        messages.warning(request, _("Choose why."))
    elif blocking.block(member=request.member, contact=found, why=Contact.Block(why)):
        messages.success(request, _("Blocked. What they write is kept here and rings nowhere."))
    return redirect("contact", contact_id=found.pk)


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_BLOCK)
@require_POST
def unblock(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Hear of them again."""
    found = queries.access_contact(request.member, contact_id)
    if blocking.unblock(member=request.member, contact=found):
        messages.success(request, _("Not blocked any more. Their next text counts as unread again."))
    return redirect("contact", contact_id=found.pk)
