"""`export`: a checkpoint of a run as a new version of its model."""

from pathlib import Path

from keras_gan.distribution.startup import quiet_stderr
from keras_gan.runs import run_folder
from keras_gan.runs.restore import restore


def run(options):
    """Rebuilds the model of a run, restores its best or last checkpoint and exports it."""
    folder = run_folder.find(options.log_dir, options.run)
    restored = restore(folder, options.export_checkpoint)
    from keras_gan import exporters
    from keras_gan.commands import train
    from keras_gan.runs import scoring
    from keras_gan.storage import checkpoint

    directory = exporters.next_version(Path(options.export_dir) / folder.name)
    run, judge = restored.run, None
    facts = train.facts(run, restored.model_config, restored.data_facts)
    facts["scores"] = train.scores_of(folder, restored.model)
    score = checkpoint.best_score(folder.checkpoints)
    if score and score["step"] == restored.step:
        facts["score"] = score
        if not restored.model.examples:
            judge = scoring.judge(run, score, restored.model.num_classes)
    kinds = options.export, facts, options.tflite, options.tflite_batch, judge, options.tflite_size
    with quiet_stderr():
        exporters.export(restored.model, directory, *kinds)
    print(f"step {restored.step} of {folder.name} exported to {directory}")
    return 0
