"""The options of all commands but `train`; their field docs are what `--help` prints."""

import contextlib
import dataclasses
import keyword
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from keras_gan import data, metrics
from keras_gan.config.groups.data import DataOptions, Direction
from keras_gan.config.groups.delivery import DeliveryOptions, Which
from keras_gan.errors import UserError, shown
from keras_gan.storage import files

DEFAULT_FRAMES = 24
MOST_FRAMES = 500
MOST_PIXELS_OF_AN_EDGE = 16_384
MOST_ZOOM = 64


@dataclass(frozen=True)
class SampleOptions:
    """Draws pictures from an exported model or a run."""

    model: str | None = None
    """Folder of an exported model, such as export/models/RUN/1, a .tflite file, or zoo:NAME, one of export/zoo. Exactly
    one of --model and --run is needed."""
    run: str | None = None
    """Name or folder of a run, also while it trains: draw from its checkpoint."""
    count: int | None = None
    """How many pictures; default: 64, or 8 of each class if the model knows 2 to 16 classes, a column for each."""
    seed: int | None = None
    """The pictures are those of seeds SEED … SEED + COUNT - 1; default: 0. Of a model with n classes, seed s has the
    class s mod n."""
    label: str | None = None
    """Draw this class alone: its name if the model knows names, or its number from 0 on."""
    text: str | None = None
    """What is to be drawn: words of the vocabulary of a model that draws what is said; of one with classes, words that
    name one, as in "she blinks", in place of --label."""
    truncation: float = 1.0
    """Above 0, at most 1: latents are multiplied by it (scaled towards the mean, not drawn again), so that pictures
    vary less and often look better. Of a style-based model, styles are."""
    cutoff: int | None = None
    """Of a style-based model: truncate the first so many layers alone, and leave the finer ones as they are."""
    mix: tuple[int, int] | None = None
    """Of a style-based model: ROWS COLS, a table of pictures whose --layers have the styles of its first row, and all
    others those of its first column."""
    layers: str = "coarse"
    """Layers that --mix takes from the first row: coarse (4 to 8 px), middle (to 32 px), fine (above), or numbers
    such as 0-3."""
    direction: tuple[str, float] | None = None
    """Of a style-based model: a name in --directions, and how many standard deviations to go that way."""
    directions: str | None = None
    """The directions.npz that the command directions made; default: that in the model's folder."""
    interpolate: tuple[int, int] | None = None
    """Two seeds: draw the way from the picture of the one to that of the other, in the class of --label or of the
    first seed."""
    frames: int | None = None
    """How many pictures that way has, both ends included; default: 24. Of a model of clips, without --interpolate: how
    many frames each has; beyond what the model makes at once, each part begins where the one before ends."""
    start: str | None = None
    """Of a model of clips: a file to go on from, such as a .bvh file."""
    loop: bool = False
    """Of a model of clips: let the end become the beginning, so that they can be played round and round."""
    controls: tyro.conf.Suppress[dict[str, object]] = dataclasses.field(default_factory=dict)
    # What an exported model has of its own, such as a strength: `controlled_options` makes an option of each.
    out: str | None = None
    """A .png file for one grid, or a folder (ending in /) for one file per picture, named by its seed; with
    --interpolate a .gif or .mp4 there and back, or a .png with one row. Default: samples.png, or walk.gif."""
    zoom: int | None = None
    """How many times larger each pixel is shown in a grid or a walk; default: so that small pictures can be seen.
    Single files are as large as they are unless this is given."""
    checkpoint: Which = "best"
    """Which checkpoint of the run: best by its scores in training, if it has any, or last."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""

    def __post_init__(self):
        walk = self.interpolate is not None
        if (self.model is None) == (self.run is None):
            raise UserError("give exactly one of --model FOLDER, an exported model, and --run NAME.")
        if self.zoom is not None and not 1 <= self.zoom <= MOST_ZOOM:
            raise UserError(f"--zoom must be between 1 and {MOST_ZOOM}, got {self.zoom}.")
        if walk:
            _check_walk(self)
        if self.text is not None and self.label is not None:
            raise UserError("give one of --label and --text: both name a class.")
        if walk and (self.start is not None or self.loop):
            raise UserError("--start and --loop are not for --interpolate.")
        styled = self.mix or self.direction or self.cutoff is not None
        if styled and (walk or self.run is not None):
            raise UserError("--mix, --direction and --cutoff are for --model, and not with --interpolate.")
        if self.mix and not all(1 <= number <= 32 for number in self.mix):
            raise UserError(f"--mix takes two numbers from 1 to 32, got {self.mix[0]} {self.mix[1]}.")
        if not 0 < self.truncation <= 1:
            raise UserError(f"--truncation must be above 0 and at most 1, got {self.truncation}.")
        defaults = {"seed": 0, "frames": DEFAULT_FRAMES if walk else None}
        for name, value in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_sampling(self.count, self.seed)


def controlled_options(base, controls):
    """A class of options with one more for each control that a person can say on a command line.

    Args:
        base: the class that it inherits from; has `controls`, see `with_controls`.
        controls: `{name: Field}`, as `exported_controls` finds them.
    """
    own = [_option(name, each) for name, each in controls.items() if each.has_option and _is_new(name, base)]
    return dataclasses.make_dataclass("Options", own, bases=(base,), frozen=True)


def exported_controls(folder):
    """The controls of an exported model, `{name: Field}`; none if anything is wrong with it: another place will say."""
    from keras_gan import modalities  # it imports NumPy

    try:
        networks = files.read_json(Path(folder) / "manifest.json", {"fields": {str: {"inputs": {str: dict}}}})["fields"]
    except files.Unreadable:
        return {}
    controls = {}
    for name, described in ((name, each) for network in networks.values() for name, each in network["inputs"].items()):
        with contextlib.suppress(UserError):
            if (field := modalities.restore(described)).is_control:
                controls[name] = field
    return controls


def _is_new(name, base):
    """Whether a manifest's name can be that of a further option."""
    return name.isidentifier() and not keyword.iskeyword(name) and not hasattr(base, name)


def _option(name, control):
    """The field of a control's option, for `dataclasses.make_dataclass`."""
    kind, default, about = control.option(name)
    hint = Annotated[kind, tyro.conf.arg(help=shown(about))]
    return name, hint, dataclasses.field(default=default, metadata={"control": control})


def with_controls(options):
    """Options with the controls that were said, of what `controlled_options` made."""
    own = {each.name: each for each in dataclasses.fields(options) if "control" in each.metadata}
    given = {name: getattr(options, name) for name, each in own.items() if getattr(options, name) != each.default}
    said = {name: own[name].metadata["control"].said(value, name) for name, value in given.items()}
    object.__setattr__(options, "controls", said)  # a copy would be checked again, with its defaults in place
    return options


@dataclass(frozen=True)
class TranslateOptions:
    """Turns images into images by an exported model."""

    model: str
    """Folder of an exported model, such as export/models/RUN/1, a .tflite file, or zoo:NAME, one of export/zoo."""
    input: str
    """An image, a folder of images, or a film (.gif or .mp4)."""
    out: str
    """Folder of the results: the same names and sub-folders, as .png. Of one image, a .png file will do, too; of a
    film, a .gif or .mp4 file."""
    mask: str | None = None
    """For a model that fills holes: an image as large as the input, white in the hole, or a folder of images with the
    inputs' names; default: what is transparent is the hole."""
    direction: Direction | None = None
    """Which way a model with two goes; default: AtoB."""
    size: int | Literal["native"] | None = None
    """Bring images to this size first: the pixels of their longer edge, or native, as they are; default: as in training
    for a model whose manifest says so, such as a pix2pix, else native."""
    tile: int | None = None
    """Divide images into overlapping tiles of this edge, in pixels; default: as --memory-limit-mb says."""
    memory_limit_mb: int = 1000
    """Images for which the network would need more than about so much memory are divided into tiles."""
    seed: int | None = None
    """Of a model that has chance in it, such as cartoonise: whose chance; default: 0."""
    controls: tyro.conf.Suppress[dict[str, float]] = dataclasses.field(default_factory=dict)
    # What an exported model has of its own, such as a strength: `controlled_options` makes an option of each.

    def __post_init__(self):
        if self.seed is not None and not _fits(self.seed):
            raise UserError("--seed must fit in 64 bits.")
        if self.tile is not None and self.tile < 32:
            raise UserError(f"--tile must be at least 32 px, got {self.tile}.")
        if isinstance(self.size, int) and not 1 <= self.size <= MOST_PIXELS_OF_AN_EDGE:
            raise UserError(f"--size must be between 1 and {MOST_PIXELS_OF_AN_EDGE} px, or native, got {self.size}.")
        if self.memory_limit_mb < 1:
            raise UserError(f"--memory-limit-mb must be at least 1, got {self.memory_limit_mb}.")


@dataclass(frozen=True)
class CaptionOptions:
    """Writes captions of images by an exported model."""

    model: str
    """Folder of an exported model that writes of images, such as export/models/RUN/1, or a .tflite file."""
    input: str
    """An image, or a folder of images; the middle square is taken, in the model's size."""
    count: int = 1
    """How many captions of each."""
    seed: int = 0
    """The captions are those of seeds SEED … SEED + COUNT - 1."""
    temperature: float = 1.0
    """How freely words are chosen, from 0, always the likeliest, to 2."""
    out: str | None = None
    """A .csv or .jsonl file to write, with a row for each caption; default: they are printed alone."""

    def __post_init__(self):
        check_sampling(self.count, self.seed)
        if not 0 <= self.temperature <= 2:
            raise UserError(f"--temperature must be between 0 and 2, got {self.temperature:g}.")
        if self.out is not None and Path(self.out).suffix not in (".csv", ".jsonl"):
            raise UserError(f"--out {self.out} must end in .csv or .jsonl.")


@dataclass(frozen=True)
class ExtractOptions:
    """Reads the movement of the figure in a film, and finds latents by which a model makes it again."""

    input: str
    """A film of one figure, as this program draws them: .gif, .mp4 and others."""
    out: str = "extracted.bvh"
    """A .bvh file; its joints' places and a film of it are written beside it."""
    model: str | None = None
    """Folder of an exported model of the same figures, such as export/models/RUN/1: find its latents, too."""
    steps: int = 200
    """Steps of that search."""
    count: int = 3
    """How many clips to draw near those latents."""
    distance: float = 0.3
    """How far from them, from 0, the same, to 1, any."""
    seed: int = 0
    """Where the search begins, and which clips near them are drawn."""

    def __post_init__(self):
        check_sampling(self.count, self.seed)
        if Path(self.out).suffix != ".bvh":
            raise UserError(f"--out {self.out} must end in .bvh.")
        if not 1 <= self.steps <= 100_000:
            raise UserError(f"--steps must be between 1 and 100000, got {self.steps}.")
        if not 0 <= self.distance <= 1:
            raise UserError(f"--distance must be between 0 and 1, got {self.distance:g}.")


@dataclass(frozen=True)
class EditOptions:
    """Changes a picture by words: finds the latents of which a model makes it, and draws them with another sentence."""

    model: str
    """Folder of an exported model that draws what is said, such as a dfgan, with its SavedModel."""
    image: str
    """A picture; the middle square is taken, in the model's size."""
    text: str
    """What it is to show, in words of the model's vocabulary."""
    caption: str | None = None
    """What it shows now; default: of the model's own examples that which comes nearest."""
    out: str = "edited.png"
    """A .png file: the picture, what the model makes of it, and what it makes with the new sentence."""
    steps: int = 300
    """Steps of the search."""
    seed: int = 0
    """Decides the noise of the search."""
    squeezenet_weights: str | None = None
    """File of SqueezeNet's weights (.h5); default: the cache."""
    lpips_weights: str | None = None
    """File of the weights of LPIPS for SqueezeNet (.npz); default: the cache."""

    # Of a search through latents alone.
    space: tyro.conf.Suppress[str] = "z"
    noise_maps: tyro.conf.Suppress[bool] = False
    label: tyro.conf.Suppress[str | None] = None

    def __post_init__(self):
        if self.steps < 1:
            raise UserError(f"--steps must be at least 1, got {self.steps}.")
        if not self.out.endswith(".png"):
            raise UserError(f"--out {self.out} must end in .png.")


@dataclass(frozen=True)
class _RunName:
    """Which run."""

    run: str
    """Name of the run."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""


@dataclass(frozen=True)
class _MovedData:
    # Where the data of a run or model lies now, if it does not lie where it lay.
    dataset: str | None = None
    """The training data, if it lies elsewhere now, such as folder:PATH."""
    data_dir: str | None = None
    """Where tensorflow-datasets keeps prepared data now; default: as in training."""


@dataclass(frozen=True)
class ExportOptions(DeliveryOptions, _MovedData, _RunName):
    """Exports the best or the last checkpoint of a run."""

    def __post_init__(self):
        if self.dataset is not None:
            data.check_name(self.dataset)
        if not self.export:
            raise UserError("--export needs at least one of saved_model, tflite and onnx.")
        self.check_delivery()


@dataclass(frozen=True)
class Judged:
    # What is scored comes first in the help, and with what it is compared second.
    run: str | None = None
    """Score a run: its name. Exactly one of --run, --model and --images is needed."""
    model: str | None = None
    """Score an exported model: its folder, such as export/models/RUN/1, a .tflite file, or zoo:NAME."""
    images: str | None = None
    """Score a folder of images, made by any program."""
    reference: str | None = None
    """Real images to compare with: a data set as in --dataset, a folder, or statistics in a .npz file; default: the
    training data of the run or model."""
    reference_split: Literal["train", "test"] = "train"
    """Which split of the reference data set."""


@dataclass(frozen=True)
class EvaluateOptions(DataOptions, Judged):
    """Scores a run, an exported model or a folder of images."""

    dataset: str | None = None
    """The training data of the run or model, if it lies elsewhere now, such as folder:PATH."""
    image_size: int | None = None
    """Edge of the images that are compared, in pixels; default: that of the generator, or of the first image."""
    metrics: tuple[str, ...] | None = None
    """Any of fid, fid-infinity, kid, is, prdc, accuracy, modes, swd, ms-ssim, lpips and ppl, and of models that are
    given images psnr, ssim, l1 and lpips-target (docs/scores.md); default: fid kid prdc, or l1 psnr ssim."""
    samples: int | None = None
    """How many samples are drawn; default: 10000. Of a folder, default: all its images."""
    features: str = "auto"
    """What looks at the images: inception (as published scores), classifier (trained on the reference), squeezenet,
    random, or the file of a Keras model; auto: classifier if the reference has classes, else random."""
    resize: Literal["legacy", "clean"] = "legacy"
    """How images come to Inception's size: legacy as in published FIDs, clean with antialiasing as in clean-fid."""
    inception_weights: str | None = None
    """File of Inception's weights; default: the cache, then the internet."""
    squeezenet_weights: str | None = None
    """File of SqueezeNet's weights (.h5), for squeezenet, lpips, lpips-target and ppl; default: the cache."""
    lpips_weights: str | None = None
    """File of the weights of LPIPS for SqueezeNet (.npz), for lpips, lpips-target and ppl; default: the cache."""
    classes: Literal["reference", "uniform"] = "reference"
    """Of which classes the samples of a model with labels are drawn: as often as the reference has each, or alike."""
    checkpoint: Which = "best"
    """Which checkpoint of the run: best by its scores in training, if it has any, or last."""
    seed: int = 0
    """First seed of the samples; also decides pairs and paths."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""
    out: str | None = None
    """File of the scores; default: scores.json in the run's folder, or here."""
    save_reference: str | None = None
    """Also write the statistics of the reference as a .npz file, for --reference."""
    json: bool = False
    """Print the scores as JSON alone."""

    def __post_init__(self):
        given = [name for name in ("run", "model", "images") if getattr(self, name) is not None]
        if len(given) != 1:
            raise UserError("give exactly one of --run NAME, --model FOLDER and --images FOLDER.")
        if self.images and not self.reference:
            raise UserError("--images needs --reference: a data set, a folder, or a .npz file of statistics.")
        if self.metrics == ():
            raise UserError(f"--metrics needs at least one of {', '.join(metrics.METRICS)}.")
        metrics.check_names(self.metrics or ())
        if self.samples is not None and not 2 <= self.samples <= 1_000_000:
            raise UserError(f"--samples must be between 2 and 1000000, got {self.samples}.")
        check_sampling(None, self.seed)
        if self.image_size is not None:
            self._check_image_size()
        if self.images and self.dataset:
            raise UserError("--dataset says where the training data of a run or model is: with --images leave it out.")
        if self.dataset is not None:
            data.check_name(self.dataset)


@dataclass(frozen=True)
class ReportOptions(_RunName):
    """Writes one web page about a run, or about several side by side."""

    compare: tuple[str, ...] = ()
    """Names or folders of other runs to set beside it: their last samples, each curve with a line for each run, and
    what differs in their options, scores and costs."""
    out: str | None = None
    """The .html file to write; default: report.html in the run's folder, with --compare comparison.html."""
    open: bool = False
    """Show it in the browser when it is written."""


@dataclass(frozen=True)
class ProjectOptions:
    """Finds latents of which an exported model makes a given picture."""

    model: str
    """Folder of an exported model that draws from noise, such as export/models/RUN/1, with its SavedModel."""
    image: str
    """A picture, or a folder of pictures; the middle square is taken, in the model's size."""
    out: str
    """Folder to make: each picture beside its projection, all of them as projections.png, latents.npz, and way.gif."""
    space: Literal["w", "w+", "z"] | None = None
    """Where to search: w, one style for all layers; w+, one for each layer, which comes nearer and can be edited less
    well; z, latents. Default: w of style-based models, z of others."""
    noise_maps: bool = False
    """Search the noise that the model adds to its layers, too: nearer to the picture, but then the style alone is not
    it."""
    steps: int = 1000
    """Steps of the search."""
    seed: int = 0
    """Of the noise in it."""
    label: str | None = None
    """The class to search in, of a model that knows classes; default: its first."""
    squeezenet_weights: str | None = None
    """File of SqueezeNet's weights (.h5), by which pictures are compared; default: the cache."""
    lpips_weights: str | None = None
    """File of the weights of LPIPS for SqueezeNet (.npz); default: the cache."""

    def __post_init__(self):
        if not 1 <= self.steps <= 100_000:
            raise UserError(f"--steps must be between 1 and 100000, got {self.steps}.")
        if self.noise_maps and self.space == "z":
            raise UserError("--noise-maps belongs to --space w and w+: latents are searched without.")


@dataclass(frozen=True)
class DirectionsOptions:
    """Finds directions along which the pictures of an exported style-based model change."""

    model: str
    """Folder of an exported style-based model, such as export/models/RUN/1, with its SavedModel."""
    out: str | None = None
    """Folder to make: directions.npz, directions.json, and a picture of each direction from -3 to +3 standard
    deviations. Default: the model's folder, where sample and the page in the browser find the two files; the pictures
    go into its folder directions."""
    count: int = 8
    """How many principal directions."""
    samples: int = 10_000
    """Styles that they are found of."""
    seed: int = 0
    """First seed of the pictures."""

    def __post_init__(self):
        if not 1 <= self.count <= 64:
            raise UserError(f"--count must be between 1 and 64, got {self.count}.")
        if not 100 <= self.samples <= 1_000_000:
            raise UserError(f"--samples must be between 100 and 1000000, got {self.samples}.")


@dataclass(frozen=True)
class SpeakOptions:
    """Says a text by an exported model of sounds whose classes are words."""

    model: str
    """Folder of an exported model, such as export/models/RUN/1, a .tflite file, or zoo:NAME."""
    text: str
    """Words, each of which is the name of a class; digits are words, too. Commas and full stops make longer pauses."""
    out: str = "said.wav"
    """A .wav file."""
    seed: int = 0
    """Of the first word; each next word has the next one, so that no two sound alike."""
    truncation: float = 1.0
    """Above 0, at most 1: latents are multiplied by it, so that words vary less and are often said more clearly."""

    def __post_init__(self):
        if Path(self.out).suffix.lower() != ".wav":
            raise UserError(f"--out {self.out} must end in .wav.")
        if not 0 < self.truncation <= 1:
            raise UserError(f"--truncation must be above 0 and at most 1, got {self.truncation}.")
        check_sampling(None, self.seed)


@dataclass(frozen=True)
class FilmOptions(_RunName):
    """Makes a film of what a run drew of the same seeds while it trained."""

    out: str = "growth.mp4"
    """A .mp4 or .gif file."""
    seconds: float = 8.0
    """How long the film takes, but for its last picture."""

    def __post_init__(self):
        if Path(self.out).suffix.lower() not in (".mp4", ".gif"):
            raise UserError(f"--out {self.out} must end in .mp4 or .gif.")
        if not 0 < self.seconds <= 600:
            raise UserError(f"--seconds must be above 0 and at most 600, got {self.seconds:g}.")


@dataclass(frozen=True)
class BlendOptions(_RunName):
    """Exports a generator with the coarse layers of one style-based run and the fine layers of another."""

    fine: Annotated[str, tyro.conf.arg(name="with")] = tyro.MISSING
    """Name of the run whose fine layers it gets, best trained on from the first by --init-from."""
    start: Annotated[int, tyro.conf.arg(name="from")] = 32
    """Layers whose maps have so many pixels, or more, are those of the second run."""
    out: str = "export/models/blended/1"
    """Folder to make."""
    checkpoint: Which = "best"
    """Which checkpoint of the runs: best by its scores in training, if it has any, or last."""

    def __post_init__(self):
        if self.start < 4:
            raise UserError(f"--from must be at least 4 px, got {self.start}.")


@dataclass(frozen=True)
class MorphOptions:
    """Draws the way from the cartoon of one face to that of another."""

    faces: tyro.conf.Positional[tuple[str, str]]
    """Two pictures of faces."""
    model: str
    """Folder of an exported cartoonise, such as export/models/RUN/1, with its SavedModel."""
    out: str = "morph.mp4"
    """A .mp4 or .gif file, or a .png with one row."""
    frames: int = DEFAULT_FRAMES
    """How many cartoons that way has, both ends included."""
    alpha: float = 0.0
    """From likeness, 0, to variety, 1."""
    seed: int = 0
    """Whose chance, where alpha is above 0."""

    def __post_init__(self):
        if not 2 <= self.frames <= MOST_FRAMES:
            raise UserError(f"--frames must be between 2 and {MOST_FRAMES}, got {self.frames}.")
        if not 0 <= self.alpha <= 1:
            raise UserError(f"--alpha must be between 0 and 1, got {self.alpha:g}.")
        if not _fits(self.seed):
            raise UserError("--seed must fit in 64 bits.")
        if Path(self.out).suffix.lower() not in (".mp4", ".gif", ".png"):
            raise UserError(f"--out {self.out} must end in .mp4, .gif or .png.")


@dataclass(frozen=True)
class StylizeOptions:
    """Paints pictures in a style by search, without any training."""

    content: str
    """A picture, or a folder of pictures."""
    style: tuple[str, ...]
    """Style pictures, files or any of mosaic, waves, hatching, dots, brush_strokes and stained_glass, which are drawn;
    of several their mean."""
    out: str
    """Folder to make: each painting as .png, and the way there as .gif."""
    steps: int = 150
    """Steps of the search."""
    size: int = 256
    """Larger pictures are brought to this longer edge, in pixels."""
    style_size: int | None = None
    """Pixels that the shorter edge of a style picture is brought to: the larger, the coarser the strokes; default: as
    --size."""
    content_weight: float | None = None
    """How much what is depicted counts where the style counts 1, as far as the picture itself is from it; default:
    0.33."""
    seed: int = 0
    """Of what is drawn in the search."""
    perceptual_weights: str | None = None
    """File of the weights of VGG19 or SqueezeNet (.h5, without top); default: those on this machine."""

    def __post_init__(self):
        if not self.style:
            raise UserError("--style needs at least one picture.")
        if not 1 <= self.steps <= 100_000:
            raise UserError(f"--steps must be between 1 and 100000, got {self.steps}.")
        for name in ("size", "style_size"):
            if not 32 <= (getattr(self, name) or 32) <= 2048:
                raise UserError(
                    f"--{name.replace('_', '-')} must be between 32 and 2048 px, got {getattr(self, name)}."
                )
        if self.content_weight is not None and not 0 <= self.content_weight < 1e6:
            raise UserError(f"--content-weight must be 0 or more, got {self.content_weight:g}.")


@dataclass(frozen=True)
class InspectOptions(DataOptions):
    """Reports what a data set holds, and what training will do with it."""


@dataclass(frozen=True)
class PackOptions(DataOptions):
    """Decodes a data set once, into files that training reads row by row."""

    task: Literal["sample", "paired", "unpaired"] = "sample"
    """What is learned from them: to draw, or a translation of paired or unpaired images."""
    out: str = "packed"
    """Folder to write; the same command goes on where it was interrupted."""
    shard: str = "1/1"
    """Do a part of the work alone, such as 2/8 on the second of eight machines that share the folder."""


@dataclass(frozen=True)
class ListOptions:
    """Names every variant, one line each."""


def check_sampling(count, seed):
    """Raises `UserError` unless `count` pictures (None: as many as is usual) can be drawn from `seed` on."""
    if count is not None and not 1 <= count <= 1_000_000:
        raise UserError(f"--count must be between 1 and 1000000, got {count}.")
    if not _fits(seed):
        raise UserError("--seed must fit in 64 bits.")


def _check_walk(options):
    """Raises `UserError` unless the options of `--interpolate` agree."""
    for name, instead in (("count", "say how many pictures with --frames"), ("seed", "it names its own two seeds")):
        if getattr(options, name) is not None:
            raise UserError(f"leave out --{name} with --interpolate: {instead}.")
    if options.frames is not None and not 2 <= options.frames <= MOST_FRAMES:
        raise UserError(f"--frames must be between 2 and {MOST_FRAMES}, got {options.frames}.")
    if not all(map(_fits, options.interpolate)):
        raise UserError("the seeds of --interpolate must fit in 64 bits.")
    if options.interpolate[0] == options.interpolate[1]:
        raise UserError(f"--interpolate needs two different seeds, got {options.interpolate[0]} twice.")


def _fits(seed):
    return -(2**63) <= seed < 2**63
