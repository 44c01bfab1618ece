"""`export`: a checkpoint of a run as a new version of its model."""

from pathlib import Path

from keras_gan import runs
from keras_gan.commands import quiet_stderr
from keras_gan.commands.restore import restore


def run(options):
    """Rebuilds the model of a run, restores its best or last checkpoint and exports it."""
    folder = runs.find(options.log_dir, options.run)
    restored = restore(folder, options.export_checkpoint)
    from keras_gan import checkpoint, exporters
    from keras_gan.commands import real, train

    directory = exporters.next_version(Path(options.export_dir) / folder.name)
    run, judge = restored.run, None
    facts = train.facts(run, restored.model_config, restored.data_facts)
    facts["scores"] = train.scores_of(folder, restored.model)
    score = checkpoint.best_score(folder.checkpoints)
    if score and score["step"] == restored.step:
        facts["score"] = score
        if not restored.model.examples:
            judge = real.judge(run, score, restored.model.num_classes)
    kinds = options.export, facts, options.tflite, options.tflite_batch, judge, options.tflite_size
    with quiet_stderr():
        exporters.export(restored.model, directory, *kinds)
    print(f"step {restored.step} of {folder.name} exported to {directory}")
    return 0
