"""Callbacks in a plain `fit`."""

import numpy as np
import tensorflow as tf
from PIL import Image

from keras_gan import callbacks
from keras_gan.callbacks.every import Every
from keras_gan.storage import checkpoint
from tests.conftest import noise_images, sampler_of
from tests.golden.facts import tags


class Recorder(Every):
    def __init__(self, every):
        super().__init__(every)
        self.steps = []

    def at(self, step, logs):
        assert "d_loss" in logs
        self.steps.append(step)


def scalars(folder):
    """All scalar events below a folder as {tag: {step: value}}."""
    found = {}
    for path in sorted(folder.glob("events.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    found.setdefault(value.tag, {})[event.step] = float(tf.make_ndarray(value.tensor))
    return found


def test_every_counts_from_the_start_of_the_run(make_model, batches):
    model = make_model()
    recorder = Recorder(3)
    model.fit(batches(5), verbose=0, callbacks=[recorder])
    assert recorder.steps == [3, 5]  # and once at the end
    again = Recorder(3)
    model.fit(batches(4), verbose=0, callbacks=[again])
    assert again.steps == [6, 9]


def test_every_counts_steps_within_one_execution(make_model, batches):
    model = make_model(steps_per_execution=2)
    recorder = Recorder(3)
    model.fit(batches(6), verbose=0, callbacks=[recorder])
    assert recorder.steps == [4, 6]
    assert int(model.step) == 6


def test_scalars_are_means_of_their_window(make_model, batches, tmp_path):
    class Collect(Every):
        def after_step(self, step, logs):
            super().after_step(step, logs)
            losses.append(float(logs["d_loss"]))

        def at(self, step, logs):
            pass

    losses = []
    writer = tf.summary.create_file_writer(str(tmp_path))
    model = make_model(batch_size=8)
    model.fit(batches(4), verbose=0, callbacks=[Collect(1), callbacks.Scalars(writer, 2, model.schedule)])
    found = scalars(tmp_path)
    np.testing.assert_allclose(found["discriminator/loss"][2], np.mean(losses[:2]), rtol=1e-6)
    np.testing.assert_allclose(found["discriminator/loss"][4], np.mean(losses[2:]), rtol=1e-6)
    assert {"discriminator/real", "discriminator/fake", "generator/fake", "generator/loss"} <= set(found)
    assert {"discriminator/real_accuracy", "discriminator/fake_accuracy"} <= set(found)
    np.testing.assert_allclose(found["learning_rate/generator"][4], 2e-4)
    np.testing.assert_allclose(found["progress/kimg"][4], 0.032)
    assert found["progress/images_per_second"][4] > 0


def test_preview_shows_the_samples(make_model, batches, tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path / "events"))
    model = make_model()
    model.fit(batches(2), verbose=0, callbacks=[callbacks.Previews(tmp_path, 2, sampler_of(model), writer, count=4)])
    grid = np.array(Image.open(tmp_path / "step-000000002.png"))
    assert grid.shape == (2 * 96, 2 * 96, 3)  # six times larger
    expected = np.rint(model.sample(4, seed=0) * 255)
    np.testing.assert_allclose(grid[:96:6, 96::6], expected[1], atol=1)
    assert list(tmp_path.glob("*.tmp")) == []


def test_preview_has_a_column_for_each_class(make_model, tmp_path):
    model = make_model("cgan", compiled=False)
    callbacks.Previews(tmp_path, 1, sampler_of(model)).at(1, {})
    drawn = np.array(Image.open(tmp_path / "step-000000001.png"))
    assert drawn.shape == (8 * 96, 3 * 96, 3)
    column = np.rint(model.sample(24, seed=0)[1::3] * 255)  # the seeds of class 1
    np.testing.assert_allclose(drawn[::6, 96:192:6], np.concatenate(column), atol=1)


def test_real_examples_are_shown_beside_the_first_samples(make_model, tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path / "events"))
    model, data = make_model("cgan"), noise_images("cgan", 40)
    shown = callbacks.Previews(tmp_path, 1, sampler_of(model), writer, dataset=data)
    shown.set_model(model)
    shown.on_train_begin()
    writer.flush()
    assert tags(tmp_path / "events") == {"real": "images"}
    grid = np.array(Image.open(tmp_path / "real.png"))[-8 * 96 :: 6, ::6].reshape(8, 16, 3, 16, 3).swapaxes(1, 2)
    for column in range(3):  # eight examples of each class, none of them twice
        of_class = {image.tobytes() for image in data.columns["real"][data.columns["label"] == column]}
        found = {np.ascontiguousarray(tile).tobytes() for tile in grid[:, column]}
        assert len(found) == 8
        assert found <= of_class
    (tmp_path / "real.png").unlink()
    model.step.assign(3)
    shown.on_train_begin()
    assert not (tmp_path / "real.png").exists()  # a run that goes on has shown them


def test_checkpoints_keep_the_newest(make_model, batches, tmp_path):
    make_model().fit(batches(5), verbose=0, callbacks=[callbacks.Checkpoints(tmp_path, every=1, keep=2)])
    assert [path.name for path in checkpoint.list_checkpoints(tmp_path)] == ["step-000000004", "step-000000005"]


def test_progress_bar_ends_complete(make_model, batches, capsys):
    model = make_model(batch_size=8)
    model.fit(batches(3), verbose=0, callbacks=[callbacks.Progress(3, model.schedule)])
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "d_loss" in shown


def test_a_profile_holds_the_operations_of_some_steps(make_model, batches, tmp_path):
    model = make_model()
    model.fit(batches(13), verbose=0, callbacks=[callbacks.Profile(tmp_path, 2)])
    (trace,) = tmp_path.glob("plugins/profile/*/*.xplane.pb")
    assert b"Conv2DBackpropFilter" in trace.read_bytes()
    model.fit(batches(3), verbose=0, callbacks=[callbacks.Profile(tmp_path / "resumed", 2)])
    assert not (tmp_path / "resumed").exists()
