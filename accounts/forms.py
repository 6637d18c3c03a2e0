"""What people type on the pages of accounts, checked for shape; use cases decide the rest."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.factors.enrolled import enrolled_ways
from accounts.factors.ways import STRONG, Way
from accounts.form_fields import field_of
from accounts.models import Role, Team, User
from accounts.models.user import Language
from accounts.passwords import LONGEST, SHORTEST, SHORTEST_WITH_SECOND_FACTOR

CODE_ATTRIBUTES = {
    "class": "code",
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autofocus": True,
    "autocapitalize": "off",
    "spellcheck": "false",
}


def _password_field(label: Any, autocomplete: str, **attributes: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, **attributes})
    return forms.CharField(label=label, max_length=LONGEST, strip=False, widget=widget)


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = _password_field(_("Password"), "current-password")


class SsoDoorForm(forms.Form):
    """The address whose organization is looked for, by what stands behind the @."""

    NOT_HERE = _("No organization signs in this way with this address. Use your password, or ask your admin.")

    email = forms.EmailField(
        label=_("E-mail at work"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True, "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """The six digits that an authenticator app shows or that were sent, or a recovery code."""

    code = forms.CharField(label=_("Code from your app"), max_length=40, widget=forms.TextInput(attrs=CODE_ATTRIBUTES))

    def __init__(self, *args: Any, way: Way = Way.APP, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        if way is Way.RECOVERY:
            code.label = _("Recovery code")
            code.widget.attrs |= {"autocomplete": "off", "inputmode": "text", "class": "mono"}
        elif way is not Way.APP:
            code.label = _("Code")


class PhoneForm(forms.Form):
    """The phone that is to get codes."""

    number = forms.CharField(
        label=_("Mobile number"),
        max_length=60,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "autofocus": True}),
    )


class FactorNameForm(forms.Form):
    """What somebody calls one of their own keys or phones."""

    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class PasswordForm(forms.Form):
    """The password that somebody has."""

    password = _password_field(_("Password"), "current-password", autofocus=True)


class NewPasswordForm(forms.Form):
    """A password that somebody chooses, twice, checked against the rules for them."""

    new_password = _password_field(_("New password"), "new-password")
    repeated = _password_field(_("The same again"), "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        shortest = SHORTEST_WITH_SECOND_FACTOR if enrolled_ways(user) & STRONG else SHORTEST
        self.fields["new_password"].help_text = _(
            "At least %(shortest)d characters. A few words that do not belong together work well."
        ) % {"shortest": shortest}

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("new_password"), cleaned.get("repeated")
        if first and second and first != second:
            self.add_error("repeated", _("This differs from the first one."))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    """The new password, and the present one as proof of who is there."""

    password = _password_field(_("Present password"), "current-password")
    field_order = ("password", "new_password", "repeated")


class RoleChoiceForm(forms.Form):
    """Roles that the acting member may grant, and teams."""

    roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With several, the person may do what any of them permits."),
    )
    teams = forms.ModelMultipleChoiceField(
        queryset=Team.objects.none(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, roles: list[Role], teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = field_of(self, "roles", forms.ModelMultipleChoiceField)
        places = field_of(self, "teams", forms.ModelMultipleChoiceField)
        choice.queryset = Role.objects.filter(pk__in=[one.pk for one in roles]).order_by("name")
        places.queryset = Team.objects.filter(pk__in=[one.pk for one in teams])
        if not teams:
            del self.fields["teams"]


class NameForm(forms.Form):
    """What the others call a person, and the language that they read."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As my browser says")), *Language.choices],
        help_text=_("Of Parley's pages and mails. What you write to customers stays as you write it."),
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name:
            raise ValidationError(_("Enter your name."))
        return name
