"""What people choose for single sign-on, checked for shape; the use cases decide the rest."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Enforced, Role, SamlProvider, Signed, Team

if TYPE_CHECKING:
    ProviderModelForm = forms.ModelForm[SamlProvider]
else:  # Django's forms are generic for type checkers only
    ProviderModelForm = forms.ModelForm

ATTRIBUTE = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
LARGEST = 256 * 1024
LISTED = 50


class ProviderForm(forms.Form):
    """The provider's metadata: an address to fetch it from, or the text itself."""

    metadata_url = forms.CharField(
        label=_("Address of the metadata"),
        required=False,
        max_length=2000,
        help_text=_("Okta and Entra ID show one. It is fetched now and once a day, by https."),
        widget=forms.URLInput(attrs={**ATTRIBUTE, "placeholder": "https://"}),
    )
    metadata = forms.CharField(
        label=_("Or the metadata itself"),
        required=False,
        max_length=LARGEST,
        help_text=_("Open the file that the provider lets you download, and paste all of it."),
        widget=forms.Textarea(attrs={**ATTRIBUTE, "rows": 8, "class": "mono"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("metadata_url")) is bool(cleaned.get("metadata")):
            raise ValidationError(_("Give either the address or the metadata."))
        return cleaned


class CertificateForm(forms.Form):
    """One more certificate of the provider."""

    certificate = forms.CharField(
        label=_("Certificate"),
        max_length=16_384,
        help_text=_("In PEM form: it begins with -----BEGIN CERTIFICATE-----."),
        widget=forms.Textarea(attrs={**ATTRIBUTE, "rows": 5, "class": "mono"}),
    )


class OptionsForm(ProviderModelForm):
    """How strict, for how long, and who may come in."""

    signed = forms.ChoiceField(
        label=_("What the provider must sign"),
        choices=[
            (Signed.EITHER, _("The assertion or the whole response (right for Okta, Entra ID and Google)")),
            (Signed.ASSERTION, _("The assertion")),
            (Signed.BOTH, _("Both")),
        ],
        widget=forms.RadioSelect,
    )
    default_role = forms.ModelChoiceField(
        queryset=Role.objects.none(), label=_("Role of new members without a mapping"), required=False
    )

    class Meta:
        model = SamlProvider
        fields = (
            "signed",
            "signs_requests",
            "wants_encryption",
            "takes_unsolicited",
            "takes_new_certificates",
            "trusts_second_factor",
            "session_hours",
            "makes_members",
            "default_role",
            "email_attribute",
            "name_attribute",
        )
        labels = {
            "signs_requests": _("Sign our requests"),
            "wants_encryption": _("Take encrypted assertions only"),
            "takes_unsolicited": _("Let people begin at the provider's page"),
            "takes_new_certificates": _("Take new certificates from the provider's metadata at once"),
            "trusts_second_factor": _("The provider asks for the second factor; ours is not asked for"),
            "session_hours": _("Hours until everybody signs in anew"),
            "makes_members": _("Make members at their first sign-in"),
            "email_attribute": _("Attribute with the e-mail address"),
            "name_attribute": _("Attribute with the name"),
        }
        help_texts = {
            "takes_unsolicited": _("Weaker: such a sign-in belongs to no browser. Leave it off if you can."),
            "takes_new_certificates": _(
                "Its address is asked each day. Off: you are told by mail of a new one, and somebody here takes it."
            ),
            "trusts_second_factor": _("Switch it on only if nobody gets through your provider with a password alone."),
            "makes_members": _("Only with an address in a proved domain."),
            "email_attribute": _("Leave it empty to try the usual ones."),
            "name_attribute": _("Leave it empty to try the usual ones."),
        }

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = field_of(self, "default_role", forms.ModelChoiceField)
        now = self.instance.default_role_id
        role.queryset = Role.objects.filter(pk__in=[*(one.pk for one in roles), *([now] if now else [])])
        role.empty_label = str(_("None: only mapped people come in"))
        for name in ("email_attribute", "name_attribute"):
            self.fields[name].widget.attrs.update(ATTRIBUTE)


class MappingForm(forms.Form):
    """A value that the provider sends, and what it stands for here."""

    value = forms.CharField(
        label=_("Value that comes"), max_length=256, widget=forms.TextInput(attrs={**ATTRIBUTE, "class": "mono"})
    )
    to = forms.ChoiceField(label=_("Stands for"))

    def __init__(self, *args: Any, roles: list[Role], teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = {f"role {role.pk}": role for role in roles}
        self.teams = {f"team {team.pk}": team for team in teams}
        choice = field_of(self, "to", forms.ChoiceField)
        choice.choices = [
            (str(_("Role")), [(key, role.name) for key, role in self.roles.items()]),
            (str(_("Team")), [(key, team.name) for key, team in self.teams.items()]),
        ]

    @property
    def target(self) -> dict[str, Any]:
        """`role` or `team`, as the use case takes it."""
        chosen = self.cleaned_data["to"]
        return {"role": self.roles[chosen]} if chosen in self.roles else {"team": self.teams[chosen]}


class AttributesForm(ProviderModelForm):
    """In which attributes roles and groups come."""

    class Meta:
        model = SamlProvider
        fields = ("role_attribute", "groups_attribute")
        labels = {"role_attribute": _("Attribute with the role"), "groups_attribute": _("Attribute with the groups")}
        help_texts = {
            "role_attribute": _("The first mapping below whose value comes decides."),
            "groups_attribute": _("The teams of all mapped groups; without an attribute teams stay as they are."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.update(ATTRIBUTE)


class PreviewForm(forms.Form):
    """What a provider might send about somebody."""

    name_id = forms.CharField(label=_("NameID"), max_length=256, widget=forms.TextInput(attrs=ATTRIBUTE))
    attributes = forms.CharField(
        label=_("Attributes"),
        required=False,
        max_length=10_000,
        help_text=_("One a line, such as groups = Front desk. Repeat a name for several values."),
        widget=forms.Textarea(attrs={**ATTRIBUTE, "rows": 5, "class": "mono"}),
    )

    def clean_attributes(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for line in str(self.cleaned_data["attributes"]).splitlines()[:LISTED]:
            attribute, equals, value = line.partition("=")
            if line.strip() and not (equals and attribute.strip()):
                raise ValidationError(_("Write each line as name = value."))
            if value.strip():
                found.setdefault(attribute.strip(), []).append(value.strip())
        return {attribute: tuple(values) for attribute, values in found.items()}


class DomainForm(forms.Form):
    """An e-mail domain."""

    domain = forms.CharField(
        label=_("Domain"), max_length=254, widget=forms.TextInput(attrs={**ATTRIBUTE, "placeholder": "example.com"})
    )


class EnforceForm(forms.Form):
    """Who must use single sign-on."""

    whom = forms.ChoiceField(
        label=_("Who must use single sign-on"),
        choices=[
            (Enforced.NOBODY, _("Nobody: passwords work beside it")),
            (Enforced.DOMAINS, _("People with an address in a proved domain")),
            (Enforced.EVERYBODY, _("Everybody")),
        ],
        widget=forms.RadioSelect,
    )
