"""Fields of contacts: the settings pages, and the dialog with a contact's values."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Role
from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import form_page
from texting import queries
from texting.field_forms import FieldForm, NewFieldForm, ValuesForm
from texting.fields import defining
from texting.fields.defining import BadField
from texting.fields.reading import access_field, values_for
from texting.fields.writing import BadValues, set_values
from texting.models import ContactField, FieldRight


@requires(Permission.FIELDS_MANAGE)
@require_safe
def fields(request: MemberRequest) -> HttpResponse:
    """Every field, those that are archived last, and making one."""
    return _list(request, NewFieldForm())


@requires(Permission.FIELDS_MANAGE)
@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Make a field. The page again, with what is wrong, when it cannot be made."""
    form = NewFieldForm(request.POST)
    if form.is_valid():
        try:
            made = defining.add_field(member=request.member, **form.cleaned_data)
        except BadField as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s is there. Look who sees it.") % {"name": made.name})
            return redirect("contact_field", field_id=made.pk)
    return _list(request, form)


def _list(request: MemberRequest, form: NewFieldForm) -> HttpResponse:
    rows = list(ContactField.objects.order_by("name"))
    context = {
        "fields_there": [row for row in rows if row.archived_at is None],
        "archived": [row for row in rows if row.archived_at],
    }
    return form_page(request, "texting/fields/fields.html", form, **context)


@requires(Permission.FIELDS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """One field: its name, its options, who sees and changes it, archiving it."""
    found = access_field(field_id)
    roles = list(Role.objects.order_by("name"))
    rights = {role.pk: int(FieldRight.Right.HIDDEN) for role in roles}
    rights |= dict(FieldRight.objects.filter(field=found).values_list("role_id", "right"))
    now = {
        "name": found.name,
        "keys": int(found.keys_right),
        "options": "\n".join(found.options),
        **FieldForm.initial_rights(rights),
    }
    form = FieldForm(request.POST if request.method == "POST" else None, kind=found.kind, roles=roles, initial=now)
    if form.is_valid():
        try:
            defining.change_field(
                member=request.member,
                field=access_field(field_id),
                name=form.cleaned_data["name"],
                options=form.cleaned_data.get("options", ()),
                rights=form.rights,
                keys=form.keys_right(found),
            )
        except BadField as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("contact_fields")
    return form_page(request, "texting/fields/field.html", form, field=found)


@requires(Permission.FIELDS_MANAGE)
@require_POST
def archive(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Show it nowhere any more; its values stay."""
    found = access_field(field_id)
    defining.archive_field(member=request.member, field=found)
    messages.success(request, _("%(name)s is archived. What is written in it stays.") % {"name": found.name})
    return redirect("contact_fields")


@requires(Permission.FIELDS_MANAGE)
@require_POST
def bring_back(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Show an archived field again."""
    found = access_field(field_id)
    try:
        defining.bring_back_field(member=request.member, field=found)
    except BadField as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is back, with what was written in it.") % {"name": found.name})
    return redirect("contact_fields")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def values(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog with a contact's values, and changing them. 404 while the member does not see who it is."""
    found = queries.access_contact(request.member, contact_id)
    if not queries.sees(request.member, found.pk):
        raise queries.NotYours
    form = ValuesForm(request.POST if request.method == "POST" else None, values=values_for(request.member, found))
    if not form.fields:
        raise queries.NotYours
    if form.is_valid():
        try:
            with transaction.atomic():
                set_values(member=request.member, contact=found, typed=form.typed)
        except BadValues as refused:
            form.take_errors(refused)
        else:
            response = trigger_client_event(HttpResponse(status=204), "contact-changed")
            return trigger_client_event(response, "close-sheet")
    context = {"form": form, "contact_id": found.pk}
    return render(request, "texting/fields/_values.html", context, status=422 if form.is_bound else 200)
