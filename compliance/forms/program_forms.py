"""What is typed on the pages of Settings > Opt-in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Team
from compliance.ledger.wordings import LONGEST
from compliance.models import Keyword, Program
from compliance.opt_in.opt_in_keywords import LONGEST_WORD, MOST_IMAGE_BYTES
from compliance.opt_in.opt_in_keywords import Wish as KeywordWish
from compliance.opt_in.programs import LONGEST_REASON, Wish
from texting.models import Brand, Line

LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("fr", _("French"))]


class ProgramForm(forms.Form):
    """A program: what it is about, how often, under which terms."""

    name = forms.CharField(
        label=_("Name"), help_text=_("Customers read it, such as Reminders or Offers."), max_length=40
    )
    scope = forms.ChoiceField(
        label=_("What the texts are"),
        choices=Program.Scope.choices,
        widget=forms.RadioSelect,
        help_text=_("Marketing needs an agreement in writing; a permission for one is none for the other."),
    )
    category = forms.ChoiceField(
        label=_("Only for"),
        help_text=_("For informational texts. Leave it empty for all of them."),
        choices=[("", "—"), *Program.Category.choices],
        required=False,
    )
    frequency = forms.CharField(
        label=_("How often"), help_text=_("As customers read it, such as Up to 4 msgs/month."), max_length=60
    )
    double_opt_in = forms.BooleanField(
        label=_("Ask for a YES by text first"),
        help_text=_("The permission holds when the number itself answers. It keeps out typing errors and pranks."),
        required=False,
    )
    terms_url = forms.URLField(
        label=_("Address of your text terms"), max_length=500, required=False, assume_scheme="https"
    )
    privacy_url = forms.URLField(
        label=_("Address of your privacy policy"), max_length=500, required=False, assume_scheme="https"
    )
    team = forms.ModelChoiceField(
        label=_("Only for the lines of"), queryset=Team.objects.none(), required=False, empty_label=_("All teams")
    )
    brand = forms.ModelChoiceField(
        label=_("Only for the texts of"), queryset=Brand.objects.none(), required=False, empty_label=_("All brands")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = field_of(self, "team", forms.ModelChoiceField)
        brands = field_of(self, "brand", forms.ModelChoiceField)
        teams.queryset, brands.queryset = Team.objects.order_by("name"), Brand.objects.order_by("name")
        self.has_brands = brands.queryset.exists()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("scope") == Program.Scope.MARKETING:
            data["category"] = ""
        return data

    @property
    def wish(self) -> Wish:
        """What the form says. Only after it is valid."""
        return Wish(**self.cleaned_data)


class WordsForm(forms.Form):
    """An own wording."""

    text = forms.CharField(
        label=_("Text"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class KeywordForm(forms.Form):
    """A keyword with its advertisement. The line and the word of one that is there stay."""

    line = forms.ModelChoiceField(label=_("Number"), queryset=Line.objects.none(), empty_label=None)
    word = forms.CharField(
        label=_("Keyword"),
        help_text=_("One word, such as JOIN. Customers text nothing else."),
        max_length=LONGEST_WORD,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none(), empty_label=None)
    language = forms.ChoiceField(label=_("Language of the advertisement and the answers"), choices=LANGUAGES)
    advertisement = forms.CharField(
        label=_("What the advertisement says about it"),
        help_text=_("The exact words beside the keyword. Leave it empty to begin with ours."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    image = forms.FileField(
        label=_("Picture of the advertisement"),
        help_text=_("JPEG, PNG, GIF or WebP. It is kept as evidence of what people saw."),
        required=False,
    )

    def __init__(self, *args: Any, keyword: Keyword | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = field_of(self, "line", forms.ModelChoiceField)
        programs = field_of(self, "program", forms.ModelChoiceField)
        lines.queryset = Line.objects.filter(is_active=True, sends_codes=False).order_by("name")
        active = Program.objects.filter(is_active=True)
        programs.queryset = (active | Program.objects.filter(pk=keyword.program_id) if keyword else active).order_by(
            "name"
        )
        if keyword is not None:
            del self.fields["line"], self.fields["word"]

    @property
    def wish(self) -> KeywordWish:
        """What the form says. Only after it is valid."""
        data = self.cleaned_data
        image = data["image"]
        content = image.read(MOST_IMAGE_BYTES + 1) if image else b""
        return KeywordWish(data["program"], data["advertisement"], data["language"], content)


class RulesForm(forms.Form):
    """How consent is read."""

    revoke_all = forms.BooleanField(label=_("A STOP ends the texts of every team and brand"), required=False)
    reason = forms.CharField(
        label=_("Why you change it"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )


def initial_of(program: Program) -> dict[str, Any]:
    """The form as the program is now."""
    names = ("name", "scope", "category", "frequency", "double_opt_in", "terms_url", "privacy_url", "team", "brand")
    return {name: getattr(program, name) for name in names}
