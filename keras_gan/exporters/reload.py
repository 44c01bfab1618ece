"""Run as a script in a fresh process: loads exported files with their own runtimes alone and saves what they compute.

    python -P reload.py MODULE

imports the module of a runtime at once, while other runtimes start up, too. Each line of standard input is a job,
`{"source": …, "directory": …, "targets": […], "threads": […], "inputs": NPZ, "outputs": NPZ}`, and is answered with a
line, `{"error": null}` or why the files cannot be used. Imports nothing of keras_gan, as the programs that will use
these files do not either.

The source is that of a function `load(directory)`, in which the exporter of a format says how its files are opened. It
returns the name and version of the runtime, the names of all targets, or None if the files do not say, and a function
`open_target(name, threads)` that returns the names of the inputs, how many rows a call takes, or None for any number,
and a function from arrays to arrays, both by their names.

The inputs are arrays by `TARGET/NAME`, one row per sample. The outputs are, too; rows that are files are
`TARGET/NAME/0` and so on, uint8. With them are the runtime's name, `runtime`, the names of all targets, `targets`, if
the files say them, and the milliseconds of a call on so many threads, `TARGET/milliseconds/THREADS`.
"""

import importlib
import json
import sys
import textwrap
import time

import numpy as np


def _outputs_of(job, inputs):
    """What the targets of a job compute, arrays by the names above."""
    defined = {}
    exec(textwrap.dedent(job["source"]), defined)
    runtime, targets, open_target = defined["load"](job["directory"])
    found = {"runtime": runtime} | ({} if targets is None else {"targets": targets})
    for target in job["targets"]:
        if targets is not None and target not in targets:
            continue  # whoever asked will see it
        for threads in job["threads"] or [None]:
            names, batch, call = open_target(target, threads)
            given = {name: inputs[f"{target}/{name}"] for name in names}
            made, milliseconds = run(call, given, batch)
            if threads is not None:
                found[f"{target}/milliseconds/{threads}"] = milliseconds
        for name, values in made.items():
            found |= _arrays(f"{target}/{name}", values)
    return found


def run(call, inputs, batch):
    """All rows, batch after batch, and the median of the milliseconds of a call."""
    count = len(next(iter(inputs.values())))
    made, seconds = [], []
    for start in range(0, count, batch or count):
        rows = np.arange(start, start + (batch or count)) % count  # the last batch begins anew
        given = {name: values[rows] for name, values in inputs.items()}
        started = time.perf_counter()
        made.append(call(given))
        seconds.append(time.perf_counter() - started)
    whole = {name: np.concatenate([each[name] for each in made])[:count] for name in made[0]}
    return whole, 1000 * float(np.median(seconds))


def _arrays(name, values):
    """An array, or one for each file of a row of them, by the names above."""
    if values.dtype != object:
        return {name: values}
    return {f"{name}/{row}": np.frombuffer(content, np.uint8) for row, content in enumerate(values)}


def main():
    """Does jobs until standard input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            # Files are Python objects; those that made them are the program that started this process.
            with np.load(job["inputs"], allow_pickle=True) as inputs:
                outputs = _outputs_of(job, inputs)
            np.savez(job["outputs"], **outputs)
            error = "keras_gan was imported" if "keras_gan" in sys.modules else None
        except Exception as problem:  # whatever it is, it is the answer
            error = f"{type(problem).__name__}: {(str(problem).splitlines() or [''])[0]}"
        print(json.dumps({"error": error}), flush=True)


if __name__ == "__main__":
    importlib.import_module(sys.argv[1])
    main()
