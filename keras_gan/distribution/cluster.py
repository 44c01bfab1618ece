"""Several processes that train one model together: who they are, and what they tell one another.

Each process is a worker, on a machine of its own or not; worker 0 is the chief, who alone writes files. TensorFlow's
`MultiWorkerMirroredStrategy` does the work. Here it learns who takes part, and its errors become sentences.
"""

import hashlib
import json
import os
import re
import signal
import threading

import tensorflow as tf

from keras_gan.distribution import rendezvous
from keras_gan.errors import MachineFailed, UserError

_SLURM_PORT = 8888  # of the first task on a machine; the next ones follow


def join(coordinator=None, num_workers=None, worker_index=None):
    """The strategy of this process as one worker of several; returns when all have found one another.

    Who they are is said by `coordinator`, else by the environment variable `TF_CONFIG`, else by the Slurm job step.
    Nothing may have used TensorFlow's devices before.

    Args:
        coordinator: `HOST:PORT` of worker 0, as all others can reach it.
        num_workers: how many workers there are; belongs to `coordinator`.
        worker_index: which of them this is, from 0 on; belongs to `coordinator`.

    Raises:
        UserError: if nothing says who takes part, or what says it makes no sense.
        MachineFailed: if the workers cannot reach one another.
    """
    resolver = _resolver(coordinator, num_workers, worker_index)
    addresses, index = _addresses(resolver), _index(resolver)
    print(f"worker {index} of {len(addresses)}, at {addresses[index]}; the chief is worker 0.", flush=True)
    handler = signal.getsignal(signal.SIGTERM)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except (tf.errors.OpError, RuntimeError) as error:
        raise MachineFailed(
            f"worker {index} at {addresses[index]} cannot join the others ({', '.join(addresses)}): "
            f"{str(error).splitlines()[0]}"
        ) from None
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)  # TensorFlow takes it for itself, and then nothing ends
    return strategy


def has_others(strategy):
    """Whether other processes take part."""
    return strategy.cluster_resolver is not None


def is_chief(strategy):
    """Whether this process writes the files: worker 0, or the only process."""
    return not has_others(strategy) or _index(strategy.cluster_resolver) == 0


def sum_over_workers(strategy, numbers):
    """The sums over all workers of a list of numbers, each exact below 2^53. All workers must ask at the same point."""
    if not has_others(strategy):
        return list(numbers)
    return strategy.reduce("SUM", tf.constant(numbers, tf.float64), axis=None).numpy().tolist()


def differ(strategy, things):
    """Whether any worker has another value of a list of JSON-able things; all must ask at the same point."""
    # In words of 24 bits, whose sums are exact.
    digest = hashlib.sha256(json.dumps(things, sort_keys=True).encode()).digest()
    mine = [float(int.from_bytes(digest[i : i + 3])) for i in range(0, 24, 3)]
    workers, *sums = sum_over_workers(strategy, [1.0, *mine])
    # If only one differs, the others see it, too: their sum is not a multiple of their own.
    return any(total != workers * own for total, own in zip(sums, mine, strict=True))


def follow_chief(strategy, model):
    """Gives the model of every worker the weights of the chief's; all must ask at the same point."""
    if not has_others(strategy):
        return
    weights = model.get_weights()
    # All others add nothing; a sum of float64 is exact for what float32 holds.
    own = [weight * is_chief(strategy) for weight in weights]
    sums = [strategy.reduce("SUM", tf.constant(each, tf.float64), axis=None).numpy() for each in own]
    model.set_weights([total.astype(weight.dtype) for total, weight in zip(sums, weights, strict=True)])


def who_left(strategy, error):
    """Names the worker whose end TensorFlow's error tells of, or returns None if it tells of none."""
    if not has_others(strategy):
        return None
    text = str(error)
    found = re.search(r"unhealthy.*?/task:(\d+)|remote target /job:\w+/replica:\d+/task:(\d+)", text, re.DOTALL)
    if not found:
        return "another worker" if "Collective ops is aborted" in text else None
    index = int(found[1] or found[2])
    return f"worker {index} ({_addresses(strategy.cluster_resolver)[index]})"


# --- Inside -----------------------------------------------------------------------------------------------------------


def _resolver(coordinator, num_workers, worker_index):
    # Whoever knows the workers, TensorFlow is told by TF_CONFIG: of all resolvers this one counts the GPUs itself.
    if coordinator:
        _set_tf_config(rendezvous.meet(coordinator, num_workers, worker_index), worker_index)
    elif "TF_CONFIG" not in os.environ:
        if "SLURM_STEP_NODELIST" not in os.environ:
            raise UserError(
                "--strategy multi_worker does not know the other workers: give --coordinator HOST:PORT --num-workers N "
                "--worker-index I, or set TF_CONFIG, or start it by Slurm's srun (docs/distributed.md)."
            )
        _set_tf_config(*_slurm())
    _check_tf_config()
    return tf.distribute.cluster_resolver.TFConfigClusterResolver()


def _set_tf_config(addresses, index):
    task = {"type": "worker", "index": index}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})


def _slurm():
    """The addresses of the tasks of this Slurm job step, and the number of this one."""
    # Told of GPUs it does not ask nvidia-smi for them; which task sees which is for `srun --gpus-per-task` to say.
    resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(gpus_per_node=1, gpus_per_task=0, auto_set_gpu=False)
    # Not its `cluster_spec()`, which sorts names, n10 before n2: Slurm numbers its tasks in the order of the list.
    tasks = resolver._task_configuration
    addresses = [f"{host}:{_SLURM_PORT + task}" for host, count in tasks.items() for task in range(count)]
    return addresses, int(os.environ["SLURM_PROCID"])


def _check_tf_config():
    """Raises `UserError` unless `TF_CONFIG` names all workers, and this one among them."""
    wanted = '{"cluster": {"worker": ["HOST:PORT", …]}, "task": {"type": "worker", "index": I}}'
    try:
        values = json.loads(os.environ["TF_CONFIG"])
        cluster, task = values["cluster"], values["task"]
        known = set(cluster) <= {"chief", "worker"} and all(
            isinstance(address, str) and ":" in address for job in cluster.values() for address in job
        )
        address = cluster[task["type"]][task["index"]]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        known = address = None
    if not known or not address or task["index"] < 0:
        raise UserError(f"the environment variable TF_CONFIG cannot be used: it must be {wanted}.")


def _addresses(resolver):
    """`host:port` of every worker; a job `chief` comes first."""
    spec = resolver.cluster_spec()
    return [address for job in ("chief", "worker") if job in spec.jobs for address in spec.job_tasks(job)]


def _index(resolver):
    """The number of this worker in that list."""
    before = resolver.cluster_spec().num_tasks("chief") if _has_chief(resolver) and resolver.task_type != "chief" else 0
    return before + resolver.task_id


def _has_chief(resolver):
    return "chief" in resolver.cluster_spec().jobs
