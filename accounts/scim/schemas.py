"""What the directory may say of people and groups, and how the service describes itself. Plain values.

Of the many attributes of RFC 7643 those are kept that the product uses; `IGNORED` are the others that directories send
by themselves: they are taken without an error and kept nowhere. Anything else is a mistake and is answered as one.
"""

from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"

LARGEST_PAGE = 200
USUAL_PAGE = 100

KEPT = {
    USER: ("userName", "externalId", "name", "displayName", "emails", "active"),
    GROUP: ("displayName", "externalId", "members"),
}
NAME_PARTS = ("formatted", "givenName", "familyName")
EMAIL_PARTS = ("value", "type", "primary")
IGNORED = frozenset(
    (
        "schemas id meta nickName profileUrl title userType preferredLanguage locale timezone password phoneNumbers ims"
        " photos addresses groups entitlements roles x509Certificates"
    )
    .lower()
    .split()
)
IGNORED_NAME_PARTS = frozenset({"middlename", "honorificprefix", "honorificsuffix"})


def _attribute(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    described = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": "",
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    if kind == "complex":
        described.pop("caseExact")
    return {**described, **more}


_EXTERNAL_ID = _attribute("externalId", caseExact=True, description="The directory's own id of it.")
_USER_ATTRIBUTES = [
    _attribute("userName", required=True, uniqueness="server", description="What the directory calls the person."),
    _EXTERNAL_ID,
    _attribute(
        "name",
        "complex",
        description="The person's name.",
        subAttributes=[_attribute(part, description="A part of the name.") for part in NAME_PARTS],
    ),
    _attribute("displayName", description="What colleagues see."),
    _attribute(
        "emails",
        "complex",
        multiValued=True,
        description="Addresses; the primary one is used to sign in.",
        subAttributes=[
            _attribute("value", description="The address."),
            _attribute("type", description="Such as work.", canonicalValues=["work", "home", "other"]),
            _attribute("primary", "boolean", description="Whether it is the one to use."),
        ],
    ),
    # Said to be required because it cannot be taken away; who leaves it out means yes at first, and no change later.
    _attribute("active", "boolean", required=True, description="Whether the person may sign in."),
]
_GROUP_ATTRIBUTES = [
    _attribute("displayName", required=True, description="The group's name."),
    _EXTERNAL_ID,
    _attribute(
        "members",
        "complex",
        multiValued=True,
        description="Who is in the group.",
        subAttributes=[
            _attribute("value", mutability="immutable", description="The id of the person."),
            _attribute(
                "$ref",
                "reference",
                mutability="immutable",
                referenceTypes=["User"],
                caseExact=True,
                description="The person's address.",
            ),
        ],
    ),
]


def schemas(base: str) -> list[dict[str, Any]]:
    """`/Schemas`; `base` is the address of the service without a slash at its end."""
    described = (
        (USER, "User", "A person.", _USER_ATTRIBUTES),
        (GROUP, "Group", "A group of people.", _GROUP_ATTRIBUTES),
    )
    return [
        {
            "schemas": [_SCHEMA],
            "id": urn,
            "name": name,
            "description": words,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, name, words, attributes in described
    ]


def resource_types(base: str) -> list[dict[str, Any]]:
    """`/ResourceTypes`."""
    return [
        {
            "schemas": [_TYPE],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "description": words,
            "schema": urn,
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
        }
        for name, urn, words in (("User", USER, "A person."), ("Group", GROUP, "A group of people."))
    ]


def service_provider_config(base: str) -> dict[str, Any]:
    """`/ServiceProviderConfig`."""
    no = {"supported": False}
    return {
        "schemas": [_CONFIG],
        "documentationUri": base.removesuffix("/scim/v2") + "/developers/",
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": LARGEST_PAGE},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The token that Settings > Directory shows once.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }
