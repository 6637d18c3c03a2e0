"""References between tenant rows that are written by the thousand: one foreign key checks each (decision 0413)."""

from typing import Any, TypeVar

from django.db import models

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")


class OneKeyReference(models.ForeignKey[_Set, _Get]):
    """A foreign key that the database checks by `SameOrganization` alone, which its model names beside it.

    Nothing that is referred to can be deleted; `null` makes it optional in forms, too. It has no index of its own, as
    one of the model's begins with the organization and it: where none does, say `db_index=True`.
    """

    def __init__(self, to: type[models.Model] | str, *, null: bool = False, **more: Any) -> None:
        usual: dict[str, Any] = {
            "on_delete": models.PROTECT,
            "related_name": "+",
            "blank": null,
            "db_index": False,
            "db_constraint": False,
        }
        super().__init__(to, null=null, **{**usual, **more})

    def clone(self) -> Any:
        """A plain foreign key that says the same: migrations know this class by what it stands for."""
        _name, _path, arguments, named = self.deconstruct()
        return models.ForeignKey(*arguments, **named)
