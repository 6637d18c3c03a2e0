"""Settings > Templates: what is done with one. Each leads back to its page, with a sentence."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import MemberRequest, Permission, requires
from compliance.message_templates import handing_on, library, reach, writing
from compliance.message_templates.reach import OF_TEMPLATES
from compliance.message_templates.writing import (
    Flawed,
    NameTaken,
    NeedsSecond,
    NotNow,
    Overtaken,
    ShortcutTaken,
    TooMany,
)
from compliance.models import MessageTemplate
from compliance.views.templates import access, access_to_change, overview, too_many


@requires(any_of=OF_TEMPLATES)
@require_POST
def use_example(request: MemberRequest, example_key: str) -> HttpResponse:
    """Copy one that ships with Parley into a draft."""
    found = library.example(example_key)
    if found is None:
        raise Http404
    try:
        made = writing.copy(actor=request.member, example=found)
    except TooMany as too:
        messages.error(request, too_many(too))
        return redirect("template_library")
    messages.success(request, _("Copied. Change what you want, then publish it."))
    return redirect("edit_template", template_id=made.pk)


@requires(any_of=OF_TEMPLATES)
@require_POST
def publish(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """Let colleagues use it as it is written; 422 with the reasons where something speaks against it."""
    template = access(request, template_id)
    try:
        made = writing.publish(actor=request.member, template=template, seen=request.POST.get("seen", ""))
    except Flawed:
        return overview(request, template, status=422)
    except NeedsSecond:
        return _asked(request, template)
    except Overtaken:
        messages.error(request, _("A colleague changed it meanwhile. Read it, then publish it."))
    except NotNow:
        messages.error(request, _("This template is archived. Put it back first."))
    else:
        messages.success(request, _("Version %(number)d is published.") % {"number": made.number})
    return redirect("message_template", template_id=template_id)


def _asked(request: MemberRequest, template: MessageTemplate) -> HttpResponse:
    writing.ask(actor=request.member, template=template, seen=request.POST.get("seen", ""))
    messages.success(request, _("It waits for somebody else to read and publish it."))
    return redirect("message_template", template_id=template.pk)


@requires(any_of=OF_TEMPLATES)
@require_POST
def send_back(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """Not like this; or, of one's own, not now."""
    try:
        writing.send_back(actor=request.member, template=access(request, template_id))
    except NotNow:
        messages.info(request, _("It does not wait any more."))
    else:
        messages.success(request, _("It does not wait any more. Its words stay as a draft."))
    return redirect("message_template", template_id=template_id)


@requires(Permission.TEMPLATES_MANAGE, Permission.ORGANIZATION_MANAGE)
@require_POST
def second_person(request: MemberRequest) -> HttpResponse:
    """Whether templates are published by somebody else than who wrote them."""
    wanted, for_own = request.POST.get("second") == "yes", request.POST.get("own") == "yes"
    writing.want_second(actor=request.member, wanted=wanted, for_own=for_own)
    said = (
        _("From now on somebody else publishes what was written.")
        if wanted or for_own
        else _("Whoever writes may publish.")
    )
    messages.success(request, said)
    return redirect("message_templates")


@requires(any_of=OF_TEMPLATES)
@require_POST
def duplicate(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """A draft with the same words."""
    try:
        made = writing.duplicate(actor=request.member, template=access_to_change(request, template_id))
    except TooMany as too:
        messages.error(request, too_many(too))
        return redirect("message_template", template_id=template_id)
    messages.success(request, _("This is the copy."))
    return redirect("edit_template", template_id=made.pk)


@requires(any_of=OF_TEMPLATES)
@require_POST
def take_back(request: MemberRequest, template_id: UUID, version_number: int) -> HttpResponse:
    """The words of an older version as a draft, to be read over and published."""
    template = access_to_change(request, template_id)
    try:
        writing.take_back(
            actor=request.member, template=template, number=version_number, seen=request.POST.get("seen", "")
        )
    except Flawed as refused:
        messages.error(request, " ".join(f"{flaw.rule} {flaw.act}" for flaw in refused.flaws[:2]))
    except NameTaken:
        messages.error(request, _("Another template has the name of that version by now. Rename that one first."))
    except Overtaken:
        messages.error(request, _("A colleague changed it meanwhile. Read it, then go back."))
    except NotNow:
        messages.error(request, _("This template is archived. Put it back first."))
    else:
        messages.success(
            request, _("It reads like version %(number)d again. Publish it to use it.") % {"number": version_number}
        )
    return redirect("message_template", template_id=template_id)


@requires(Permission.TEMPLATES_OWN)
@require_POST
def propose(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """A copy of one's own for a team, or for every team, which somebody else reads and publishes."""
    template, team = access_to_change(request, template_id), None
    if wanted := request.POST.get("team", ""):
        team = next((one for one in reach.teams_for(request.member) if str(one.pk) == wanted), None)
        if team is None:
            messages.error(request, _("Choose one of your teams."))
            return redirect("message_template", template_id=template_id)
    try:
        handing_on.propose(actor=request.member, template=template, team=team)
    except Flawed:
        messages.error(request, _("It cannot be published as it is written. Read what speaks against it."))
    except NotNow:
        messages.error(request, _("Only a template of your own that is in use can be proposed."))
    except TooMany as too:
        messages.error(request, too_many(too))
    except handing_on.TooManyProposed:
        most = {"most": handing_on.MOST_PROPOSED}
        text = _("%(most)d proposals of yours wait to be published or archived. Propose more when one of them is.")
        messages.error(request, text % most)
    except handing_on.ProposedBefore:
        text = _("The same words are there already, or you have proposed them before. Change yours first.")
        messages.error(request, text)
    except NameTaken:
        messages.error(request, _("Somebody took that name this moment. Try it again."))
    else:
        messages.success(request, _("A copy waits for somebody who manages templates. Yours stays as it is."))
    return redirect("message_template", template_id=template_id)


@requires(any_of=OF_TEMPLATES)
@require_POST
def archive(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """Nobody can use it any more."""
    try:
        writing.archive(actor=request.member, template=access_to_change(request, template_id))
    except NotNow:
        messages.info(request, _("It is archived already."))
    else:
        messages.success(request, _("Archived. Its history stays, and you can put it back."))
    return redirect("message_template", template_id=template_id)


@requires(any_of=OF_TEMPLATES)
@require_POST
def restore(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """Back among the others."""
    try:
        writing.restore(actor=request.member, template=access_to_change(request, template_id))
    except NotNow:
        messages.info(request, _("It is not archived."))
    except NameTaken:
        messages.error(request, _("Another template has its name by now. Rename that one first."))
    except ShortcutTaken:
        messages.error(request, _("Another template has its shortcut by now. Change that one first."))
    else:
        messages.success(request, _("It is back."))
    return redirect("message_template", template_id=template_id)
