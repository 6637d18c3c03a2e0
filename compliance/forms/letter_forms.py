"""What people type in e-mails about escalations."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.other_channels.mail.texts import LONGEST_BODY, LONGEST_SUBJECT


class LetterForm(forms.Form):
    """An e-mail. `press` makes two clicks one mail; `looked` is asked for after a warning only."""

    to = forms.CharField(
        label=pgettext_lazy("recipient of an e-mail", "To"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"}),
    )
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    body = forms.CharField(label=_("Text"), max_length=LONGEST_BODY, widget=forms.Textarea(attrs={"rows": 12}))
    looked = forms.BooleanField(label=_("I looked: it is none"), required=False)
    press = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


class LetterTextForm(forms.Form):
    """The words that e-mails in one language begin with."""

    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT, required=False)
    body = forms.CharField(
        label=_("Text"),
        help_text=_(
            "{brand} is your company's name, {member} who writes, {reach} how you are reached."
            " Both empty: the ready-made words again."
        ),
        max_length=LONGEST_BODY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
