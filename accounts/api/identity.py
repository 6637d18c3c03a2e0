"""Who the key is, and whose it is."""

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.models import Team
from accounts.permissions import Permission

_TEAM = {"id": "019ab4be-3d4e-7f5a-8b6c-7d8e9f0a1b2c", "name": "Front desk"}


class TeamShape(serializers.Serializer):  # type: ignore[type-arg]
    """A team."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class MeShape(serializers.Serializer):  # type: ignore[type-arg]
    """The integration that the key belongs to, and what it may do."""

    id = serializers.UUIDField(help_text="The member that this integration acts as.")
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    every_team = serializers.BooleanField()
    teams = TeamShape(many=True)


class OrganizationShape(serializers.Serializer):  # type: ignore[type-arg]
    """The organization that the key belongs to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166; numbers without a country code are read as of this one.")
    time_zone = serializers.CharField(help_text="A name of the IANA database.")


class Me(Endpoint):
    """The integration itself."""

    needs = {"get": ()}

    @describe(
        "Read what the key may do",
        answer=MeShape,
        example={
            "id": "019ab4bf-0a1b-7c2d-9e3f-4a5b6c7d8e9f",
            "name": "Appointment reminders",
            "permissions": ["conversations:read", "messages:send"],
            "every_team": False,
            "teams": [_TEAM],
        },
        tag="Organization",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """A good first request: it shows that the key works."""
        teams = Team.objects.filter(pk__in=self.member.team_ids)
        shown = {
            "id": self.member.pk,
            "name": self.member.user.name,
            "permissions": sorted(permission.value for permission in self.member.permissions),
            "every_team": self.member.may(Permission.CONVERSATIONS_READ_ALL),
            "teams": [{"id": team.pk, "name": team.name} for team in teams],
        }
        return answer(shown)


class OwnOrganization(Endpoint):
    """Whose key it is."""

    needs = {"get": ()}

    @describe(
        "Read the organization",
        answer=OrganizationShape,
        example={
            "id": "019ab4bd-1234-7abc-8def-0123456789ab",
            "name": "Harbor Dental",
            "country": "US",
            "time_zone": "America/New_York",
        },
        tag="Organization",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """The organization that the key belongs to."""
        own = self.member.organization
        return answer({"id": own.pk, "name": own.name, "country": own.country, "time_zone": own.time_zone})
