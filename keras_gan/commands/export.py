"""`export`: a checkpoint of a run as a new version of its model."""

from keras_gan.commands.reporting import record
from keras_gan.runs import run_folder


def run(options):
    """Rebuilds the model of a run, restores its best or last checkpoint and exports it.

    Args:
        options: an `ExportOptions`.
    """
    from keras_gan.runs.restore import restore

    folder = run_folder.find(options.log_dir, options.run)
    run_folder.check_has_checkpoint(folder)
    run_folder.check_exports(options, folder.name)
    restored = restore(folder, options.export_checkpoint, options.dataset, options.data_dir)
    from keras_gan.runs import delivery  # not before TensorFlow has been imported without its messages

    facts = delivery.facts_of(folder, restored.options, restored.model_config, restored.data_facts, restored.step)
    if cost := record.cost_of(folder.path, restored.step):
        facts = {**facts, "cost": cost}
    directory = delivery.deliver(folder, restored.options, restored.model, restored.sampler(), facts, delivery=options)
    print(f"step {restored.step} of {folder.name} exported to {directory}")
    return 0
