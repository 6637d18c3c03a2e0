"""What an entry of the table says."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compliance.measures.answers import COUNTRIES, FACTS, INDUSTRIES, STATES, Answers
from tenancy.word_lists import all_of

Words = str | Promise


@dataclass(frozen=True)
class When:
    """Applies when every part that is given is true. Within a part one is enough; of `facts` each must be true."""

    countries: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def because(self, answers: Answers) -> str | None:
        """Why it applies, in the organization's own answers; None when it does not."""
        found: list[str] = []
        places = ((self.countries, answers.countries, COUNTRIES), (self.states, answers.states, STATES))
        for wanted, said, names in places:
            here = [str(names[one]) for one in said if one in wanted]
            if wanted and not here:
                return None
            if here:
                found.append(_("you text people in %(places)s") % {"places": all_of(here)})
        if self.industries:
            if answers.industry not in self.industries:
                return None
            found.append(_("your industry is %(name)s") % {"name": str(INDUSTRIES[answers.industry])})
        for fact in self.facts:
            if not getattr(answers, fact):
                return None
            found.append(str(FACTS[fact][1]))
        return _("Because %(reasons)s.") % {"reasons": all_of(found)}


@dataclass(frozen=True)
class Measure:
    """One law, rule or standard. `every`: months between reviews. `evidence` and `controls`: keys of what shows that
    the product's part of it is kept; the rest of it is people's work, which `duties` names as well.
    """

    key: str
    title: Words
    law: Words
    source: str
    when: tuple[When, ...]
    every: int
    duties: tuple[Words, ...]
    evidence: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    profile: str = field(default="")

    def because(self, answers: Answers) -> str | None:
        """Why it applies: the first reason that holds; None when it does not."""
        return next((reason for one in self.when if (reason := one.because(answers))), None)
