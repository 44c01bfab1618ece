"""Work that is done by all processors of this machine."""

import multiprocessing
import os
import sys
import types
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager


def in_order(function, items):
    """`map`, by processes; by this one as soon as processes turn out not to work here.

    Args:
        function: it, its arguments and its results can be pickled.
        items: a list.
    """
    done = 0
    # Processes that were started to be ended with their parent, such as data loaders, must not have children.
    if len(items) > 1 and not multiprocessing.current_process().daemon:
        try:
            for result in _by_processes(function, items):
                yield result
                done += 1
        except (BrokenProcessPool, OSError, ImportError, NotImplementedError):
            pass
    yield from map(function, items[done:])


def _by_processes(function, items):
    # Not forked: TensorFlow's threads would not survive it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(os.cpu_count() or 1, len(items)), context)
    try:
        with _main_module_set_aside():
            results = pool.map(function, items)
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _main_module_set_aside():
    """Keeps processes started in this context from importing the main module.

    They would run a user's script again from its start if it has no `if __name__ == "__main__"`, and fail on one from
    standard input. What is done here needs nothing of it.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
