"""The types of texts: their rules as data, and their words."""

from compliance import scopes
from compliance.content_types.catalogue import ADMINISTRATIVE, CATALOGUE, PARTS, ContentType, Part, named
from compliance.content_types.kinds import RULES


def test_the_six_administrative_types_are_the_categories_of_permission() -> None:
    assert [type.value for type in ADMINISTRATIVE] == list(scopes.CATEGORIES)


def test_each_type_needs_a_permission_that_exists_and_what_sells_needs_marketing() -> None:
    assert {entry.rules.scope for entry in CATALOGUE.values()} <= set(scopes.SCOPES)
    assert {type for type, rules in RULES.items() if rules.scope == scopes.MARKETING} == {
        ContentType.TIP,
        ContentType.PROMOTION,
    }


def test_only_an_offer_may_hold_a_discount() -> None:
    assert [type for type, rules in RULES.items() if not rules.not_allowed({Part.PRICE_OFF})] == [ContentType.PROMOTION]


def test_an_appointment_needs_a_date_or_a_time_and_an_order_its_number() -> None:
    appointment, order = RULES[ContentType.APPOINTMENT], RULES[ContentType.ORDER]
    assert appointment.missing([Part.LINK]) == (frozenset({Part.DATE, Part.TIME}),)
    assert appointment.missing([Part.TIME]) == ()
    assert order.missing([Part.DATE]) == (frozenset({Part.REFERENCE}),)
    assert order.not_allowed([Part.REFERENCE, Part.OFFER, Part.DATE]) == (Part.OFFER,)


def test_each_type_and_part_has_words() -> None:
    assert set(CATALOGUE) == set(ContentType)
    assert all(str(one.label) and str(one.help) for one in CATALOGUE.values())
    assert set(PARTS) == set(Part)
    assert named({Part.TIME, Part.DATE}) == "a date or a time"
