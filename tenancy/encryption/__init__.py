"""Text that is sealed at rest: which keys seal it, where they are kept, how they end.

root key (outside every database) -> key of an organization -> data keys of a day, a contact, the settings. A text is
sealed under one data key or under several together; destroying any of them makes it noise for good.
"""

from tenancy.encryption.errors import CannotSeal, EncryptionError, KeyDestroyed, KeysNotReady, Undecryptable, Withheld
from tenancy.encryption.key_sources import ConfigKey, ContactKey, DayKey, InstallationKey, RowKey, day_scope
from tenancy.encryption.opening import opening_withheld

# After that fields, then the rest: models are made of fields, and the rest reads models.
from tenancy.encryption.fields import EncryptedTextField, Sealed, is_withheld, readable  # isort: skip
from tenancy.encryption.bytes_field import EncryptedBytesField  # isort: skip
from tenancy.encryption.many_rows import fetch_current_keys, open_together, prefetch  # isort: skip
from tenancy.encryption.blind_index import blind_index  # isort: skip

__all__ = [
    "CannotSeal",
    "ConfigKey",
    "ContactKey",
    "DayKey",
    "EncryptedBytesField",
    "EncryptedTextField",
    "EncryptionError",
    "InstallationKey",
    "KeyDestroyed",
    "KeysNotReady",
    "RowKey",
    "Sealed",
    "Undecryptable",
    "Withheld",
    "blind_index",
    "day_scope",
    "fetch_current_keys",
    "is_withheld",
    "open_together",
    "opening_withheld",
    "prefetch",
    "readable",
]
