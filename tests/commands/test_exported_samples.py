"""What an exported model says that it was trained on."""

import dataclasses

from keras_gan import config, data
from keras_gan.commands.exported_samples import _training_data


def test_what_was_trained_decides_what_captions_are():
    """Of a writer of lines they are lines alone, and of what draws them, images."""
    run = config.RunConfig(variant="textgan", dataset="captions")
    known = _training_data({**dataclasses.asdict(run), "model": {}})
    assert known.variant == "textgan"
    assert _training_data({"dataset": "captions"}) == config.DataOptions(dataset="captions")
    assert _training_data({}) is None


def test_data_of_another_kind_is_told_from_those_of_before():
    then = {"examples": 3, "content": {"real": "a"}}
    assert data.difference(then, {"images": 3, "content": {"real": "b"}}) == "examples: 3 -> None"
