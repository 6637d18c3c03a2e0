"""Contacts: list, find by number, read, create, change."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import checked, read_parameters
from accounts.models import Membership
from accounts.permissions import Permission
from texting import contacts as use_cases
from texting import queries
from texting.api import examples
from texting.api.pages import ContactPage, cursor_of
from texting.api.shapes import ContactChange, ContactParameters, NewContact, NumberSearch
from texting.api.shown import WholeContact, show_whole
from texting.conversations import NotPossible
from texting.fields.reading import fields_for
from texting.fields.writing import BadValues, set_values
from texting.filtering.conditions import TAG, Ask, Condition, Filter
from texting.filtering.looking import records_page
from texting.filtering.saving import access_saved, wish_of
from texting.models import Contact
from texting.phone_numbers import BadNumber, PhoneNumber, parse

_MISSING = (Kind.PERMISSION_MISSING, Kind.NOT_FOUND)


class Contacts(Endpoint):
    """The list, and adding to it."""

    needs = {
        "get": (Permission.CONTACTS_READ,),
        # whoever adds a number learns whose it is already, so this is a look-up by number too
        "post": (Permission.CONTACTS_READ, Permission.CONTACTS_EDIT, Permission.CONTACTS_REVEAL),
    }

    @describe(
        "List contacts",
        answer=ContactPage,
        example={"data": [examples.WHOLE_CONTACT], "next": None},
        parameters=[ContactParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Contacts",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """The organization's contacts, or those with one tag or of a saved filter, the newest first."""
        wanted = read_parameters(request, ContactParameters)
        page = records_page(self.member, self._wish(wanted), cursor_of(wanted), wanted["limit"])
        return page_answer(request, show_whole(self.member, page.rows), page.next)

    def _wish(self, wanted: dict[str, Any]) -> Filter:
        conditions = (Condition(TAG, Ask.HAS, str(wanted["tag_id"])),) if "tag_id" in wanted else ()
        if "filter_id" not in wanted:
            return Filter(conditions)
        try:
            saved = wish_of(access_saved(self.member, wanted["filter_id"]))
        except queries.NotYours:
            said = "There is no filter with this id that is shared with everybody and that this key may use."
            raise Problem(Kind.INVALID, errors=[Flaw(said, parameter="filter_id")]) from None
        return Filter((*conditions, *saved.conditions))

    @describe(
        "Create a contact",
        status=201,
        answer=WholeContact,
        example=examples.WHOLE_CONTACT,
        request=NewContact,
        request_example={"number": "+12125550181", "name": "Marcus Bell"},
        problems=[Kind.PERMISSION_MISSING],
        repeatable=True,
        more={200: (WholeContact, examples.WHOLE_CONTACT)},
        tag="Contacts",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Add a person. 200 instead of 201 when the number is known already; that contact keeps its name. A contact
        has given no permission by being created.
        """
        wanted = checked(self.body, NewContact)
        number = _number(wanted["number"], self.member.organization.country)
        contact, is_new = use_cases.create_contact(member=self.member, number=number, name=wanted.get("name", ""))
        return answer(_whole(self.member, contact), status=201 if is_new else 200)


class ContactSearch(Endpoint):
    """Finding somebody by number."""

    needs = {"post": (Permission.CONTACTS_READ, Permission.CONTACTS_REVEAL)}
    keeps_answers = False

    @describe(
        "Find a contact by number",
        answer=ContactPage,
        example={"data": [examples.WHOLE_CONTACT], "next": None},
        request=NumberSearch,
        request_example={"number": "+12125550181"},
        problems=[Kind.PERMISSION_MISSING],
        tag="Contacts",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """The contact with exactly this number, in a list of one or none."""
        number = _number(checked(self.body, NumberSearch)["number"], self.member.organization.country)
        found = queries.contact_with_number(self.member, number)
        return answer({"data": [_whole(self.member, found)] if found else [], "next": None})


class OneContact(Endpoint):
    """A contact by its id."""

    needs = {
        "get": (Permission.CONTACTS_READ,),
        "patch": (Permission.CONTACTS_READ, Permission.CONTACTS_EDIT, Permission.CONTACTS_REVEAL),
    }

    @describe("Read a contact", answer=WholeContact, example=examples.WHOLE_CONTACT, problems=_MISSING, tag="Contacts")
    def get(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """One contact."""
        return answer(_whole(self.member, queries.access_contact(self.member, contact_id)))

    @describe(
        "Change a contact",
        answer=WholeContact,
        example=examples.WHOLE_CONTACT,
        request=ContactChange,
        request_example={"name": "Marcus Bell", "values": {"019ab4c1-3d4e-7f50-9b1c-2d3e4f5a6b7d": "2027-03-31"}},
        problems=[*_MISSING, Kind.CONFLICT],
        repeatable=True,
        tag="Contacts",
    )
    def patch(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Change the name under which the organization knows a contact, what stands in its fields, or both. All of it
        or nothing.
        """
        wanted = checked(self.body, ContactChange)
        found = queries.access_contact(self.member, contact_id)
        if "values" in wanted:
            _write(self.member, found, wanted["values"])
        if "name" in wanted:
            try:
                use_cases.rename_contact(member=self.member, contact=found, name=wanted["name"])
            except NotPossible as error:
                raise Problem(Kind.CONFLICT, str(error)) from None
        return answer(_whole(self.member, queries.access_contact(self.member, contact_id)))


def _whole(member: Membership, contact: Contact) -> dict[str, Any]:
    return show_whole(member, [contact])[0]


def _write(member: Membership, contact: Contact, values: dict[str, str]) -> None:
    """Raises Problem for a field that the key may not change and for a value that cannot stand there."""
    mine = {str(field.id): field.id for field in fields_for(member) if field.may_edit}
    said = "This key changes no field with this id."
    if errors := [Flaw(said, pointer=f"/values/{name[:40]}") for name in values if name not in mine]:
        raise Problem(Kind.INVALID, errors=errors)
    try:
        set_values(member=member, contact=contact, typed={mine[name]: text for name, text in values.items()})
    except BadValues as refused:
        found = [Flaw(words, pointer=f"/values/{pk}" if pk else "/values") for pk, words in refused.errors.items()]
        raise Problem(Kind.INVALID, errors=found) from None


def _number(text: str, country: str) -> PhoneNumber:
    try:
        return parse(text, country)
    except BadNumber as error:
        raise Problem(Kind.INVALID, errors=[Flaw(str(error), pointer="/number")]) from None
