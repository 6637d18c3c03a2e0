"""What PostgreSQL wrote of a picture, a file and their names cannot be read there, and by nobody once a key is gone."""

import hashlib
from datetime import UTC

import pytest

from tenancy.encryption import KeyDestroyed, day_scope, keyring
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tests.tenancy.conftest import superuser
from tests.tenancy.test_data_files import found_on_disk, spellings
from tests.texting.attachments import samples
from tests.texting.attachments.keeping import keep_file
from tests.texting.desk import busy_desk
from texting.attachments import storing
from texting.attachments.inspecting import inspect
from texting.models import Attachment, Message

__all__ = ["busy_desk", "superuser"]
pytestmark = pytest.mark.usefixtures("far_end")

MARK = "%Elderflower cordial, reference 5531-K"
PICTURE = samples.saved(samples.noise((90, 70)), "PNG")  # nobody else's: a form's logo is public, and kept as it is
NAME, ALT = "Gooseberry-lease.pdf", "A quince tree behind the clinic"


@pytest.fixture
def kept(busy_desk) -> tuple[Attachment, Attachment]:
    """A document and a picture."""
    conversation = busy_desk.hear("Here")
    with activate(busy_desk.organization):
        message = Message.objects.get(conversation=conversation)
        document = keep_file(message, samples.PDF + MARK.encode(), name=NAME)
        document.alt = ALT
        document.save()
        return document, keep_file(message, PICTURE)


def test_nothing_of_a_file_stands_on_disk_in_the_clear(busy_desk, kept, superuser):
    picture = inspect(PICTURE)
    needles = {spelling for text in (MARK, NAME, ALT) for spelling in spellings(text)}
    needles |= {picture.content[40:80], picture.thumbnail[40:80], hashlib.sha256(picture.content).digest()}
    assert found_on_disk(superuser(), needles | {b"Front desk"}) == {b"Front desk"}, "the search finds what is there"


@pytest.mark.parametrize("kind", ["contact", "file"])
def test_without_the_contact_s_or_the_day_s_key_the_bytes_are_noise(busy_desk, kept, superuser, kind):
    document, picture = kept
    with activate(busy_desk.organization):
        scope = str(document.contact_id) if kind == "contact" else day_scope(document.created_at.astimezone(UTC).date())
        key = keyring.current(busy_desk.organization.pk, kind, scope)
        destroy_keys(kind, scope, reason="erasure")
        for read in (storing.read, storing.read_thumbnail):
            with pytest.raises(KeyDestroyed):
                read(picture)
        with pytest.raises(KeyDestroyed):
            storing.read(Attachment.objects.get(pk=document.pk))
    assert found_on_disk(superuser(), [key.secret, MARK.encode()]) == set()
