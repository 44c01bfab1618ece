"""TensorBoard's event files of a run that is resumed: what came after the checkpoint is taken back.

A run that is killed has logged steps that its last checkpoint knows nothing of. It will log them again, and
TensorBoard would draw both.
"""

from pathlib import Path

import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event

from keras_gan.storage import files


def cut_after(directory, step):
    """Removes the events of later steps than `step` from all event files directly in a folder.

    A file that ends in the middle of a record, as a kill can leave it, ends before it afterwards.

    Raises:
        OSError: if a file cannot be replaced; it is whole then.
    """
    for path in sorted(Path(directory).glob("events.out.tfevents.*")):
        records, damaged = _records(path)
        kept = [record for record in records if Event.FromString(record).step <= step]
        if damaged or len(kept) < len(records):
            with files.replacing(path) as temporary, tf.io.TFRecordWriter(str(temporary)) as writer:
                for record in kept:
                    writer.write(record)


def _records(path):
    records = []
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            records.append(record.numpy())
    except tf.errors.DataLossError:
        return records, True
    return records, False
