"""`report`: one web page about a run, or about several side by side; complete in itself, no request to anywhere."""

import webbrowser
from pathlib import Path

from keras_gan.commands.reporting import one_run, several_runs
from keras_gan.commands.reporting.record import Record
from keras_gan.errors import UserError, why
from keras_gan.runs import run_folder
from keras_gan.storage import files


def run(options):
    """Writes `report.html` of a run, or `comparison.html` where it is compared with others."""
    folders = [run_folder.find(options.log_dir, name) for name in (options.run, *options.compare)]
    records = [Record(folder) for folder in folders]
    page = several_runs.page_of(records) if options.compare else one_run.page_of(records[0])
    usual = "comparison.html" if options.compare else "report.html"
    path = Path(options.out) if options.out else folders[0].path / usual
    try:
        files.write(path, page)
    except OSError as error:
        raise UserError(f"cannot write {path}: {why(error)}.") from None
    print(f"written: {path}")
    if options.open and not webbrowser.open(path.resolve().as_uri()):
        print("there is no browser here to open it with.")
    return 0
