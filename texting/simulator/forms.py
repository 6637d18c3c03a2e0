"""What can be chosen on the simulator's page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from texting.simulator.records import Behaviour

WORDS = {
    Behaviour.NORMAL: _("Works"),
    Behaviour.SLOW: _("Is slow: half a minute to arrive"),
    Behaviour.UNREACHABLE: _("Is switched off: not delivered"),
    Behaviour.LANDLINE: _("Is a landline: not delivered"),
    Behaviour.OPTED_OUT_AT_CARRIER: _("Opted out at the carrier: refused"),
    Behaviour.LOST_CALLBACK: _("Works, but reports get lost"),
}


class BehaviourForm(forms.Form):
    """What happens to the texts for one phone from now on."""

    behaviour = forms.ChoiceField(
        label=_("This phone"), choices=[(how.value, words) for how, words in WORDS.items()], widget=forms.RadioSelect
    )


class NumberForm(forms.Form):
    """The number of a new phone."""

    number = forms.CharField(label=_("Number of a new phone"), max_length=60)
