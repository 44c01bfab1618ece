"""What no program would make: folders of damaged images, odd names, links and tables, and JSON of the wrong shape."""

import copy
import functools
import io
import os
import struct
import zlib

from PIL import Image

from keras_gan.modalities.image import scanning

MODES = ("RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16", "I", "F", "YCbCr", "HSV", "LAB")
NAMES = (
    *(b"a", b"b.c", b"caf\xe9", b"\xff\xfe", b"line\nbreak", b"\x1b[2Jclear", b"-rf", b"--help", b" ", b"%s{0}[1]*?"),
    *("\u202egnp".encode(), "图 片".encode(), b"x" * 200, b"~", b"$HOME", b"a,b", b'"q"', b".hidden", b"con"),
)
FOLDERS = (
    *("", "cat", "dog", "train", "test", "val", "A", "B", "A/train", "B/train", "A/test", "train/A", "train/B"),
    *(
        "trainA",
        "trainB",
        "testA",
        "images",
        "masks",
        "00000",
        "__MACOSX",
        ".git",
        "a/b/c/d/e/f/g/h",
        "Train",
        "x" * 250,
    ),
)
OTHERS = ("labels.csv", "dataset.json", "photos.zip", "Thumbs.db", "._a.png", "notes.txt", "phone.heic", "README")
TABLES = (b"file,label\na.png,cat\n", b"a.png;1\n", b"", b"\xff\xfea\0", b"\0\0\0", b'"', b"x" * 9000, b"a,b\n" * 99)
JSONS = (
    '{"labels": [["a.png", 0]]}',
    '{"labels": null}',
    "[" * 5000,
    "{",
    '{"labels": [[1]]}',
    '{"labels": [["a", -1.5]]}',
)
LABELS = (
    "folders",
    "none",
    "labels.csv",
    "dataset.json",
    r"(\w)",
    "(",
    "(a)(b)",
    "\\",
    "missing.csv",
    "(?P<x>.)",
    "[[:x:]]",
)

# Values as they stand nowhere in the program's JSON files.
ODD = [
    *(None, True, -1, 0.5, "x", [], [None], {}, {"x": None}, 10**400, "\0", "\ud800"),
    *("\x1b[2J\rerror: forged", "../.."),
]


@functools.cache
def images():
    """`(suffix, content)` of whole pictures in every format and mode that Pillow writes, animations among them."""
    made = []
    gradient = Image.linear_gradient("L").resize((11, 9))
    for suffix in scanning.SUFFIXES:
        for mode in MODES:
            file = io.BytesIO()
            try:
                gradient.convert(mode).save(file, Image.registered_extensions()[suffix])
            except Exception:  # not in this mode, or not at all
                continue
            made.append((suffix, file.getvalue()))
    for suffix, options in ((".gif", {"transparency": 0}), (".png", {}), (".webp", {}), (".tif", {})):
        file = io.BytesIO()
        frames = [gradient.rotate(90 * turn) for turn in range(3)]
        kind = Image.registered_extensions()[suffix]
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], **options)
        made.append((suffix, file.getvalue()))
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    gradient.save(file, "JPEG", exif=exif)
    return (*made, (".jpg", file.getvalue()), (".png", bomb(60_000, 60_000)), (".png", bomb(1, 2**31 - 1)))


def bomb(width, height):
    """A PNG of few bytes that says it is large."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def damaged(rng, content):
    """Some bytes changed, cut, doubled or of another file; one in four stays whole."""
    content = bytearray(content)
    for _ in range(rng.choice((0, 1, 2, 8))):
        place, kind = rng.randrange(len(content) or 1), rng.randrange(6)
        if kind == 0:
            content = content[:place]
        elif kind == 1:
            content[place : place + 4] = rng.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        elif kind == 2:
            content[place:place] = content[rng.randrange(len(content) or 1) :][:64]
        elif kind == 3:
            content = content[:place] + bytearray(rng.choice(images())[1][place:])
        else:
            content[place : place + 1] = bytes([rng.randrange(256)])
    return bytes(content)


def misshapen(document):
    """A JSON value with any one of the values in it replaced by each odd one, or left out."""
    document = copy.deepcopy(document)
    yield from ODD
    for container, key in list(_places(document)):
        value = container[key]
        for odd in ODD:
            container[key] = odd
            yield copy.deepcopy(document)
        container[key] = value
    for container, key in list(_places(document)):
        if isinstance(container, dict):
            whole = dict(container)
            del container[key]
            yield copy.deepcopy(document)
            container.clear()
            container.update(whole)


def _places(value):
    for key in range(len(value)) if isinstance(value, list) else list(value):
        yield value, key
        if isinstance(value[key], (list, dict)):
            yield from _places(value[key])


def make_folder(root, rng):
    """Fills a new folder; returns what `--dataset` and `--labels` could say of it, the latter maybe None."""
    root.mkdir()
    for folder in rng.sample(FOLDERS, rng.randint(1, 4)):
        for number in range(rng.randint(0, 3)):
            suffix, content = rng.choice(images())
            suffix = suffix if rng.random() < 0.8 else rng.choice((*scanning.SUFFIXES, ".PNG", ".txt", ""))
            name = rng.choice(NAMES) if rng.random() < 0.4 else str(number).encode()
            _write(root, folder, name + suffix.encode(), damaged(rng, content))
    for name in rng.sample(OTHERS, rng.randint(0, 3)):
        text = rng.choice(JSONS).encode() if name.endswith("json") else rng.choice(TABLES)
        _write(root, "", name.encode(), damaged(rng, text))
    if rng.random() < 0.3:
        for target in rng.sample((".", "..", "/", "nowhere", "loop", "cat", "/dev/null", "/dev/zero"), 3):
            name = rng.choice(("loop", "link", "link.png", "test", "B"))
            if not os.path.lexists(root / name):
                (root / name).symlink_to(target)
    if rng.random() < 0.1:
        os.mkfifo(root / "pipe.jpg")
    kind = rng.choice(("folder", "folder", "paired", "unpaired"))
    labels = rng.choice(LABELS) if kind == "folder" and rng.random() < 0.4 else None
    return f"{kind}:{root}", labels


def _write(root, folder, name, content):
    path = os.path.join(os.fsencode(root), folder.encode(), name[:250])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.isdir(path):
        with open(path, "wb") as file:
            file.write(content)
