"""What can go wrong with sealed text."""


class EncryptionError(Exception):
    """Base of this package's errors. Messages name tables, columns and ids, never content or keys."""


class Undecryptable(EncryptionError):
    """The stored bytes are not what was sealed for this row: damaged, altered, or moved here from elsewhere."""


class KeyDestroyed(EncryptionError):
    """The key is gone on purpose, and so is what it sealed."""


class Withheld(KeyDestroyed):
    """The key is there, and what it sealed is hidden from everybody until somebody decides (`withholding`).

    Whoever shows texts treats it as gone; whoever keeps them says so with `opening.opening_withheld`.
    """


class KeysNotReady(EncryptionError):
    """The root key is missing, is not 32 bytes, or is not the one that wrapped the stored keys."""


class CannotSeal(EncryptionError):
    """The row does not say yet which keys are its own, or the text is written in a way that cannot seal it."""
