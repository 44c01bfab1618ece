"""Folders of runs: their names, what lies where in them, and how a run that exists is found again."""

import contextlib
import dataclasses
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from keras_gan import config, data, registry
from keras_gan.errors import MachineFailed, UserError, cannot_write, nearest, shown, why
from keras_gan.storage import files

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


@dataclass(frozen=True)
class RunFolder:
    """One run's folder, `<log_dir>/<run_name>/`: config.json, event files, samples/ and checkpoints/."""

    path: Path

    @property
    def name(self):
        return self.path.name

    @property
    def config_file(self):
        return self.path / "config.json"

    @property
    def data_file(self):
        return self.path / "data.json"

    @property
    def fields_file(self):
        return self.path / "fields.npz"

    @property
    def samples(self):
        return self.path / "samples"

    @property
    def snapshots(self):
        """`{step: file}` of what the run drew of the same seeds, in order."""
        named = {path: re.fullmatch(r"step-(\d+)", path.stem) for path in sorted(self.samples.glob("step-*"))}
        return {int(match[1]): path for path, match in named.items() if match and path.is_file()}

    @property
    def checkpoints(self):
        return self.path / "checkpoints"


def check_name_is_free(run):
    """Raises `UserError` if a new run would have the name of one that exists, or its folder one that cannot be."""
    _check_encoding(run.log_dir)
    if run.run_name and not run.resume and not run.dry_run and (Path(run.log_dir) / run.run_name).exists():
        path = Path(run.log_dir) / run.run_name
        raise UserError(f"the run {path} exists: continue it with --resume, or choose another --run-name.")


def create(run, model_config, dataset):
    """Makes the folder of a new run, and writes its configuration, what its data was, and what its fields learned.

    Raises:
        UserError: if a run of that name exists, or the folder cannot be written.
    """
    check_name_is_free(run)
    log_dir = Path(run.log_dir)
    try:
        log_dir.mkdir(parents=True, exist_ok=True)
        # Made aside, and renamed when it has all that a run is known by: a run is whole or it is not there.
        aside = RunFolder(Path(tempfile.mkdtemp(prefix=".new-run-", dir=log_dir)))
        try:
            aside.samples.mkdir()
            aside.checkpoints.mkdir()
            write_configuration(aside, run, model_config)
            _write_data(aside, dataset)
            aside.path.chmod(0o755)
            return _named(aside, run)
        finally:
            shutil.rmtree(aside.path, ignore_errors=True)
    except OSError as error:
        raise cannot_write(f"the run folder {log_dir / (run.run_name or '')}", error) from None


def _named(aside, run):
    """A new run under its name; of default names the next that is free, however many runs begin at once."""
    while True:
        path = Path(run.log_dir) / (run.run_name or _free_name(run))
        try:
            aside.path.rename(path)
            return RunFolder(path)
        except OSError:
            if not path.exists():
                raise
            check_name_is_free(run)


def write_configuration(folder, run, model_config):
    """Writes `config.json`."""
    _write(folder.config_file, config.to_json(run, model_config))


def check_has_checkpoint(folder):
    """Raises `UserError` for a run that has saved nothing yet."""
    if not list(folder.checkpoints.glob("step-*")):
        raise UserError(f"the run {folder.name} has no checkpoint yet, so there is nothing to take the generator from.")


def check_exports(options, name=None):
    """Raises `UserError` unless models of a run can be written below its `export_dir`, which is made if need be.

    Args:
        options: with `export_dir`; a `RunConfig`, where no name is given.
        name: of the run; default: that which a new run would have.
    """
    _check_encoding(options.export_dir)
    parent = Path(options.export_dir)
    models = parent / (name or options.run_name or _free_name(options))
    _check_writable(models if models.exists() or models.is_symlink() else parent)


def _check_encoding(directory):
    try:
        str(directory).encode()
    except UnicodeEncodeError:
        raise UserError(
            f"the name of the folder {shown(directory)} is not UTF-8, and TensorFlow cannot write there: give another "
            "one."
        ) from None


def _check_writable(directory):
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(prefix=".writable-", dir=directory)).rmdir()
    except OSError as error:
        raise cannot_write(directory, error) from None


@contextlib.contextmanager
def locked(folder):
    """Holds a run for this process alone; the system lets go of it however the process ends.

    Raises:
        UserError: if another process trains the run.
        MachineFailed: if its folder cannot be written.
    """
    if fcntl is None:
        yield
        return
    try:
        file = open(folder.path / ".lock", "a+", encoding="utf-8")  # noqa: SIM115, closed below
    except OSError as error:
        raise MachineFailed(f"cannot write in {folder.path}: {why(error)}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise UserError(
                f"the run {folder.name} is being trained by another process ({file.read().strip()}): wait for its end, "
                "or give this one another --run-name."
            ) from None
        except OSError:  # a file system without locks
            pass
        file.truncate(0)
        file.write(f"pid {os.getpid()}\n")
        file.flush()
        yield


def _write(path, content, write=files.write):
    try:
        write(path, content)
    except OSError as error:
        raise MachineFailed(f"cannot write {path}: {why(error)}.") from None


def data_facts(folder):
    """What the data of a run was, see `Dataset.facts`."""
    from keras_gan.data.dataset import FACTS, example_count

    try:
        facts = files.read_json(folder.data_file, FACTS)
    except files.Unreadable as error:
        raise UserError(f"{folder.data_file} cannot be read: {error}.") from None
    if example_count(facts) is None:
        raise UserError(f"{folder.data_file} cannot be read: it does not say how many examples there were.")
    return facts


def split_name(log_dir, name):
    """`(folder of runs, name)` of a run that is given by its name in `log_dir`, or by its folder anywhere."""
    path = Path(os.path.expanduser(name))
    return (str(path.parent), path.name) if len(path.parts) > 1 else (log_dir, name)


def find(log_dir, name):
    """The folder of an existing run, by name or folder; an unknown one is a `UserError` that lists the newest runs."""
    log_dir, name = split_name(log_dir, name)
    _check_encoding(log_dir)
    folder = RunFolder(Path(log_dir) / name)
    if not folder.config_file.is_file():
        raise UserError(_no_run(log_dir, name, folder.path))
    _check_no_links(folder)
    return folder


def _check_no_links(folder):
    """Raises `UserError` for a run that would be written through a link: from elsewhere it may lead anywhere."""
    for path in (*folder.path.iterdir(), *folder.samples.glob("*"), *folder.checkpoints.glob("*")):
        if path.is_symlink():
            raise UserError(f"{shown(path)} is a link, and a run is written where it lies alone: remove the link.")


def _no_run(log_dir, name, path):
    """What to say of a run that there is not: what is there, by that name or another."""
    if (path / "manifest.json").is_file():
        return f"{shown(path)} is an exported model and no run: give it as --model."
    configs = sorted(Path(log_dir).glob("*/config.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    names = [config.parent.name for config in configs]
    known = ", ".join(names[:5]) or "none"
    meant = nearest(name, names)
    hint = f" Did you mean {meant}?" if meant else ""
    return f"no run {shown(name)!r} in {shown(log_dir)} (runs there: {known}).{hint}"


def find_resumable(log_dir, run_name, variant, dataset):
    """The run that `--resume` means: the one named, or the newest of the default name."""
    if run_name:
        return find(log_dir, run_name)
    if not variant:
        raise UserError("--resume needs --run-name NAME, or the --variant and --dataset of the run to continue.")
    base = _default_name(registry.resolve(variant), dataset or registry.variant(variant).data)
    numbered = [
        path.name for path in Path(log_dir).glob(f"{base}*") if re.fullmatch(rf"{re.escape(base)}(-\d+)?", path.name)
    ]
    if not numbered:
        raise UserError(f"there is no run {base} in {log_dir} to continue.")
    return find(log_dir, max(numbered, key=lambda name: (len(name), name)))


def _default_name(variant, dataset):
    return f"{variant}-{data.short_name(dataset)}"


def _free_name(run):
    base = _default_name(run.variant, run.dataset)
    number = 1
    while (Path(run.log_dir) / (name := base if number == 1 else f"{base}-{number}")).exists():
        number += 1
    return name


def fields(folder):
    """The fields of a run's batches, `{name: Field}`, with what they have learned of its data.

    Raises:
        UserError: if they cannot be read, or have been changed.
    """
    from keras_gan import modalities
    from keras_gan.data.dataset import fields_before_described

    facts = data_facts(folder)
    if "fields" not in facts:
        return fields_before_described(facts, folder.data_file)
    arrays = _read_arrays(folder, facts.get("fields_sha256"))
    return {
        name: modalities.restore(description, arrays.get(name, {})) for name, description in facts["fields"].items()
    }


def controls(folder):
    """What people can say of what a run draws beside its class, `{name: Field}`; errors as of `fields`."""
    from keras_gan import modalities

    return modalities.controls_of(fields(folder)["real"])


def _write_data(folder, dataset):
    """Writes what the data was, and the arrays that its fields have learned, if there are any."""
    import numpy as np

    from keras_gan import modalities

    facts = dataset.facts
    arrays = {
        f"{name}/{key}": array
        for name, field in dataset.fields.items()
        for key, array in modalities.arrays_of(field).items()
    }
    if arrays:
        files.write(folder.fields_file, lambda file: np.savez(file, **arrays))
        facts["fields_sha256"] = files.sha256(folder.fields_file)
    files.write_json(folder.data_file, facts)


def update_data(folder, facts):
    """Writes what the data of a resumed run is now: it may lie elsewhere; what its fields have learned stays."""
    fitted = ("fields", "fields_sha256", "classes")
    now = {name: value for name, value in facts.items() if name not in fitted}
    _write(folder.data_file, data_facts(folder) | now, files.write_json)


def _read_arrays(folder, digest):
    """What `_write_data` wrote beside the facts, `{name of a field: {name: array}}`."""
    import numpy as np

    if digest is None:
        return {}
    found = {}
    try:
        if files.sha256(folder.fields_file) != digest:
            raise ValueError("it was changed")
        with np.load(folder.fields_file, allow_pickle=False) as file:
            for key in file.files:
                name, _, attribute = key.partition("/")
                found.setdefault(name, {})[attribute] = file[key]
    except (OSError, ValueError) as error:
        raise UserError(f"{folder.fields_file} cannot be used: {error}.") from None
    return found


def computation(options, model_config, facts):
    """All that decides what a step computes, JSON-able: options of run and variant, and what the data is.

    Data is what its content says; where that is not known, as of old runs, its options and counts stand in for it.

    Args:
        options: `RunConfig` of the run.
        model_config: the variant's options, a dataclass or a dict.
        facts: see `Dataset.facts`.
    """
    model = model_config if isinstance(model_config, dict) else dataclasses.asdict(model_config)
    known, of_data = "content" in facts, config.deciding(config.DataOptions, "computation")
    names = [name for name in config.deciding(config.RunConfig, "computation") if not (known and name in of_data)]
    values = {
        **{name: getattr(options, name) for name in names},
        **{f"model.{name}": value for name, value in model.items()},
        **{name: facts[name] for name in (("content",) if known else data.COUNTS) if name in facts},
    }
    # What was read from a file has lists for tuples.
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def check_same_computation(folder, options, model_config, facts):
    """Raises `UserError` if a run would continue with options or data that change what its steps compute.

    With `allow_config_change` it prints the difference instead.
    """
    facts_then = data_facts(folder)
    if "content" not in facts_then:
        facts = {name: value for name, value in facts.items() if name != "content"}
    was = computation(*config.load_json(folder.config_file), facts_then)
    now = computation(options, model_config, facts)
    changed = [name for name in now if name in was and was[name] != now[name]]
    if changed:
        differences = ", ".join(
            data.difference(facts_then, facts) if name == "content" else f"{name}: {was[name]} -> {now[name]}"
            for name in changed
        )
        if not options.allow_config_change:
            elsewhere = ", say where its own data is now with --dataset" if "content" in changed else ""
            raise UserError(
                f"{folder.name} cannot continue with other options or data ({differences}): start a new run, with "
                f"--init-from {folder.name} if it is to learn on{elsewhere}, or insist with --allow-config-change."
            )
        print(f"changed: {differences}")
