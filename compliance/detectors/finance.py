"""What a text tells of a person's money or a company's unpublished results: an amount with a phrase that says whose."""

import re
from typing import Final

from compliance.detectors.amounts import SURELY_MONEY, Amount, amount_right_at, amounts_of
from compliance.detectors.data_files import read
from compliance.detectors.reading import Draft, Reading, reasons
from compliance.detectors.sentences import Sentence, sentences
from compliance.detectors.vocabulary import WORD, Hit, Words, phrases

_DATA: Final = read("finance")
LEXICON: Final = phrases(_DATA["lists"])
_PERIODIC: Final = frozenset(_DATA["needs_period"])
_SCORE_ALONE: Final = frozenset(_DATA["score_alone"])
_WEAK: Final = frozenset(_DATA["weak"])
_PAID_BY_HOUR: Final = frozenset(_DATA["paid_by_hour"])
_AT_A_BANK: Final = frozenset(_DATA["at_a_bank"])
_BARE_OK: Final = frozenset(_DATA["bare_ok"])
_PERIOD: Final = re.compile(
    r" ?(?:/|a |per |each |every |every other |bi)? ?(?:month|monthly|mo|year|yr|yearly|annually|annual|weekly|week|"
    r"biweekly|"
    r"two weeks|2 weeks|paycheck|al mes|mensuales|al ano|anuales|por mes|por quincena|im monat|par mois|"
    r"before taxes|after taxes|gross|net|pa|p\.a\.|per annum)(?![a-z])"
)
_OF_A_FORM: Final = frozenset(
    ("income", "monthly income", "annual income", "yearly income", "salary", "annual salary", "monthly salary", "wages")
)
_WHOSEVER: Final = "wage is"  # mine or what is offered: "now hiring, the wage is $16"
_HOURLY: Final = re.compile(r" ?(?:/ ?|an |per |a |la |por |each )?(?:hour|hr|hora)(?![a-z])")
_LATER_PERIOD: Final = re.compile(r"(?:a|per|each|every) (?:month|week|year|two weeks)(?![a-z])")
_EVERYDAY: Final = frozenset(_DATA["everyday_metrics"])
_BEFORE: Final = 45
_AFTER: Final = 30
_PAID_WITHIN: Final = 16  # characters between "I make" and what an hour is paid
_BEHIND: Final = re.compile(
    r"(?<![a-z])(?:behind|debo|debemos|atrasad[oa]s?)(?: like| about| por| unos| como)? \d\d? "
    r"(?:months?|payments?|weeks?|meses|pagos)|(?:\d\d?|two|three|four|five|six) (?:months?|payments?) behind"
)
_RIGHT_AFTER: Final = 2
_AVAILABLE: Final = re.compile(r"[ .,;\n]{1,3}(?:available|avail|avbl|disponible)(?: now| is| es)?[: ]{1,3}(?=[$£€])")
_FELL: Final = re.compile(
    r"(?<![a-z])(?:savings|checking|account|acct|balance)(?: [a-z]{2,10}){0,3} "
    r"(?:fell|dropped|dipped|went|is|are) (?:below|under) \$[\d,.]{1,12}\d[,;.]? (?:and )?(?:it )?"
    r"(?:is )?(?:now|currently|at|current balance:?|balance:?)(?: at| is)? (?P<now>-?\$[\d,]{1,12}(?:\.\d\d)?)(?!\d)"
)
_RAISED: Final = re.compile(
    r"(?<![a-z])raise(?: [a-z]{2,12}){0,4}[,:.;]? (?:from [a-z]{3,9},? )?(?:your )?(?:new )?(?:hourly )?(?:rate|"
    r"pay|wage)(?: is| of|:)? "
    r"(?P<rate>\$\d{1,3}(?:\.\d\d)? ?(?:/ ?|an |per )(?:hr|hour)(?![a-z]))"
)
_LINK: Final = 12  # characters between a cue and an amount that it tells
_LONG_LINK: Final = 28  # the same where nothing but linking words stand there: "income last year was $36k"
_LINKING: Final = frozenset(_DATA["linking"])
_SHARE_WITHIN: Final = 12  # characters from what is told as a share of an income to the share
_OVERDUE_WITHIN: Final = 30  # characters between a debt and that it is overdue
_WITHOUT_SIGN: Final = frozenset({"eps", "earnings per share"})
_PUBLIC: Final = re.compile(
    r"(?<![a-z])(?:public notice|press release(?: (?:at|is (?:up|out|live))|:)|now public|read (?:it|more) (?:at|on)|"
    r"just announced|as announced)(?![a-z])"
)


def find_finance(reading: Reading, words: Words, taken: bytearray) -> list[Draft]:
    """Drafts of financial information."""
    hits = LEXICON.find(reading.text, words)
    found: list[Draft] = []
    if not hits:
        return found
    behind = "behind" in reading.text or "deb" in reading.text or "atrasad" in reading.text
    harmless = secret = company = False
    for hit in hits:
        harmless = harmless or "not" in hit.kinds
        secret = secret or "unpublished" in hit.kinds
        company = company or "metric" in hit.kinds
    public = company and _PUBLIC.search(reading.text) is not None
    for sentence in sentences(reading, hits):
        amounts = [amount for amount in amounts_of(reading, sentence) if 1 not in taken[amount.start : amount.end]]
        told = [draft for amount in amounts if (draft := _personal(sentence, amount, harmless=harmless))]
        if told and not sentence.kind("not"):
            last = told[-1].spans[0][1]
            told += [
                Draft("FINANCIAL_INFO", ((amount.start, amount.end),), told[-1].reasons)
                for amount in amounts
                if amount.money and 0 < amount.start - last <= 30
            ]
        told = told or _below(sentence) or _raised(sentence)
        if told:
            told += _available(sentence, told[-1])
        told = told or _in_words(sentence, inbound=reading.direction == "in", behind=behind)
        found += told or ([] if public else _results(sentence, amounts, secret=secret))
    return found


def _available(sentence: Sentence, before: Draft) -> list[Draft]:
    """What is available, told right behind a balance: "Current balance: $4,652.20. Available: $489."."""
    word = _AVAILABLE.match(sentence.text, before.spans[0][1])
    place = amount_right_at(sentence.text, word.end()) if word else None
    return [Draft("FINANCIAL_INFO", (place,), before.reasons)] if place and not sentence.kind("not") else []


def _below(sentence: Sentence) -> list[Draft]:
    """What an account has by now: "Alert: savings fell below $100, now $64.10"."""
    match = _FELL.search(sentence.text, sentence.start, sentence.end) if "cue" in sentence.by_kind else None
    return [_draft(match.start("now"), match.end("now"), "finance.amount", "finance.cue/fell below")] if match else []


def _raised(sentence: Sentence) -> list[Draft]:
    """What an hour is paid after a raise: "Raise approved, new rate $27.50/hr"."""
    match = _RAISED.search(sentence.text, sentence.start, sentence.end) if "raise" in sentence.text else None
    if match is None:
        return []
    return [_draft(match.start("rate"), match.end("rate"), "finance.amount", "finance.cue/raise", "finance.person")]


def _in_words(sentence: Sentence, *, inbound: bool, behind: bool) -> list[Draft]:
    """Troubles with money that need no amount: "filed for bankruptcy". A company's words are an offer.

    `behind`: whether a word stands in the text without which nobody is behind with anything.
    """
    if (found := _overdue(sentence, may_be_behind=behind)) or not inbound or sentence.asks:
        return found
    return [_draft(hit.start, hit.end, f"finance.cue/{hit.phrase}", "finance.person") for hit in sentence.kind("told")]


def _overdue(sentence: Sentence, *, may_be_behind: bool) -> list[Draft]:
    """Somebody's loan that is overdue: "45 days past due on your mortgage". Bills of a shop are none."""
    if "debt" not in sentence.by_kind or sentence.asks:
        return []
    behind = _BEHIND.search(sentence.text, sentence.start, sentence.end) if may_be_behind else None
    if behind and (debt := sentence.around(*behind.span(), _OVERDUE_WITHIN, "debt")):
        return [_draft(behind.start(), max(behind.end(), debt.end), f"finance.cue/{debt.phrase}", "finance.person")]
    for hit in sentence.kind("late"):
        debt = sentence.around(hit.start, hit.end, _OVERDUE_WITHIN, "debt")
        if debt and sentence.around(hit.start, hit.end, _OVERDUE_WITHIN, "money_person"):
            start, end = min(hit.start, debt.start), max(hit.end, debt.end)
            return [_draft(start, end, f"finance.cue/{hit.phrase}", "finance.person")]
    return []


def _personal(sentence: Sentence, amount: Amount, *, harmless: bool) -> Draft | None:  # noqa: PLR0911 - each reason to say no
    """A balance, a pay, a debt or a credit score."""
    if amount.percent:
        share = sentence.before(amount.start, _SHARE_WITHIN, "share")
        return _draft(amount.start, amount.end, "finance.amount", f"finance.cue/{share.phrase}") if share else None
    score = sentence.before(amount.start, 34, "score") or sentence.after(amount.end, 28, "score")
    if score and not amount.money and _is_score(sentence, amount, score):
        return _draft(amount.start, amount.end, "finance.amount", f"finance.cue/{score.phrase}")
    before = sentence.before(amount.start, _BEFORE, "cue", "person_cue")
    after = sentence.after(amount.end, _AFTER, "cue", "person_cue")
    cue = before or after
    if cue is None:
        return None
    if (
        before
        and after
        and before.phrase in _WEAK
        and after.phrase not in _WEAK
        and after.start - amount.end <= _RIGHT_AFTER
    ):
        cue = after  # "payroll: deposit of $900 net pay"
    period = _PERIOD.match(sentence.text, amount.end) or _LATER_PERIOD.search(
        sentence.text, amount.end, min(sentence.end, amount.end + _AFTER + 20)
    )
    if (
        harmless
        and cue.phrase in _OF_A_FORM
        and sentence.text[cue.end : cue.end + 1] == ":"
        and not sentence.kind("not")
    ):
        harmless = False  # a line of a form: the rent stands on another
    if harmless and cue.phrase == _WHOSEVER and any("hiring" in hit.phrase for hit in sentence.kind("not")):
        return None
    if before and (paid := _by_hour(sentence, amount, before)):
        return paid
    if cue.phrase in _PERIODIC and not period:
        if after is None or after is cue:
            return None
        cue = after
    at_once = period is not None and (period.start() - amount.end <= 1 or amount.value >= SURELY_MONEY)
    if not amount.money and not _bare(sentence, amount, before, period=at_once):
        return None
    person = sentence.around(amount.start, amount.end, 70, "money_person")
    if not _at_a_bank(amount, cue, person) and (
        (harmless and cue.phrase in _WEAK) or _harmless(sentence, amount, cue, person)
    ):
        return None
    rules = ["finance.amount", f"finance.cue/{cue.phrase}"] + ([f"finance.person/{person.phrase}"] if person else [])
    return _draft(amount.start, period.end() if period and period.start() == amount.end else amount.end, *rules)


def _by_hour(sentence: Sentence, amount: Amount, cue: Hit) -> Draft | None:
    """What somebody is paid by the hour: "I make $23 an hour". Offers of work say no "I make"."""
    hourly = _HOURLY.match(sentence.text, amount.end) if cue.phrase in _PAID_BY_HOUR else None
    if hourly is None or amount.start - cue.end > _PAID_WITHIN:
        return None
    return _draft(amount.start, hourly.end(), "finance.amount", f"finance.cue/{cue.phrase}", "finance.person")


def _is_score(sentence: Sentence, amount: Amount, score: Hit) -> bool:
    """Whether a number is a credit score: in the range of scores, beside the phrase."""
    if not 300 <= amount.value <= 850 or amount.end - amount.start != 3:
        return False
    if score.phrase not in _SCORE_ALONE:
        return True
    between = sentence.words_between(min(score.end, amount.end), max(score.start, amount.start))
    return len(between) <= 2 and not sentence.around(amount.start, amount.end, 40, "not_score")


def _bare(sentence: Sentence, amount: Amount, before: Hit | None, *, period: bool) -> bool:
    """Whether a number without a currency is an amount of money here."""
    if 1950 <= amount.value <= 2035 and amount.end - amount.start == 4 and not period:
        return False
    if before is None or amount.value < 100:
        return False
    if period:
        return True
    words = sentence.words_between(before.end, amount.start)
    if before.phrase == "savings" and words == ["of"]:
        return False
    return (
        before.phrase in _BARE_OK
        and len(words) <= 3
        and not any(char in sentence.text[before.end : amount.start] for char in "#@")
    )


def _harmless(sentence: Sentence, amount: Amount, cue: Hit, person: Hit | None) -> bool:
    harmless = sentence.kind("not")
    weak = cue.phrase in _WEAK
    if weak and (harmless or not (person or _tells(sentence, cue, amount))):
        return True
    if not harmless:
        return False
    gap = amount.start - cue.end if cue.end <= amount.start else cue.start - amount.end
    closest = sentence.around(amount.start, amount.end, max(0, gap), "not")
    return closest is not None or (len(harmless) > 1 and not person)


def _at_a_bank(amount: Amount, cue: Hit, person: Hit | None) -> bool:
    """Whether somebody's amount lies right there: "I've $900 in the bank, can I still rent it"."""
    told = person is not None and amount.money and amount.end <= cue.start <= amount.end + 2
    return told and not _AT_A_BANK.isdisjoint(cue.phrase.split())


def _tells(sentence: Sentence, cue: Hit, amount: Amount) -> bool:
    """ "Balance: $40", "bal is 40": a statement, nothing between but linking."""
    if cue.end > amount.start:
        return True
    words = WORD.findall(sentence.text, cue.end, amount.start)
    gap = amount.start - cue.end
    return (len(words) <= 1 and gap <= _LINK) or (gap <= _LONG_LINK and _LINKING.issuperset(words))


def _results(sentence: Sentence, amounts: list[Amount], *, secret: bool) -> list[Draft]:
    """A company's results before they are public."""
    metric = sentence.kind("metric")
    if not metric or not amounts:
        return []
    quarter = bool(sentence.kind("quarter"))
    if not secret and not (quarter and metric[0].phrase not in _EVERYDAY):
        return []
    for hit in metric:
        near = [
            amount
            for amount in amounts
            if (amount.money or amount.percent or hit.phrase in _WITHOUT_SIGN) and -40 <= amount.start - hit.end <= 60
        ]
        if near:
            start, end = min(hit.start, near[0].start), max(hit.end, near[-1].end)
            if end - start > 60:
                start, end = near[0].start, near[0].end
            return [
                _draft(
                    start,
                    end,
                    "finance.amount",
                    f"finance.cue/{hit.phrase}",
                    *(["finance.unpublished"] if secret else []),
                )
            ]
    return []


def _draft(start: int, end: int, *rules: str) -> Draft:
    return Draft("FINANCIAL_INFO", ((start, end),), reasons(*rules))
