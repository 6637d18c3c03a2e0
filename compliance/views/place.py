"""Where a customer is: what is known, what follows from it, and changing it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.forms.hours_forms import PlaceForm
from compliance.hours import customer_place
from compliance.send_policies.hours_of_customer import hours_of
from texting import queries


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The page; 404 for whoever does not see the customer."""
    contact = queries.access_contact(request.member, contact_id)
    known = customer_place.place_of(request.member, contact)
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=vars(known))
    if form.is_valid():
        customer_place.set_place(member=request.member, contact=contact, place=form.place)
        messages.success(request, _("Saved. It counts from now on."))
        return redirect("contact_place", contact.pk)
    context = {
        "form": form,
        "customer": queries.customer(request.member, contact, in_list=True),
        "hours": hours_of(contact, timezone.now()),
    }
    return render(request, "compliance/place.html", context, status=422 if form.is_bound else 200)
