"""Contacts: list, find by number, read, create, rename."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import page_answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import checked, read_parameters
from accounts.permissions import Permission
from texting import contacts as use_cases
from texting import queries
from texting.api import examples
from texting.api.pages import ContactPage, cursor_of
from texting.api.shapes import ContactParameters, NewContact, NewName, NumberSearch
from texting.api.shown import ShownContact, show_contact, with_tags
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
        example={"data": [examples.CONTACT], "next": None},
        parameters=[ContactParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Contacts",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """The organization's contacts, or those with one tag, the newest first."""
        wanted = read_parameters(request, ContactParameters)
        page = queries.contact_records(self.member, cursor_of(wanted), wanted["limit"], tag=wanted.get("tag_id"))
        with_tags(page.rows)
        return page_answer(request, [show_contact(self.member, row) for row in page.rows], page.next)

    @describe(
        "Create a contact",
        status=201,
        answer=ShownContact,
        example=examples.CONTACT,
        request=NewContact,
        request_example={"number": "+12125550181", "name": "Marcus Bell"},
        problems=[Kind.PERMISSION_MISSING],
        repeatable=True,
        more={200: (ShownContact, examples.CONTACT)},
        tag="Contacts",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Add a person. 200 instead of 201 when the number is known already; that contact keeps its name. A contact
        has given no permission by being created.
        """
        wanted = checked(self.body, NewContact)
        number = _number(wanted["number"], self.member.organization.country)
        contact, is_new = use_cases.create_contact(member=self.member, number=number, name=wanted.get("name", ""))
        return answer(show_contact(self.member, contact), status=201 if is_new else 200)


class ContactSearch(Endpoint):
    """Finding somebody by number."""

    needs = {"post": (Permission.CONTACTS_READ, Permission.CONTACTS_REVEAL)}

    @describe(
        "Find a contact by number",
        answer=ContactPage,
        example={"data": [examples.CONTACT], "next": None},
        request=NumberSearch,
        request_example={"number": "+12125550181"},
        problems=[Kind.PERMISSION_MISSING],
        repeatable=True,
        tag="Contacts",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """The contact with exactly this number, in a list of one or none."""
        number = _number(checked(self.body, NumberSearch)["number"], self.member.organization.country)
        found = queries.contact_with_number(self.member, number)
        return answer({"data": [show_contact(self.member, found)] if found else [], "next": None})


class OneContact(Endpoint):
    """A contact by its id."""

    needs = {
        "get": (Permission.CONTACTS_READ,),
        "patch": (Permission.CONTACTS_READ, Permission.CONTACTS_EDIT, Permission.CONTACTS_REVEAL),
    }

    @describe("Read a contact", answer=ShownContact, example=examples.CONTACT, problems=_MISSING, tag="Contacts")
    def get(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """One contact."""
        return answer(show_contact(self.member, queries.access_contact(self.member, contact_id)))

    @describe(
        "Rename a contact",
        answer=ShownContact,
        example=examples.CONTACT,
        request=NewName,
        request_example={"name": "Marcus Bell"},
        problems=_MISSING,
        repeatable=True,
        tag="Contacts",
    )
    def patch(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Change the name under which the organization knows a contact."""
        name = checked(self.body, NewName)["name"]
        found = queries.access_contact(self.member, contact_id)
        use_cases.rename_contact(member=self.member, contact=found, name=name)
        return answer(show_contact(self.member, found))


def _number(text: str, country: str) -> PhoneNumber:
    try:
        return parse(text, country)
    except BadNumber as error:
        raise Problem(Kind.INVALID, errors=[Flaw(str(error), pointer="/number")]) from None
