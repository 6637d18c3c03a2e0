"""What colleagues type about a form, checked for shape; the publish check judges the words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.models import Program
from compliance.opt_in_forms.asking import Written
from compliance.opt_in_forms.colours import ENOUGH, contrast_with_white, is_colour
from compliance.opt_in_forms.editing import Wish
from compliance.opt_in_forms.words import NAMES
from compliance.publish_check.disclosures import LONGEST
from texting.models import Line

MOST_ORIGINS = 20
_ORIGIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]{0,180}[a-z0-9])?(?::\d{1,5})?")
_TEXTS = (
    ("title", _("Title"), 120),
    ("introduction", _("Introduction"), 1_000),
    ("thanks", _("After signing up"), 500),
)


class NewForm(forms.Form):
    """What a form needs to begin with: its words are filled in, and changed on the next page."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For colleagues; customers do not see it."))
    line = forms.ModelChoiceField(
        queryset=Line.objects.none(), label=_("Line"), help_text=_("Its number sends the texts."), empty_label=None
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=list(NAMES.items()), widget=forms.CheckboxSelectMultiple, initial=["en"]
    )
    programs = forms.ModelMultipleChoiceField(
        queryset=Program.objects.none(),
        label=_("Programs"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each has a box of its own, so that marketing and other texts are agreed to apart."),
    )

    def __init__(self, *args: Any, given: Written | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [box.program_id for box in given.boxes] if given else []
        line = field_of(self, "line", forms.ModelChoiceField)
        programs = field_of(self, "programs", forms.ModelMultipleChoiceField)
        line.queryset = Line.objects.filter(is_active=True, sends_codes=False)
        programs.queryset = Program.objects.filter(Q(is_active=True) | Q(pk__in=mine)).order_by("name")

    @property
    def has_programs(self) -> bool:
        """Whether there is anything to opt in to."""
        return Program.objects.filter(is_active=True).exists()

    @property
    def wish(self) -> Wish:
        """The form to begin with."""
        data = self.cleaned_data
        return Wish(data["name"], data["line"], tuple(data["languages"]), tuple(data["programs"]), {}, {})


@dataclass(frozen=True)
class Part:
    """The fields of one language, for a page."""

    code: str
    name: str
    texts: list[BoundField]
    wordings: list[BoundField]


class EditForm(NewForm):
    """The whole form. There are fields for the words of what is stored; what is chosen now gets its usual words."""

    asks_yes = forms.BooleanField(
        label=_("Ask for a YES by text before the permission counts"),
        required=False,
        help_text=_("Proves that the number belongs to whoever typed it."),
    )
    asks_name = forms.BooleanField(label=_("Ask for the name"), required=False)
    colour = forms.CharField(
        label=_("Color"), required=False, max_length=7, help_text=_("Such as #0b5c6b; white letters stand on it.")
    )
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG, GIF or WebP, up to 2 MB."), max_length=200
    )
    without_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    origins = forms.CharField(
        label=_("Sites that may show it in a frame"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, such as https://www.example.com. Empty: none."),
    )

    def __init__(self, *args: Any, given: Written, **kwargs: Any) -> None:
        form = given.form
        initial = {
            "name": form.name,
            "line": form.line_id,
            "languages": form.languages,
            "programs": [box.program_id for box in given.boxes],
            "asks_yes": form.asks_yes,
            "asks_name": form.asks_name,
            "colour": form.colour,
            "origins": "\n".join(form.origins),
        }
        super().__init__(*args, given=given, initial=initial, **kwargs)
        self.given = given
        for code in form.languages:
            for key, label, most in _TEXTS:
                self._add_words(f"{key}_{code}", label, most, form.texts.get(code, {}).get(key, ""), rows=2)
            for box in given.boxes:
                name = _wording_name(box.program_id, code)
                wording = gettext("Wording for %(program)s") % {"program": box.program.name}
                self._add_words(name, wording, LONGEST * 4, box.wordings.get(code, ""), rows=7)

    def _add_words(self, name: str, label: Any, most: int, initial: str, *, rows: int) -> None:
        widget = forms.TextInput() if name.startswith("title_") else forms.Textarea(attrs={"rows": rows})
        self.fields[name] = forms.CharField(
            label=label, max_length=most, required=False, initial=initial, widget=widget
        )

    @property
    def parts(self) -> Iterator[Part]:
        """The fields for words, by language."""
        for code in self.given.form.languages:
            texts = [self[f"{key}_{code}"] for key, _label, _most in _TEXTS]
            wordings = [self[_wording_name(box.program_id, code)] for box in self.given.boxes]
            yield Part(code, NAMES[code], texts, wordings)

    def clean_colour(self) -> str:
        """Lower case; dark enough."""
        colour = str(self.cleaned_data["colour"]).strip().lower()
        if not colour:
            return ""
        if not is_colour(colour):
            raise ValidationError(_("Write # and six digits or letters from a to f, such as #0b5c6b."))
        if contrast_with_white(colour) < ENOUGH:
            raise ValidationError(_("White letters cannot be read on this color. Choose a darker one."))
        return colour

    def clean_origins(self) -> tuple[str, ...]:
        """Schemes and hosts only: it becomes part of a header."""
        found = [line.strip().lower().rstrip("/") for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        if any(not _ORIGIN.fullmatch(origin) for origin in found):
            raise ValidationError(_("Write https:// and the name of the site, without anything behind it."))
        if len(found) > MOST_ORIGINS:
            raise ValidationError(_("List at most %(most)d sites.") % {"most": MOST_ORIGINS})
        return tuple(dict.fromkeys(found))

    @property
    def wish(self) -> Wish:
        """What the form is to be, but for a new logo."""
        data, form = self.cleaned_data, self.given.form
        texts = {
            code: {key: data[f"{key}_{code}"] for key, _label, _most in _TEXTS}
            for code in data["languages"]
            if code in form.languages
        }
        wordings = {
            box.program_id: {code: data[_wording_name(box.program_id, code)] for code in form.languages}
            for box in self.given.boxes
        }
        return Wish(
            name=data["name"],
            line=data["line"],
            languages=tuple(data["languages"]),
            programs=tuple(data["programs"]),
            texts=texts,
            wordings=wordings,
            colour=data["colour"],
            origins=data["origins"],
            asks_name=data["asks_name"],
            asks_yes=data["asks_yes"],
            keeps_logo=not data["without_logo"],
        )


def _wording_name(program_id: UUID, language: str) -> str:
    return f"wording_{program_id.hex}_{language}"
