"""`caption`: lines about images, by an exported model."""

import csv
import io
import json
from pathlib import Path

import numpy as np

from keras_gan.commands import models
from keras_gan.commands.project import paths_of, read_square
from keras_gan.distribution.startup import quiet_stderr, quiet_tensorflow
from keras_gan.errors import cannot_write, shown
from keras_gan.storage import files

_AT_ONCE = 16


def run(options):
    """Prints captions of one image, or of all of a folder, and writes them to a file if one is named."""
    path = models.find(options.model, controlled=options.temperature != 1.0)
    paths = paths_of(options.input, "--input")
    if path.suffix != ".tflite":
        quiet_tensorflow()
    from keras_gan.exported.captioner import ExportedCaptioner

    with quiet_stderr():
        captioner = ExportedCaptioner(path)
    rows = []
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        images = np.stack([read_square(path, captioner.images) for path in some])
        written = captioner.captions(images, options.count, options.seed, options.temperature)
        rows += [(path.name, line) for path, lines in zip(some, written, strict=True) for line in lines]
    for name, line in rows:
        print(f"{shown(name)}: {shown(line)}")
    if options.out:
        try:
            files.write(options.out, _table(rows, Path(options.out).suffix), durable=False)
        except OSError as error:
            raise cannot_write(options.out, error) from None
    return 0


def _table(rows, suffix):
    if suffix == ".jsonl":
        return "".join(json.dumps({"file": name, "caption": line}, ensure_ascii=False) + "\n" for name, line in rows)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("file", "caption"), *rows])
    return text.getvalue()
