"""What pages say of a file: its kind, its size, why it is not shown."""

from django.utils.translation import gettext, gettext_lazy

from texting.attachments import kinds
from texting.attachments.kinds import Reason

KIND_WORDS = {
    kinds.HEIC: gettext_lazy("HEIC picture"),
    kinds.PDF: gettext_lazy("PDF"),
    kinds.VCARD: gettext_lazy("Contact card"),
    kinds.MP4: gettext_lazy("Video"),
    kinds.THREE_GP: gettext_lazy("Video"),
    kinds.QUICKTIME: gettext_lazy("Video"),
    kinds.M4A: gettext_lazy("Audio"),
    kinds.MP3: gettext_lazy("Audio"),
    kinds.AMR: gettext_lazy("Voice message"),
    kinds.OGG: gettext_lazy("Audio"),
    kinds.WAV: gettext_lazy("Audio"),
    kinds.GIF: gettext_lazy("Animation"),
}
REASONS = {
    Reason.TYPE: gettext_lazy("This kind of file is not opened here."),
    Reason.TOO_LARGE: gettext_lazy("The file is larger than 25 MB."),
    Reason.EMPTY: gettext_lazy("The file is empty."),
    Reason.BROKEN: gettext_lazy("The picture is damaged and cannot be read."),
    Reason.BOMB: gettext_lazy("The picture has too many points to be opened safely."),
    Reason.ACTIVE: gettext_lazy("The document holds a program or other files, so it is not opened here."),
    Reason.INFECTED: gettext_lazy("The virus scanner found something. The file was thrown away."),
    Reason.NOT_FETCHED: gettext_lazy("The provider did not hand it over. Ask the customer to send it again."),
    Reason.SCANNER_AWAY: gettext_lazy("Waits for the virus scanner, which does not answer."),
    Reason.PROVIDER_AWAY: gettext_lazy("Waits for the provider, which does not answer."),
    Reason.HEIC: gettext_lazy("Save the picture as JPEG first: HEIC may tell where it was taken."),
    Reason.TOO_HEAVY: gettext_lazy("The file does not fit into one text. Make it smaller or send a link."),
    Reason.TOO_MANY: gettext_lazy("One text carries no more files."),
}


def kind_word(content_type: str) -> str:
    """`Picture`, `PDF`, `Contact card` ..., `File` for what is not known yet."""
    kind = kinds.KINDS.get(content_type)
    if kind is None:
        return gettext("File")
    return str(KIND_WORDS.get(kind, gettext("Picture")))


def reason_sentence(reason: str) -> str:
    """Why a file is not shown, in one sentence; "" when nothing is said."""
    return str(REASONS[Reason(reason)]) if reason else ""


def size_words(size: int) -> str:
    """`480 KB`, `3.2 MB`: thousands, as carriers count."""
    if size < 1_000_000:
        return gettext("%(size)s KB") % {"size": max(1, round(size / 1000))}
    return gettext("%(size)s MB") % {"size": f"{size / 1_000_000:.1f}"}
