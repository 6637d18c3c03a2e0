"""Tags: the settings page, and putting them on contacts one by one or many at once."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from accounts.views.answers import form_page
from texting import queries, tagging
from texting.models import Tag
from texting.queries.tags import access_tag, all_tags, tags_of
from texting.tag_forms import ContactTagsForm, MergeForm, TagForm
from texting.tagging import BadTag
from texting.views.filtering import here_in

MOST_AT_ONCE = 200


@requires(Permission.TAGS_MANAGE)
@require_safe
def tags(request: MemberRequest) -> HttpResponse:
    """Every tag, with how many contacts have it."""
    return render(request, "texting/tags/tags.html", {"tags": all_tags(counted=True), "form": TagForm()})


@requires(Permission.TAGS_MANAGE)
@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Make a tag. The page again, with what is wrong, when it cannot be made."""
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            made = tagging.add_tag(member=request.member, **form.cleaned_data)
        except BadTag as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("%(name)s is there.") % {"name": made.name})
            return redirect("tags")
    return form_page(request, "texting/tags/tags.html", form, tags=all_tags(counted=True))


@requires(Permission.TAGS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: MemberRequest, tag_id: UUID) -> HttpResponse:
    """One tag: its name and colour, merging it, removing it."""
    found = access_tag(tag_id)
    now = {"name": found.name, "colour": found.colour}
    form = TagForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_valid():
        try:
            tagging.change_tag(member=request.member, tag=access_tag(tag_id), **form.cleaned_data)
        except BadTag as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("tags")
    return _tag_page(request, found, form)


def _tag_page(request: MemberRequest, found: Tag, form: TagForm, merging: MergeForm | None = None) -> HttpResponse:
    known = all_tags(counted=True)
    others = [one for one in known if one.id != found.pk]
    context = {
        "tag": next(one for one in known if one.id == found.pk),
        "merging": (merging or MergeForm(others=others)) if others else None,
    }
    return form_page(request, "texting/tags/tag.html", form, **context)


@requires(Permission.TAGS_MANAGE)
@require_POST
def merge(request: MemberRequest, tag_id: UUID) -> HttpResponse:
    """Put another tag in this one's place."""
    found = access_tag(tag_id)
    form = MergeForm(request.POST, others=[one for one in all_tags() if one.id != found.pk])
    if not form.is_valid():
        messages.error(request, _("Choose another tag to merge it into."))
        return redirect("tag", tag_id=tag_id)
    into = access_tag(form.cleaned_data["into"])
    try:
        number = tagging.merge_tags(member=request.member, tag=found, into=into)
    except BadTag as error:
        messages.error(request, str(error))
        return redirect("tag", tag_id=tag_id)
    said = ngettext("%(count)d contact has %(name)s now.", "%(count)d contacts have %(name)s now.", number)
    messages.success(request, said % {"count": number, "name": into.name})
    return redirect("tags")


@requires(Permission.TAGS_MANAGE)
@require_POST
def remove(request: MemberRequest, tag_id: UUID) -> HttpResponse:
    """Take a tag off everybody, for good."""
    found = access_tag(tag_id)
    try:
        tagging.remove_tag(member=request.member, tag=found)
    except BadTag as error:
        messages.error(request, str(error))
        return redirect("tag", tag_id=tag_id)
    messages.success(request, _("The tag is gone."))
    return redirect("tags")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_tags(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog with a contact's tags, and changing them."""
    found = queries.access_contact(request.member, contact_id)
    known = all_tags()
    own = [one.id for one in tags_of([found.pk]).get(found.pk, ())]
    form = ContactTagsForm(
        request.POST if request.method == "POST" else None, known=known, initial={"tags": own, "was": own}
    )
    context = {
        "form": form,
        "contact_id": found.pk,
        "any": bool(known),
        "may_manage": request.member.may(Permission.TAGS_MANAGE),
    }
    if not form.is_valid():
        return render(request, "texting/tags/_contact.html", context, status=422 if form.is_bound else 200)
    puts, takes = form.changes
    try:
        with transaction.atomic():
            for tag_id in sorted(takes):
                tagging.take_off(member=request.member, tag=access_tag(tag_id), contact_ids=[found.pk])
            for tag_id in sorted(puts):
                tagging.put_on(member=request.member, tag=access_tag(tag_id), contact_ids=[found.pk])
    except BadTag as error:
        form.add_error("tags", str(error))
        return render(request, "texting/tags/_contact.html", context, status=422)
    response = trigger_client_event(HttpResponse(status=204), "contact-changed")
    return trigger_client_event(response, "close-sheet")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EDIT)
@require_POST
def tag_many(request: MemberRequest) -> HttpResponse:
    """Put a tag on the contacts that were ticked in the list, or take it off them. The list stays as it was."""
    here = here_in(request)
    back = f"{reverse('contacts')}?{here}" if here else reverse("contacts")
    try:
        chosen = access_tag(UUID(request.POST.get("put", "")))
        ids = [UUID(one) for one in request.POST.getlist("contact")[: MOST_AT_ONCE + 1]]
    except ValueError:
        messages.warning(request, _("Choose contacts and a tag."))
        return redirect(back)
    if not 0 < len(ids) <= MOST_AT_ONCE:
        messages.warning(request, _("Choose between one and %(most)d contacts.") % {"most": MOST_AT_ONCE})
        return redirect(back)
    takes = request.POST.get("act") == "take"
    try:
        number = (tagging.take_off if takes else tagging.put_on)(member=request.member, tag=chosen, contact_ids=ids)
    except BadTag as error:
        messages.warning(request, str(error))
        return redirect(back)
    if takes:
        said = ngettext("%(name)s is off %(count)d contact.", "%(name)s is off %(count)d contacts.", number)
    else:
        said = ngettext("%(name)s is on %(count)d more contact.", "%(name)s is on %(count)d more contacts.", number)
    messages.success(request, said % {"name": chosen.name, "count": number})
    return redirect(back)
