"""Who takes part in a training of several processes; tests/e2e/test_workers.py runs such trainings."""

import json

import pytest
import tensorflow as tf

from keras_gan.distribution import cluster, devices
from keras_gan.errors import UserError


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[]",
        '{"cluster": {"worker": ["a:1"]}}',
        '{"cluster": {"worker": "a:1"}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": -1}}',
        '{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "chief", "index": 0}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": "0"}}',
    ],
)
def test_an_unusable_tf_config_is_refused(value, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", value)
    with pytest.raises(UserError, match="TF_CONFIG cannot be used"):
        cluster.join()


def test_nothing_says_who_takes_part(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.delenv("SLURM_STEP_NODELIST", raising=False)
    with pytest.raises(UserError, match="--coordinator HOST:PORT"):
        cluster.join()


def test_a_chief_counts_as_worker_0(monkeypatch):
    spec = {"chief": ["a:1"], "worker": ["b:2", "c:3"]}
    for task, index in (("chief", 0), 0), (("worker", 0), 1), (("worker", 1), 2):
        monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": spec, "task": {"type": task[0], "index": task[1]}}))
        resolver = cluster._resolver(None, None, None)
        assert cluster._addresses(resolver) == ["a:1", "b:2", "c:3"]
        assert cluster._index(resolver) == index


def test_slurm_says_who_takes_part(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "")  # so that it is taken back, too, what the resolver is told by it
    monkeypatch.delenv("TF_CONFIG")
    variables = {"PROCID": "2", "STEP_NUM_TASKS": "4", "STEP_NODELIST": "n[9-11]", "STEP_TASKS_PER_NODE": "2,1(x2)"}
    for name, value in variables.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    resolver = cluster._resolver(None, None, None)
    assert cluster._addresses(resolver) == ["n9:8888", "n9:8889", "n10:8888", "n11:8888"]
    assert cluster._index(resolver) == 2


def test_one_process_is_its_own_chief():
    for strategy in (tf.distribute.get_strategy(), devices.make_strategy("mirrored")):
        assert cluster.is_chief(strategy)
        assert not cluster.has_others(strategy)
        assert cluster.sum_over_workers(strategy, [2.0, 3.0]) == [2.0, 3.0]
        assert cluster.who_left(strategy, ValueError("Collective ops is aborted")) is None


class Three:
    """A strategy of three workers, as far as the sentences about it need one."""

    cluster_resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": ["a:1", "b:2", "c:3"]}), task_type="worker", task_id=0
    )


@pytest.mark.parametrize(
    ("error", "who"),
    [
        # TensorFlow 2.21's words when a worker is killed, and when the chief is.
        (
            "Collective ops is aborted by: Error reported from /job:worker/task:1: The following tasks are unhealthy "
            "(stopped sending heartbeats):\n/job:worker/replica:0/task:2\nThe tasks have crashed.",
            "worker 2 (c:3)",
        ),
        (
            "Collective ops is aborted by: recvmsg:Connection reset by peer\nAdditional GRPC error information from "
            "remote target /job:worker/replica:0/task:0 while calling /tensorflow.WorkerService/CompleteInstance:",
            "worker 0 (a:1)",
        ),
        ("Collective ops is aborted by: something new", "another worker"),
        ("Matrix size-incompatible", None),
    ],
)
def test_errors_name_who_left(error, who):
    assert cluster.who_left(Three, tf.errors.UnavailableError(None, None, error)) == who
