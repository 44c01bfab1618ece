"""What leaves the building: EMA networks in several formats, verified, with a manifest and a card.

The formats are a contract with programs that know nothing of this one; `export/README.md` states it.
"""

import importlib
import shutil
import tempfile
from pathlib import Path

from keras_gan.errors import MachineFailed, UserError, cannot_write, is_of_machine, why
from keras_gan.exporters import formats as format_modules
from keras_gan.exporters import inference, manifest, model_card, outgoing, verify
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.sampling import Sampler
from keras_gan.storage import files


def export(model, directory, formats=Deliverables.formats, facts=None, *, judge=None, sampler=None, **options):
    """Writes the EMA networks of `model` in float32 and verifies every file in a fresh process.

    Args:
        model: an `AdversarialModel`.
        directory: folder to make, such as `my_generator/1`. TensorFlow Serving wants its last part to be a number.
        formats: any of `saved_model`, `tflite` and `onnx`.
        facts: JSON-able facts for the manifest and the model card, such as configuration and data set.
        judge: function from samples of the seeds from 0 on, as they are stored, to `(name of a score, value)`; then the
            manifest says what each smaller `.tflite` file loses by it. Only of models that draw from seeds.
        sampler: the model's `Sampler`, with examples if it needs some; default: one without.
        **options: `precisions`, `tflite_batch` and `tflite_size` of `Deliverables`.

    Returns:
        The manifest, a dict; see `export/README.md`.

    Raises:
        UserError: if the folder exists or cannot be written, if the model needs examples and the sampler has none, or
            if it cannot be given `tflite_size`.
        VerificationError: if what a file computes differs from Keras by more than its bound.
    """
    directory = Path(directory)
    if directory.exists():
        raise UserError(f"{directory} exists: an exported version is never overwritten.")
    return export_version(model, directory, formats, facts, judge=judge, sampler=sampler, **options)[1]


def export_version(model, directory, formats, facts=None, *, judge=None, sampler=None, **options):
    """As `export`; where another process makes the folder meanwhile, the next number is taken.

    Returns:
        `(folder, manifest)`.
    """
    deliverables = Deliverables(tuple(formats), **options)
    sampler = sampler or Sampler(model)
    check(model, sampler, deliverables)
    temporary = _scratch(directory)
    try:
        networks, checks = _write(model, sampler, temporary, deliverables, judge)
        described = _describe(model, sampler, networks, temporary, deliverables, checks, facts or {})
        temporary.chmod(0o755)
        # Renamed when complete: a server that watches the folder never sees half a model.
        return _renamed(temporary, directory), described
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _renamed(temporary, directory):
    """The folder under its name, or under the next number that is free."""
    while True:
        try:
            return temporary.rename(directory)
        except OSError:
            if not (directory.exists() and directory.name.isdecimal()):
                raise
            directory = next_version(directory.parent)


def check(model, sampler, deliverables):
    """Raises `UserError` unless a model can be exported as `Deliverables` say: what can be known before training."""
    outgoing.fixed_sizes(outgoing.of_model(model, sampler), deliverables.tflite_size)
    for name in deliverables.formats:
        runtime = format_modules.module(name).RUNTIME
        try:
            importlib.import_module(runtime)
        except ImportError as error:
            raise UserError(f"{name} files cannot be verified, since {runtime} cannot be imported: {error}") from None
    try:
        with tempfile.TemporaryDirectory():
            pass
    except OSError as error:
        kind = MachineFailed if is_of_machine(error) else UserError
        raise kind(f"exporting needs a folder for scratch files, such as TMPDIR names: {why(error)}.") from None


def next_version(base):
    """The folder of the next version below `base`: 1, 2, 3 …"""
    versions = [int(path.name) for path in Path(base).glob("*") if path.name.isdecimal() and path.name.isascii()]
    return Path(base) / str(max(versions, default=0) + 1)


def _scratch(directory):
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise cannot_write(directory.parent, error) from None


def _write(model, sampler, directory, deliverables, judge):
    """Writes and checks all files; returns `(list of Outgoing, list of Check)`."""
    trained = outgoing.of_model(model, sampler)
    networks = [each.in_float32() for each in trained]
    for name in deliverables.formats:
        format_modules.module(name).write(networks, directory, deliverables)
    # Against the networks as they were trained, unless these round to 16 bits.
    pairs = zip(trained, networks, strict=True)
    exact = [was if inference.is_float32(was.network) else now for was, now in pairs]
    return networks, verify.verify(exact, directory, deliverables, judge)


def _describe(model, sampler, networks, directory, deliverables, checks, facts):
    """Adds samples, the manifest and the model card; returns the manifest."""
    preview = sampler.preview()
    for each in (preview, *preview.beside):
        files.write(directory / f"samples{each.suffix}", each.write)
    manifest.write_arrays(networks, directory)
    for field in (field for each in networks for field in (*each.inputs.values(), *each.outputs.values())):
        for name, content in field.companions().items():
            files.write(directory / name, content)
    described = manifest.of(model, networks, directory, deliverables, checks, facts)
    manifest.write(described, directory)
    model_card.write(described, networks, deliverables, model.fields["real"], directory)
    return described
