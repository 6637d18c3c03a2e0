"""The company's directory, the people and groups it sent, and the tokens it shows (SCIM)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.membership import Membership
from accounts.models.role import Role
from accounts.models.team import Team
from tenancy.ids import new_id
from tenancy.isolation import TenantModel, same_organization


class Directory(models.Model):
    """A directory row: the machine member that acts for the company's directory; one for an organization.

    The member is what is recorded as the actor; it holds no permission and signs in nowhere.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="directory")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_asked_at = models.DateTimeField(null=True, blank=True)

    by_owner = False
    """Whether the token of the request that is being answered was made by somebody who is an owner now; no column."""

    def __str__(self) -> str:
        return str(self.membership_id)


class DirectoryToken(models.Model):
    """A directory row: read before an organization is known. Of the token only the SHA-256 is kept.

    `shown` is its beginning, for people. It opens nothing once `ends_at` has passed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    directory = models.ForeignKey(Directory, on_delete=models.PROTECT, related_name="tokens")
    token_hash = models.BinaryField(max_length=32, unique=True)
    shown = models.CharField(max_length=24)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.shown


class DirectoryPerson(TenantModel):
    """A person whom the directory sent. The row's id is the resource's; a person removed and sent again gets a new one.

    `attributes` is the resource as it was sent, as far as it is kept. `active` is what the directory wants.
    `ended_epoch` is the member's epoch right after the directory ended it: while they are equal nobody else has ended
    the member since, so the directory may bring them back.
    """

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="directory_rows")
    user_name = models.CharField(max_length=254)
    external_id = models.CharField(max_length=254, blank=True)
    attributes = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    ended_epoch = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("membership"),
            models.UniqueConstraint(
                "organization",
                Lower("user_name"),
                condition=Q(removed_at__isnull=True),
                name="accounts_directoryperson_user_name",
            ),
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(removed_at__isnull=True),
                name="accounts_directoryperson_member",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "external_id"], name="accounts_directoryperson_ext"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DirectoryGroup(TenantModel):
    """A group that the directory sent, and what its people get here: a role, a team, both or nothing."""

    name = models.CharField(max_length=254)
    external_id = models.CharField(max_length=254, blank=True)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("role", "team"),
            models.UniqueConstraint("organization", Lower("name"), name="accounts_directorygroup_name"),
        ]

    def __str__(self) -> str:
        return self.name


class DirectoryGroupMember(TenantModel):
    """One person in one group."""

    group = models.ForeignKey(DirectoryGroup, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(DirectoryPerson, on_delete=models.CASCADE, related_name="groups")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("group", "person"),
            models.UniqueConstraint(fields=["organization", "group", "person"], name="accounts_directorymember_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.group_id}"
