"""What is typed when a text to many is written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership
from texting import queries
from texting.announcements import earlier
from texting.announcements.audiences import Agreement, Audience, agreements, read
from texting.announcements.earlier import Outcome
from texting.announcements.lists import MOST_BYTES
from texting.announcements.writing import Written
from texting.filtering.saving import ShownFilter, saved_for
from texting.limits.region_names import name_of
from texting.models import Announcement, Contact, Line, Tag
from texting.models.announcement import LONGEST_NAME
from texting.origins import Offered
from texting.purposes import Purpose
from texting.sending import LONGEST

PURPOSES = (
    (Purpose.ALERT.value, _("News and notices: who permitted announcements gets it")),
    (Purpose.APPOINTMENT.value, _("Appointments: who permitted reminders gets it")),
    (Purpose.BULK.value, _("Marketing: who agreed to it in writing gets it")),
)
FILTER, LIST = "filter", "list"


def audience_choices(member: Membership) -> dict[str, Any]:
    """What an `AudienceForm` offers this member: lines, agreements, saved filters and countries."""
    codes = Contact.objects.exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return {
        "lines": queries.visible_lines(member).filter(is_active=True).order_by("name"),
        "agreements": agreements(),
        "filters": saved_for(member),
        "regions": [(code, name_of(code)) for code in codes],
        "begun": [(str(pk), name) for pk, name in earlier.offered(member).values_list("pk", "name")[: earlier.OFFERED]],
    }


class AudienceForm(forms.Form):
    """Name, line and audience. A field that is not of the chosen audience is not looked at."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, help_text=_("For you and your colleagues; customers do not see it.")
    )
    line = forms.ModelChoiceField(label=_("From which line"), queryset=Line.objects.none())
    audience = forms.ChoiceField(
        label=_("Who gets it"),
        choices=[(FILTER, _("Contacts for whom all of this holds")), (LIST, _("A list of numbers"))],
        widget=forms.RadioSelect,
        initial=FILTER,
    )
    tag = forms.ChoiceField(label=_("With tag"), required=False)
    without_tag = forms.ChoiceField(label=_("Without tag"), required=False)
    saved = forms.ChoiceField(
        label=_("Saved filter"), required=False, help_text=_("Made on the page Contacts, also by fields of contacts.")
    )
    agreement = forms.ChoiceField(label=_("Agreed to"), required=False)
    earlier = forms.ChoiceField(label=_("Of an earlier announcement"), required=False)
    outcome = forms.ChoiceField(
        label=_("Which of its customers"), choices=Outcome.choices, initial=Outcome.SILENT, required=False
    )
    region = forms.ChoiceField(label=_("Country of the number"), required=False)
    since = forms.DateField(
        label=_("Known to us since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(label=_("File with numbers"), required=False, allow_empty_file=True)
    numbers = forms.CharField(
        label=_("Or paste the numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One in each line. Only contacts get it: import others with their permission first."),
    )

    def __init__(
        self,
        *args: Any,
        lines: Any,
        agreements: Iterable[Agreement],
        regions: Iterable[tuple[str, str]],
        filters: Iterable[ShownFilter],
        begun: Sequence[tuple[str, str]] = (),
        before: Announcement | None = None,
        **kwargs: Any,
    ) -> None:
        self.before = before
        if before is not None:
            kwargs["initial"] = _initial(before) | kwargs.get("initial", {})
        elif len(only := list(lines[:2])) == 1:
            kwargs["initial"] = {"line": only[0].pk, "audience": FILTER} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        chosen_line = field_of(self, "line", forms.ModelChoiceField)
        chosen_line.queryset, chosen_line.empty_label = lines, str(_("Choose a line"))
        tags = [(str(pk), name) for pk, name in Tag.objects.order_by("name").values_list("pk", "name")]
        agreed = [(one.key, one.label) for one in agreements]
        named = [(str(one.id), one.name) for one in filters]
        gone, unseen = (
            str(_("One that is no longer there")),
            str(_("One that you do not see, or that is no longer there")),
        )
        for name, nothing, offered, missing in (
            ("tag", _("Any"), tags, gone),
            ("without_tag", _("Any"), tags, gone),
            ("agreement", _("Anything"), agreed, gone),
            ("saved", _("None"), named, unseen),
            ("earlier", _("None"), begun, unseen),
            ("region", _("Any"), regions, ""),
        ):
            self._offer(name, str(nothing), offered, missing)

    def _offer(self, name: str, nothing: str, offered: Iterable[tuple[str, str]], missing: str) -> None:
        """What was chosen before stays chosen, there or not: else the audience would become everybody, unseen."""
        choices, then = list(offered), str(self.before.audience.get(name, "")) if self.before else ""
        if then and then not in dict(choices):
            choices.append((then, missing or name_of(then)))
        field_of(self, name, forms.ChoiceField).choices = [("", nothing), *choices]

    @property
    def has_list(self) -> bool:
        """Whether a list was given before and stays unless another is given."""
        return self.before is not None and bool(self.before.audience.get("listed"))

    def clean(self) -> dict[str, Any]:
        """A list is not too large."""
        data: dict[str, Any] = super().clean() or {}
        file = data.get("file")
        if file is not None and file.size > MOST_BYTES:
            self.add_error("file", _("The list is larger than 5 MB. Split it, or tag the contacts and choose the tag."))
        return data

    def chosen(self) -> Audience:
        """Of a form that is right."""
        return Audience(listed=True) if self.cleaned_data["audience"] == LIST else _filter(self.cleaned_data)

    def given_numbers(self) -> bytes | None:
        """The list, if one was given and is asked for."""
        return self._numbers() if self.cleaned_data["audience"] == LIST else None

    def _numbers(self) -> bytes | None:
        file, pasted = self.cleaned_data.get("file"), self.cleaned_data["numbers"]
        if file is not None:
            return bytes(file.read())
        return pasted.encode() if pasted.strip() else None


class AnnouncementForm(AudienceForm):
    """An audience, what it is for, and words or a template."""

    purpose = forms.ChoiceField(label=_("What it is for"), choices=PURPOSES)
    template = forms.ChoiceField(label=_("Template"), required=False)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Company name and opt-out words are added where the rules ask for them."),
    )
    values = forms.CharField(
        label=_("Values for the template"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What Parley cannot fill in by itself, one in each line, such as: date = Friday"),
    )

    def __init__(self, *args: Any, templates: Iterable[Offered], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(one.id), f"{one.name}: {one.body[:60]}") for one in templates]
        field_of(self, "template", forms.ChoiceField).choices = [("", _("None: write the text below")), *offered]

    def clean_values(self) -> dict[str, str]:
        """By placeholder."""
        found = {}
        for line in self.cleaned_data["values"].splitlines():
            name, sign, value = line.partition("=")
            if line.strip() and not (sign and name.strip() and value.strip()):
                raise ValidationError(_("Write each value as name = value, one in each line."))
            if sign:
                found[name.strip(" {}")] = value.strip()
        return found

    def clean(self) -> dict[str, Any]:
        """Either a template or words."""
        data = super().clean()
        if data.get("template") and data.get("body", "").strip():
            self.add_error("body", _("Leave the text empty to use the template, or choose no template."))
        elif not data.get("template") and "body" in data and not data["body"].strip():
            self.add_error("body", _("Write what it says, or choose a template."))
        return data

    def written(self) -> Written:
        """Of a form that is right."""
        data = self.cleaned_data
        template = UUID(data["template"]) if data["template"] else None
        return Written(
            name=data["name"],
            line=data["line"],
            purpose=Purpose(data["purpose"]),
            audience=self.chosen(),
            body=data["body"],
            template_id=template,
            values=data["values"] if template else {},
            numbers=self.given_numbers(),
        )


def _filter(data: Mapping[str, Any]) -> Audience:
    return Audience(
        tag=UUID(data["tag"]) if data["tag"] else None,
        without_tag=UUID(data["without_tag"]) if data["without_tag"] else None,
        agreement=data["agreement"],
        region=data["region"],
        since=data["since"],
        saved=UUID(data["saved"]) if data["saved"] else None,
        earlier=UUID(data["earlier"]) if data["earlier"] else None,
        outcome=(data["outcome"] or Outcome.SILENT.value) if data["earlier"] else "",
    )


def _initial(row: Announcement) -> dict[str, Any]:
    audience = read(row.audience)
    return {
        "name": row.name,
        "line": row.line_id,
        "purpose": row.purpose,
        "template": str(row.template_id or ""),
        "body": row.body,
        "values": "\n".join(f"{name} = {value}" for name, value in row.values.items()),
        "audience": LIST if audience.listed else FILTER,
        "tag": str(audience.tag or ""),
        "without_tag": str(audience.without_tag or ""),
        "agreement": audience.agreement,
        "region": audience.region,
        "since": audience.since,
        "saved": str(audience.saved or ""),
        "earlier": str(audience.earlier or ""),
        "outcome": audience.outcome or Outcome.SILENT.value,
    }
