"""The lines that a key may use, and who answers on them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.problems import Kind
from accounts.permissions import Permission
from texting import queries
from texting.api import examples
from texting.api.shown_lines import ShownLines, ShownMembers, show_lines


class Lines(Endpoint):
    """The lines of the key's teams."""

    needs = {"get": ()}

    @describe("List lines", answer=ShownLines, example={"data": [examples.LINE]}, tag="Lines")
    def get(self, request: HttpRequest) -> HttpResponse:
        """The lines that the key may send from and whose conversations it may read."""
        return answer({"data": show_lines(list(queries.visible_lines(self.member)))})


class LineMembers(Endpoint):
    """Who may be given a conversation of a line."""

    needs = {"get": (Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_ASSIGN)}

    @describe(
        "List a line's members",
        answer=ShownMembers,
        example={"data": [{"id": examples.MEMBER_ID, "name": "Amelia Okafor"}]},
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Lines",
    )
    def get(self, request: HttpRequest, line_id: UUID) -> HttpResponse:
        """The people who may read and answer the line's conversations, by name."""
        line = queries.access_line(self.member, line_id)
        return answer({"data": [{"id": one.id, "name": one.name} for one in queries.colleagues_on(line)]})
