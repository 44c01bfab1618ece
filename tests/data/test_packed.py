"""Packed data: the same examples in the same order, whatever happened while they were packed."""

import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from keras_gan import data
from keras_gan.commands import inspect_data, pack
from keras_gan.config import DataOptions, InspectOptions, PackOptions
from keras_gan.data import pipeline
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.packed import cached, manifest, opened, writing
from keras_gan.data.plans import LoadedPlan
from keras_gan.errors import UserError
from keras_gan.storage import arrays, cache, records
from tests.conftest import ROOT

COUNT = 50


@pytest.fixture(autouse=True)
def small_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_MOST", 16)
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def photos(tmp_path):
    """Pictures of 12x9 px in the folders a and b."""
    draw = np.random.RandomState(0)
    for number in range(COUNT):
        path = tmp_path / "photos" / "ab"[number % 2] / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw.randint(0, 256, (9, 12, 3), np.uint8)).save(path)
    return tmp_path / "photos"


def options(photos, **others):
    return DataOptions(dataset=f"folder:{photos}", image_size=8, **others)


def packed(photos, out, **others):
    assert pack.run(PackOptions(dataset=f"folder:{photos}", image_size=8, out=str(out), **others)) == 0
    return DataOptions(dataset=f"packed:{out}", image_size=8)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(first, second):
    assert first.columns.keys() == second.columns.keys()
    for name, column in first.columns.items():
        assert_array_equal(column[np.arange(len(column))], second.columns[name][np.arange(len(column))])
    assert first.facts["content"] == second.facts["content"]
    assert (first.fields, first.groups, first.class_names) == (second.fields, second.groups, second.class_names)


# --- Records ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(tmp_path):
    values = np.random.RandomState(1).normal(size=(7, 2, 3)).astype(np.float32)
    for number, part in enumerate(np.split(values, [3, 4])):
        records.write(tmp_path / f"{number}.array_record", part)
    paths = [tmp_path / f"{number}.array_record" for number in range(3)]
    return values, records.Records(paths, [3, 1, 3], "<f4", (2, 3))


def test_rows_are_those_of_an_array(rows):
    values, column = rows
    assert column.shape == values.shape
    assert len(column) == 7
    for which in (np.array([6, 0, 3, 3, 2]), slice(2, 6), 4, -1, np.array([], int)):
        assert_array_equal(column[which], values[which])
    assert_array_equal(np.stack(list(column)), values)
    assert arrays.content(column) == arrays.content(values)
    with pytest.raises(IndexError):
        column[7]


def test_rows_that_are_kept_and_columns_that_travel(rows):
    values, column = rows
    kept = arrays.keep_rows(arrays.keep_rows(column, [0, 2, 3, 6]), [1, 3])
    assert_array_equal(kept[np.arange(2)], values[[2, 6]])
    assert_array_equal(pickle.loads(pickle.dumps(column))[5], values[5])


# --- Packing ----------------------------------------------------------------------------------------------------------


def test_packed_pictures_are_those_of_the_folder(photos, tmp_path, capsys):
    chosen = packed(photos, tmp_path / "packed")
    assert f"{COUNT} examples" in capsys.readouterr().out
    whole, again = data.load(options(photos)), data.load(chosen)
    same(whole, again)
    assert (again.provenance, again.treatment) == (whole.provenance, whole.treatment)
    assert {path.suffix for path in (tmp_path / "packed").iterdir()} == {".array_record", ".npy", ".json"}


def test_batches_are_the_same(photos, tmp_path):
    chosen = packed(photos, tmp_path / "packed")
    whole, again = (
        pipeline.batches(data.load(each), 8, seed=3, start_step=4, augment=("flip",)).take(8)
        for each in (options(photos), chosen)
    )
    for first, second in zip(whole, again, strict=True):
        for name in first:
            assert_array_equal(first[name], second[name])


def test_machines_share_the_work(photos, tmp_path, capsys):
    packed(photos, tmp_path / "one")
    packed(photos, tmp_path / "two", shard="2/2")
    assert "of 4 pieces are there" in capsys.readouterr().out
    with pytest.raises(UserError, match="is no packed data set"):
        data.load(DataOptions(dataset=f"packed:{tmp_path}/two", image_size=8))
    packed(photos, tmp_path / "two", shard="1/2")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_what_was_interrupted_goes_on(photos, tmp_path, monkeypatch):
    packed(photos, tmp_path / "one")
    made = []
    real = writing._make_one

    def one(piece, *rest, **others):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(piece.number)
        return real(piece, *rest, **others)

    monkeypatch.setattr(writing.processes, "in_order", map)
    monkeypatch.setattr(writing, "_make_one", one)
    with pytest.raises(KeyboardInterrupt):
        packed(photos, tmp_path / "two")
    (tmp_path / "two" / "train-real-00001.array_record").write_bytes(b"cut")
    monkeypatch.setattr(writing, "_make_one", real)
    packed(photos, tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


@pytest.mark.slow
def test_kills_at_any_moment_leave_equal_files(photos, tmp_path):
    packed(photos, tmp_path / "one")
    command = "from keras_gan.data.packed import writing; writing._MOST = 16; from keras_gan.cli import main; main()"
    words = ["pack", "--dataset", f"folder:{photos}", "--image-size", "8", "--out", str(tmp_path / "two")]
    for kill in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", command, *words], cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL
        )
        time.sleep(0.4 + 0.1 * kill)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    packed(photos, tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_a_second_call_has_nothing_to_do_and_another_set_no_place(photos, tmp_path, capsys):
    packed(photos, tmp_path / "packed")
    packed(photos, tmp_path / "packed")
    assert "holds it already" in capsys.readouterr().out
    with pytest.raises(UserError, match="holds another packed data set"):
        pack.run(PackOptions(dataset=f"folder:{photos / 'a'}", image_size=8, out=str(tmp_path / "packed")))


def test_what_killed_writers_left_is_swept_and_a_lost_file_made_again(photos, tmp_path, capsys):
    packed(photos, tmp_path / "one")
    whole, lost = bytes_of(tmp_path / "one"), tmp_path / "one" / "train-real-00001.array_record"
    for left in (".train-real-00000.npy.0a1b2c3d.partial", "train-labels-00000.json", "train-labels-00000.npy"):
        (tmp_path / "one" / left).write_bytes(b"left")
    (tmp_path / "one" / "notes.txt").write_bytes(b"of somebody")
    packed(photos, tmp_path / "one")
    assert bytes_of(tmp_path / "one") == {**whole, "notes.txt": b"of somebody"}
    lost.unlink()
    packed(photos, tmp_path / "one")
    assert "train-real-00001.array_record is missing" in capsys.readouterr().out
    assert bytes_of(tmp_path / "one") == {**whole, "notes.txt": b"of somebody"}


def test_what_cannot_be_read_is_named_or_listed(photos, tmp_path):
    (photos / "a" / "04.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"04\.png"):
        packed(photos, tmp_path / "packed")
    chosen = packed(photos, tmp_path / "packed", skip_bad_files=True)
    same(data.load(options(photos, skip_bad_files=True)), data.load(chosen))
    (line,) = manifest.read(tmp_path / "packed")["splits"]["train"]["unreadable"]
    assert "04.png" in line


def test_unrelated_columns_are_packed_each_in_its_length(tmp_path):
    draw = np.random.RandomState(2)
    images, sources = (draw.randint(0, 256, (count, 4, 6, 1), np.uint8) for count in (20, 33))
    whole = image_dataset("two", images, np.arange(20, dtype=np.int32) % 3, ("x", "y", "z"), "P", "T", sources, False)
    facts = writing.pack({"train": LoadedPlan(whole), "test": LoadedPlan(whole)}, tmp_path, "two", "unpaired")
    same(whole, opened(tmp_path, facts, "train", "two"))
    same(whole, opened(tmp_path, facts, "test", "two"))


# --- Damage -----------------------------------------------------------------------------------------------------------


def test_a_flipped_byte_is_named(photos, tmp_path):
    chosen = packed(photos, tmp_path / "packed")
    path = tmp_path / "packed" / "train-real-00002.array_record"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"train-real-00002\.array_record is damaged"):
        data.load(chosen)


def test_missing_and_cut_files_are_named_before_anything_is_read(photos, tmp_path):
    chosen = packed(photos, tmp_path / "packed")
    path = tmp_path / "packed" / "train-real-00001.array_record"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(UserError, match=r"train-real-00001\.array_record is damaged"):
        data.check_available(chosen)
    path.unlink()
    with pytest.raises(UserError, match=r"train-real-00001\.array_record is missing"):
        data.check_available(chosen)


def test_other_sizes_and_tasks_are_refused(photos, tmp_path):
    chosen = packed(photos, tmp_path / "packed")
    with pytest.raises(UserError, match="say --image-size 8"):
        data.check_available(replace(chosen, image_size=32))
    with pytest.raises(UserError, match="packed for the task sample"):
        data.load(chosen, task="paired")
    with pytest.raises(UserError, match="no test split"):
        data.load(chosen, "test")


# --- Elsewhere, and in the cache --------------------------------------------------------------------------------------


def test_other_file_systems(photos, tmp_path):
    import tensorflow as tf

    packed(photos, tmp_path / "packed")
    for path in (tmp_path / "packed").iterdir():
        with tf.io.gfile.GFile(f"ram://bucket/{path.name}", "wb") as file:
            file.write(path.read_bytes())
    same(data.load(options(photos)), data.load(DataOptions(dataset="packed:ram://bucket", image_size=8)))
    with pytest.raises(UserError, match="cannot be fetched"):
        data.load(DataOptions(dataset="packed:ram://nothing", image_size=8))


def test_a_large_folder_is_decoded_once(photos, monkeypatch):
    whole = data.load(options(photos, cache=False))
    monkeypatch.setattr(cached, "FEWEST", COUNT)
    same(whole, data.load(options(photos)))
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_make_one", None)  # nothing is decoded
        patch.setattr(writing, "pack", None)
        same(whole, data.load(options(photos)))
    Image.new("RGB", (8, 8)).save(photos / "a" / "00.png")
    assert not data.load(options(photos)).columns["real"][0].any()  # it is another folder now
    (kept,) = list(cache.directory().glob("packed-*/manifest.json"))[:1]
    kept.write_text("{")
    same(data.load(options(photos, cache=False)), data.load(options(photos)))


def test_a_folder_that_is_larger_than_the_cache_is_not_kept(photos, monkeypatch):
    monkeypatch.setattr(cached, "FEWEST", COUNT)
    monkeypatch.setattr(cached, "MOST_BYTES", COUNT * 8 * 8 * 3 - 1)
    same(data.load(options(photos, cache=False)), data.load(options(photos)))
    assert not list(cache.directory().glob("packed-*"))


def test_the_longest_unused_goes_first(tmp_path, monkeypatch):
    monkeypatch.setattr(cached, "MOST_BYTES", 250)
    for number in range(4):
        folder = cache.directory() / f"packed-{number}"
        folder.mkdir(parents=True)
        (folder / "data").write_bytes(b"x" * 100)
        os.utime(folder, (time.time() - 100 * (4 - number),) * 2)
    cached.sweep(cache.directory() / "packed-0")
    assert sorted(path.name for path in cache.directory().iterdir()) == ["packed-0", "packed-2", "packed-3"]


def test_the_manifest_is_told(photos, tmp_path, capsys):
    packed(photos, tmp_path / "packed")
    capsys.readouterr()
    assert inspect_data.run(InspectOptions(dataset=f"packed:{tmp_path}/packed", image_size=8)) == 0
    told = capsys.readouterr().out
    assert "train: 50 examples in 5 files" in told
    assert "8x8 px" in told


def test_shards_that_are_none(photos, tmp_path):
    for shard in ("3/2", "0/2", "x", "1"):
        with pytest.raises(UserError, match="--shard"):
            packed(photos, tmp_path / "packed", shard=shard)
