"""`blend`: coarse layers of one style-based run and fine ones of another, as one exported generator."""

from keras_gan.runs import run_folder


def run(options):
    """Restores both runs, swaps layers and exports."""
    from keras_gan.runs.restore import restore

    folders = [run_folder.find(options.log_dir, name) for name in (options.run, options.fine)]
    first, second = (restore(folder, options.checkpoint) for folder in folders)
    from keras_gan.runs import blending

    kept, swapped = blending.swap(first.model, second.model, options.start)
    blending.export(folders[0], first, folders[1].name, options.out, options.start)
    print(
        f"{kept} layers of {folders[0].name}, {swapped} of {folders[1].name} from {options.start} px on: {options.out}"
    )
    return 0
