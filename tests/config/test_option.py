"""What each option of a run decides, said where the option stands."""

import dataclasses
import json

import pytest

from keras_gan import config, registry
from keras_gan.config import RunConfig
from keras_gan.config.option import deciding, option
from keras_gan.runs import run_folder
from keras_gan.runs.run_folder import RunFolder

# A run with another value of these computes something else in its steps. Add to it with thought.
COMPUTATION = {
    *("variant", "dataset", "image_size", "fit", "skip_bad_files", "labels", "direction"),
    *("batch_size", "augment", "data_augment", "seed", "precision"),
    *("frames", "rate", "seconds", "tokens", "lowercase", "min_count", "max_length"),
}
CALL = {"resume", "allow_config_change", "dry_run", "coordinator", "num_workers", "worker_index"}


def test_every_option_says_what_it_decides():
    fields = {field.name: field.metadata.get("decides") for field in dataclasses.fields(RunConfig)}
    assert {name for name, decides in fields.items() if decides == "computation"} == COMPUTATION
    assert {name for name, decides in fields.items() if decides == "call"} == CALL
    assert {name for name, decides in fields.items() if decides not in ("computation", "call", "output")} == set()


def test_deciding_gives_defaults():
    @dataclasses.dataclass(frozen=True)
    class Some:
        one: int = option(3, decides="call")
        two: str = option("x", decides="output")
        three: int = 4

    assert deciding(Some, "call") == {"one": 3}
    assert deciding(Some, "output") == {"two": "x"}
    assert deciding(Some, "computation") == {}
    assert Some().one == 3
    assert set(deciding(RunConfig, "call")) == CALL


def called():
    """A run with no option of the call at its default."""
    run = RunConfig(
        variant="dcgan",
        resume=True,
        allow_config_change=True,
        dry_run=True,
        strategy="multi_worker",
        coordinator="10.0.0.1:2222",
        num_workers=3,
        worker_index=2,
    )
    assert all(getattr(run, name) != value for name, value in deciding(RunConfig, "call").items())
    return run


def test_options_of_the_call_are_not_saved(tmp_path):
    text = config.to_json(called(), registry.module("dcgan").TINY)
    values = json.loads(text)
    assert {name: values[name] for name in CALL} == deciding(RunConfig, "call")
    assert "10.0.0.1" not in text
    run_folder.write_configuration(RunFolder(tmp_path), called(), registry.module("dcgan").TINY)
    assert (tmp_path / "config.json").read_text() == text
    assert config.load_json(tmp_path / "config.json")[0] == dataclasses.replace(called(), **deciding(RunConfig, "call"))


def test_what_decides_the_computation_is_compared():
    facts = {"images": 7, "classes": ["a"], "sources": 3, "name": "x", "treatment": "y", "image_shape": [1, 2, 3]}
    found = run_folder.computation(RunConfig(variant="dcgan", steps=3), registry.module("dcgan").TINY, facts)
    model = {name for name in found if name.startswith("model.")}
    assert found.keys() - model == COMPUTATION | {"images", "sources", "classes"}
    assert model == {f"model.{name}" for name in dataclasses.asdict(registry.module("dcgan").TINY)}
    # As a file has it: lists for tuples.
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("option", "value"),
    [("steps", 9), ("epochs", 2), ("log_dir", "x"), ("snapshot_every", 3), ("cpu_replicas", 2), ("health", False)],
)
def test_what_decides_the_output_alone_may_change(option, value):
    facts = {"images": 7, "classes": []}
    runs = RunConfig(variant="dcgan"), RunConfig(variant="dcgan", **{option: value})
    one, other = (run_folder.computation(run, {}, facts) for run in runs)
    assert one == other
