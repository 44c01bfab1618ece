"""The options of every command, as frozen dataclasses, and the strict JSON form of a run's configuration.

The command line is made from these classes, so their field docs are what `--help` prints. Imports neither Keras
nor TensorFlow: whatever can be checked without them is checked here, at once.
"""

from keras_gan.config.codec import check_unedited, from_dict, load_json, parse, to_json
from keras_gan.config.commands import (
    DEFAULT_FRAMES,
    BlendOptions,
    CaptionOptions,
    DirectionsOptions,
    EditOptions,
    EvaluateOptions,
    ExportOptions,
    ExtractOptions,
    FilmOptions,
    InspectOptions,
    ListOptions,
    MorphOptions,
    PackOptions,
    ProjectOptions,
    ReportOptions,
    SampleOptions,
    SpeakOptions,
    StylizeOptions,
    TranslateOptions,
    check_sampling,
    controlled_options,
    exported_controls,
    with_controls,
)
from keras_gan.config.explaining import explained
from keras_gan.config.groups.data import DataOptions
from keras_gan.config.groups.delivery import DeliveryOptions
from keras_gan.config.groups.logging import parse_interval
from keras_gan.config.option import deciding, option
from keras_gan.config.run import DEFAULT_SNAPSHOTS, RunConfig, defaults

__all__ = [
    "DEFAULT_FRAMES",
    "DEFAULT_SNAPSHOTS",
    "BlendOptions",
    "CaptionOptions",
    "DataOptions",
    "DeliveryOptions",
    "DirectionsOptions",
    "EditOptions",
    "EvaluateOptions",
    "ExportOptions",
    "ExtractOptions",
    "FilmOptions",
    "InspectOptions",
    "ListOptions",
    "MorphOptions",
    "PackOptions",
    "ProjectOptions",
    "ReportOptions",
    "RunConfig",
    "SampleOptions",
    "SpeakOptions",
    "StylizeOptions",
    "TranslateOptions",
    "check_sampling",
    "check_unedited",
    "controlled_options",
    "deciding",
    "defaults",
    "explained",
    "exported_controls",
    "from_dict",
    "load_json",
    "option",
    "parse",
    "parse_interval",
    "to_json",
    "with_controls",
]
