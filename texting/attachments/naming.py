"""What a file that somebody chose is called: the last part of its path, without what is not seen, not too long."""

LONGEST = 120  # characters


def plain(name: str) -> str:
    """The last part, printable, of any length: what is looked into before it is `cut`."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable()).strip()


def cut(name: str) -> str:
    """At most `LONGEST` characters, those at the end, which say what kind of file it is."""
    return name[-LONGEST:].strip()
