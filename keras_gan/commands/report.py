"""`report`: one web page about a run, or about several side by side; complete in itself, no request to anywhere."""

import webbrowser
from pathlib import Path

from keras_gan.commands.reporting import one_run, several_runs
from keras_gan.commands.reporting.record import Record
from keras_gan.errors import UserError, cannot_write
from keras_gan.runs import run_folder
from keras_gan.storage import files


def run(options):
    """Writes `report.html` of a run, or `comparison.html` where it is compared with others."""
    records = _records([run_folder.find(options.log_dir, name) for name in (options.run, *options.compare)])
    page = several_runs.page_of(records) if options.compare else one_run.page_of(records[0])
    usual = "comparison.html" if options.compare else "report.html"
    path = Path(options.out) if options.out else records[0].folder.path / usual
    try:
        files.write(path, page)
    except OSError as error:
        raise cannot_write(path, error) from None
    print(f"written: {path}")
    if options.open and not webbrowser.open(path.resolve().as_uri()):
        print("there is no browser here to open it with.")
    return 0


def _records(folders):
    """What is known of runs, under names that differ."""
    paths = [folder.path.resolve() for folder in folders]
    for path in paths:
        if paths.count(path) > 1:
            raise UserError(f"the run {path.name} is named twice: --compare sets other runs beside that of --run.")
    names = [path.name for path in paths]
    unique = len(set(names)) == len(names)
    return [
        Record(folder, path.name if unique else f"{path.parent.name}/{path.name}")
        for folder, path in zip(folders, paths, strict=True)
    ]
