"""What can go wrong with backups. Messages are sentences that say what to do."""


class BackupError(Exception):
    """It cannot be done; nothing was changed unless the message says so."""


class Damaged(BackupError):
    """A copy is not what was written: altered, cut, or of another backup."""
