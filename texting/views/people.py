"""Contacts: the list, finding by number, one contact, their name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting import contacts as use_cases
from texting import number_marks, queries
from texting.conversations import NotPossible
from texting.forms import NameForm, NumberForm
from texting.models import Contact
from texting.number_words import why
from texting.phone_numbers import BadNumber
from texting.queries.tags import tags_of
from texting.views.duplicates import numbers_context
from texting.views.filtering import Unreadable, filtered_page, list_page, wish_in
from texting.views.frames import values_context
from texting.views.timeline import timeline_context


@requires(Permission.CONTACTS_READ)
@require_safe
def contacts(request: MemberRequest) -> HttpResponse:
    """The organization's contacts, or those for whom the filter in the address holds, the newest first."""
    try:
        wish = wish_in(request)
    except Unreadable:
        messages.info(request, _("That filter has ended. Say again whom you are looking for."))
        return redirect("contacts")
    return list_page(request, filtered_page(request, wish), NumberForm(), wish=wish)


@requires(Permission.CONTACTS_READ)
@require_POST
def find_contact(request: MemberRequest) -> HttpResponse:
    """The contact with exactly this number; a POST, because a number has no place in an address."""
    form = NumberForm(request.POST)
    page = queries.ContactPage(())
    if form.is_valid() and not form.cleaned_data["number"]:
        page = queries.contacts_page(request.member)
    elif form.is_valid():
        try:
            page = queries.contacts_with_number(request.member, form.cleaned_data["number"])
        except BadNumber as error:
            form.add_error("number", why(error))
    return list_page(request, page, form)


@requires(Permission.CONTACTS_READ)
@require_safe
def contact(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """One contact and their conversations that the member may read."""
    found = queries.access_contact(request.member, contact_id)
    if found.merged_into_id is not None:  # a further number of somebody: everything of theirs stands there
        asked = request.GET.urlencode()
        return redirect(reverse("contact", args=[found.merged_into_id]) + (f"?{asked}" if asked else ""))
    customer = queries.customer(request.member, found)
    context = {
        **values_context(request.member, found),
        **numbers_context(request, found),
        **timeline_context(request),
        "customer": customer,
        "may_reveal": customer.is_masked and queries.must_ask(request.member),
        "since": found.created_at,
        "mark": " ".join(map(str, number_marks.WORDS[Contact.Mark(found.mark)])) if found.mark else "",
        "marked_at": found.marked_at,
        "unmark_reasons": Contact.Unmarked.choices,
        "blocked_at": found.blocked_at,
        "blocked_for": found.get_blocked_for_display(),
        "block_reasons": Contact.Block.choices,
        "may_block": request.member.may(Permission.CONTACTS_BLOCK),
        "may_unmark": request.member.may(Permission.CONTACTS_EDIT),
        "may_see_holds": request.member.may(Permission.HOLDS_READ),
        "rows": queries.conversations_of(request.member, found),
        "tags": tags_of([found.pk]).get(found.pk, ()),
        "may_tag": request.member.may(Permission.CONTACTS_EDIT),
        "may_rename": request.member.may(Permission.CONTACTS_EDIT) and queries.sees(request.member, found.pk),
    }
    return render(request, "texting/contact.html", context)


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EDIT)
@require_POST
def unmark(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Take off what the carriers said of the number, with the reason that was chosen."""
    found = queries.access_contact(request.member, contact_id)
    why = request.POST.get("why", "")
    if why not in Contact.Unmarked.values:
        messages.warning(request, _("Choose why."))
    elif number_marks.take_off(member=request.member, contact=found, why=Contact.Unmarked(why)):
        messages.success(request, _("Texts may go to this number again."))
    return redirect("contact", contact_id=found.pk)


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EDIT, Permission.CONTACTS_REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog that changes a contact's name, and changing it."""
    found = queries.access_contact(request.member, contact_id)
    if not queries.sees(request.member, found.pk):
        raise queries.NotYours
    shown = queries.customer(request.member, found)
    form = NameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": shown.name if shown.is_named else ""},
    )
    if form.is_valid():
        try:
            use_cases.rename_contact(member=request.member, contact=found, name=form.cleaned_data["name"])
        except NotPossible as error:
            form.add_error("name", str(error))
    if not form.is_valid():
        context = {"form": form, "customer": shown}
        return render(request, "texting/_rename.html", context, status=422 if form.is_bound else 200)
    response = trigger_client_event(HttpResponse(status=204), "contact-changed")
    return trigger_client_event(response, "close-sheet")
