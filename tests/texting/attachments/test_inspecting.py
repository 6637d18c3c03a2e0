"""What may be stored of a file: recognized by its bytes, without its past, without anything hidden in it."""

import hashlib
import io
import zlib

import pytest
from PIL import Image, ImageSequence

from tests.scaling import grows_in_step
from tests.texting.attachments import samples
from texting.attachments import kinds
from texting.attachments.inspecting import PICTURE_TARGET, inspect, inspect_for_sending
from texting.attachments.kinds import FileRefused, Reason


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    "make",
    [samples.jpeg_with_place, samples.png_with_place, samples.webp_with_place, samples.gif_with_place],
    ids=["jpeg", "png", "webp", "gif"],
)
def test_a_picture_loses_where_and_by_what_it_was_taken(make):
    before = make()
    assert samples.GPS_NOTE in before, "the sample says where it was taken"
    for found in (inspect(before), inspect_for_sending(before, room=900_000)):
        for content in (found.content, found.thumbnail):
            assert samples.GPS_NOTE not in content
            after = opened(content)
            after.load()
            assert not after.getexif()
            assert not {"exif", "comment", "xmp", "XML:com.adobe.xmp", "Location", "icc_profile"} & after.info.keys()


@pytest.mark.parametrize("make", [samples.jpeg_with_place, samples.png_with_place, samples.webp_with_place])
def test_a_picture_is_stored_the_right_way_up(make):
    found = inspect(make())
    assert (found.width, found.height) == (48, 64), "EXIF says: turn by a quarter"
    assert opened(found.content).size == (48, 64)


@pytest.mark.parametrize("inspecting", [inspect, lambda content: inspect_for_sending(content, room=900_000)])
def test_an_animation_stays_one(inspecting):
    after = opened(inspecting(samples.gif_with_place()).content)
    assert [frame.info["duration"] for frame in ImageSequence.Iterator(after)] == [100, 200, 300]


def test_a_see_through_picture_stays_see_through():
    found = inspect(samples.saved(samples.picture(mode="RGBA", colour=(0, 0, 0, 0)), "PNG"))
    assert opened(found.content).getchannel("A").getextrema()[0] == 0
    assert opened(found.thumbnail).mode == "RGBA"


def test_a_page_behind_a_picture_does_not_survive():
    before = samples.jpeg_with_page()
    assert before.count(b"<script>") == 2
    assert b"<script" not in inspect(before).content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY),
        (samples.PAGE, Reason.TYPE),
        (samples.SVG, Reason.TYPE),
        (b"GIF89a" + samples.PAGE, Reason.BROKEN),
        (b"\xff\xd8\xff" + samples.PAGE, Reason.BROKEN),
        (samples.saved(samples.picture(), "PNG")[:120], Reason.BROKEN),
        (samples.png_bomb(), Reason.BOMB),
        (samples.growing_gif(), Reason.BOMB),
        (samples.growing_gif(size=(5000, 5000)), Reason.BOMB),
        (samples.saved(samples.picture(), "TIFF"), Reason.TYPE),
        (b" " + samples.PDF, Reason.TYPE),
        (b"BEGIN:VCARD\r\n\xff\xfe", Reason.TYPE),
        (b"MZ" + bytes(200), Reason.TYPE),
        (b"PK\x03\x04" + bytes(200), Reason.TYPE),
        (samples.EICAR, Reason.TYPE),
    ],
)
def test_what_is_not_on_the_list_or_not_what_it_seems_is_refused(content, reason):
    with pytest.raises(FileRefused) as refused:
        inspect(content)
    assert refused.value.reason is reason


@pytest.mark.parametrize("way", ["plain", "coded", "launch", "compressed"])
def test_a_document_with_a_program_is_refused(way):
    with pytest.raises(FileRefused) as refused:
        inspect(samples.pdf_with_program(way))
    assert refused.value.reason is Reason.ACTIVE


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.PDF, kinds.PDF),
        (samples.VCARD, kinds.VCARD),
        (samples.MP4, kinds.MP4),
        (b"#!AMR\n" + bytes(40), kinds.AMR),
    ],
)
def test_files_that_phones_send_are_kept_as_they_are(content, kind):
    found = inspect(content)
    assert (found.kind, found.content, found.thumbnail) == (kind, content, b"")


def test_an_animation_of_too_many_points_is_refused():
    first, *rest = (Image.new("1", (7000, 7000), shade) for shade in (0, 1, 0, 1))
    content = samples.saved(first, "GIF", save_all=True, append_images=rest)
    with pytest.raises(FileRefused) as refused:
        inspect(content)
    assert refused.value.reason is Reason.BOMB


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_made_to_fit_what_carriers_carry(form):
    before = samples.saved(samples.noise((2400, 1800)), form)
    assert len(before) > 1_000_000
    found = inspect_for_sending(before, room=900_000)
    assert len(found.content) <= PICTURE_TARGET
    assert found.kind is kinds.JPEG
    assert max(found.width, found.height) <= 1600
    assert found.width / found.height == pytest.approx(4 / 3, rel=0.01)


def test_the_room_that_is_left_counts():
    before = samples.saved(samples.noise((1200, 900)), "JPEG")
    assert len(inspect_for_sending(before, room=90_000).content) <= 90_000


def test_what_cannot_be_made_smaller_does_not_go():
    with pytest.raises(FileRefused) as refused:
        inspect_for_sending(samples.PDF + b"%" * 2000, room=1500)
    assert refused.value.reason is Reason.TOO_HEAVY
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(40)
    assert inspect(heic).kind is kinds.HEIC, "from a customer it is kept as a file"
    with pytest.raises(FileRefused) as refused:
        inspect_for_sending(heic, room=900_000)
    assert refused.value.reason is Reason.HEIC


@pytest.mark.parametrize("inside", [b"", zlib.compress(b"")], ids=["empty", "deflated nothing"])
def test_the_time_to_look_into_a_document_grows_in_step_with_its_streams(inside):
    def look(streams: int) -> None:
        inspect(samples.pdf_of_streams(streams, inside))

    assert grows_in_step(look, size=5_000, times=8, at_most=16, floor=0.01)


def test_a_program_in_a_stream_that_breaks_off_is_found_all_the_same():
    noise = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(250))
    packed = zlib.compress(b"<< /S /JavaScript /JS (app.alert(1)) >>" + noise)
    damaged = samples.pdf_of_streams(1, packed[:7000] + bytes(40))
    with pytest.raises(FileRefused) as refused:
        inspect(damaged)
    assert refused.value.reason is Reason.ACTIVE
