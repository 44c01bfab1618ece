"""What a report knows of a run, as its folder tells it; what cannot be read there is left out."""

import contextlib
import dataclasses
import itertools
import re
import statistics
from functools import cached_property

from keras_gan import config, registry
from keras_gan.distribution.startup import quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError
from keras_gan.runs.public import names_only
from keras_gan.storage import files, forms

PER_SECOND = r"progress/(.+)_per_second"  # the tag of the speed, with what a run has examples of
NOTHING_FOUND = "no fault found"
PAUSE = 10  # times the usual time between two points: a longer one is no training, but the time until a resume
# Where things lie and what they are called; everybody has another place, and it changes nothing.
PLACES = ("run_name", "log_dir", "export_dir", "data_dir", "download")


class Record:
    """A run: its options, its curves, what the doctor found, its scores and its samples.

    Texts name files and folders without saying where they lie.

    Args:
        folder: its `RunFolder`.
        name: what to call it.

    Attributes:
        options: the `RunConfig`.

    Raises:
        UserError: if its configuration cannot be read.
    """

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.options, self._model = config.load_json(folder.config_file)

    @cached_property
    def curves(self):
        """`{tag: [(step, wall time in seconds, value)]}`, as TensorBoard has them."""
        return _curves(self.folder.path)

    @property
    def configuration(self):
        """All options, JSON-able: those of the run, and those of the variant under `model`."""
        return self._public({**vars(self.options), "model": self._model})

    @property
    def last_step(self):
        """The last step that anything was logged or drawn at; 0 if nothing was."""
        return max([0, *(points[-1][0] for points in self.curves.values() if points), *self.snapshots])

    # --- Options ------------------------------------------------------------------------------------------------------

    @cached_property
    def flat_options(self):
        """`{option: value}` of all that decide something, as the command line calls them."""
        passing = {*config.deciding(config.RunConfig, "call"), *PLACES}
        run = {name: value for name, value in vars(self.options).items() if name not in passing}
        return self._public(_flat(run, self._model))

    @cached_property
    def changed(self):
        """`{option: (value, default)}` of those that are not at the defaults of the variant and its preset."""
        usual = config.RunConfig(variant=self.options.variant, preset=self.options.preset)
        defaults = _flat(vars(usual), self._own_defaults(usual.preset_options))
        return {
            name: (value, defaults[name])
            for name, value in self.flat_options.items()
            if name in defaults and value is not None and value != defaults[name]
        }

    @property
    def of_preset(self):
        """`{option: value}` that the preset chose."""
        preset = registry.preset(self.options.variant, self.options.preset)
        return _flat(preset.run, preset.model)

    @property
    def command(self):
        """The command line that repeats the run; None if its options are not those of the variant."""
        if self._model_config is None:
            return None
        from keras_gan.runs import delivery

        return delivery.command(self.options, self._model_config)

    @cached_property
    def _model_config(self):
        """The variant's `Config` of the run; None if its options are not those of the variant."""
        with contextlib.suppress(UserError):
            quiet_tensorflow()
            cls = registry.module(self.options.variant).Config
            return config.from_dict(cls, self._model, self.folder.config_file)

    def _own_defaults(self, preset_options):
        if self._model_config is None:
            return {}
        return dataclasses.asdict(type(self._model_config)(**preset_options))

    # --- What it came to ----------------------------------------------------------------------------------------------

    @cached_property
    def facts(self):
        """What it was and cost, in a few words each, `{what: words}`; only what is known."""
        points = self.curves.get("progress/kimg")
        found = {"length": self._length(), "data": self._data}
        if points:
            match, rates = self._speed
            plural = match[1] if match else "examples"
            found |= {"seen": self._seen(1000 * points[-1][2], plural), "time": _duration(_seconds(points))}
            found |= {"usual speed": f"{statistics.median(rates):,.0f} {plural} a second"} if rates else {}
        found |= {"best score": self._best_score, "doctor": self._diagnosis}
        return self._public({name: words for name, words in found.items() if words})

    def _length(self):
        wanted = f" of {self.options.steps:,}" if self.options.steps else ""
        return f"{self.last_step:,}{wanted} steps" if self.last_step else "no step logged yet"

    def _seen(self, examples, plural):
        count = self.data and int(self.data["examples"].replace(",", ""))
        passes = f", {examples / count:.1f} passes" if count else ""
        return f"{examples / 1000:,.1f} thousand {plural}{passes}"

    @property
    def _speed(self):
        """The match of the tag that says the speed, and its values; `(None, [])` if nothing does."""
        for tag, points in self.curves.items():
            if match := re.fullmatch(PER_SECOND, tag):
                return match, [value for _, _, value in points]
        return None, []

    @property
    def _data(self):
        return self.data and f"{self.data['examples']} examples of {self.options.dataset}"

    @cached_property
    def data(self):
        """What it has learned from, in words, `{what: words}`; only what is known, nothing if that cannot be read."""
        from keras_gan.data.dataset import example_count, not_read
        from keras_gan.runs import run_folder

        try:
            facts = run_folder.data_facts(self.folder)
        except UserError:
            return {}
        found = {
            "examples": f"{example_count(facts):,}",
            "classes": ", ".join(facts["classes"]),
            "where from": facts["source"],
            "treatment": facts["treatment"],
            "not read": not_read(facts),
            "could not be read": "; ".join(facts.get("unreadable", [])),
        }
        return self._public({what: words for what, words in found.items() if words})

    @property
    def _best_score(self):
        from keras_gan.storage import checkpoint

        best = checkpoint.best_score(self.folder.checkpoints)
        return best and f"{best['name']} {number(best['value'])} at step {best['step']:,}"

    @property
    def _diagnosis(self):
        if self.health is None:
            return "did not watch"
        count = len(self.health["findings"])
        return f"{count} finding{'s' if count > 1 else ''}" if count else NOTHING_FOUND

    @cached_property
    def health(self):
        """What is in `health.json`, see `storage.forms.HEALTH`; None if there is no such thing."""
        return self._public(_json(self.folder.path / "health.json", forms.HEALTH))

    @cached_property
    def scores(self):
        """All evaluations, see `storage.forms.SCORES_LINE`: those in training, then that of `evaluate`."""
        lines = files.read_json_lines(self.folder.path / "scores.jsonl", forms.SCORES_LINE)
        single = _json(self.folder.path / "scores.json", forms.EVALUATION)
        if single:
            lines.append({"step": single["subject"].get("step", 0), "scores": single["scores"]})
        return self._public(lines)

    @property
    def snapshots(self):
        """`{step: file}` of what it made of the same seeds, in order."""
        return self.folder.snapshots

    def sample_file(self, name):
        """The file of the samples' folder that shows this, such as `real`; None if there is none."""
        return next(iter(sorted(self.folder.samples.glob(f"{name}.*"))), None)

    def _public(self, value):
        return names_only(value, {**vars(self.options), "model": self._model})


def number(value):
    """A figure of any size in few digits, a large one without an exponent."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"


def _flat(run, model):
    """Options of a run and of its variant as the command line calls them, `{"--NAME": value}`."""
    both = run | {f"model.{name}": value for name, value in model.items()}
    # What was read from a file has lists for tuples.
    return {
        f"--{name.replace('_', '-')}": tuple(value) if isinstance(value, list) else value
        for name, value in both.items()
    }


def _curves(path):
    with quiet_stderr():  # it imports TensorFlow
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.util import tensor_util

        # Files are read in the order of their times: a clock that jumped back must cost nothing that came before.
        accumulator = EventAccumulator(str(path), size_guidance={"tensors": 0}, purge_orphaned_data=False)
        accumulator.Reload()
    curves = {}
    for tag in accumulator.Tags()["tensors"]:
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            points = {
                event.step: (event.step, event.wall_time, float(tensor_util.make_ndarray(event.tensor_proto)))
                for event in accumulator.Tensors(tag)
            }
            curves[tag] = [points[step] for step in sorted(points)]
    return curves


def cost_of(path, step):
    """What a run's training up to a step cost by what it logged, as a manifest has it; None if it logged nothing."""
    points = [point for point in _curves(path).get("progress/kimg", ()) if point[0] <= step]
    return {"steps_timed": points[-1][0], "seconds": round(_seconds(points))} if points else None


def _seconds(points):
    """How long the training took by the times of its points, without pauses; what came before the first is guessed."""
    gaps = [later[1] - earlier[1] for earlier, later in itertools.pairwise(points)]
    if not gaps:
        return 0.0
    usual = statistics.median(gaps)
    return usual + sum(gap if 0 <= gap <= PAUSE * usual else usual for gap in gaps)


def _duration(seconds):
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.1f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def _json(path, schema):
    """What is in a file, or None if it cannot be read."""
    try:
        return files.read_json(path, schema)
    except files.Unreadable:
        return None
