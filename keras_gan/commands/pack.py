"""`pack`: decodes a data set once, into files that training reads row by row."""

from pathlib import Path

from keras_gan import data
from keras_gan.data.packed import manifest
from keras_gan.errors import UserError, calling, cannot_write, shown


def run(options):
    """Packs all splits of a data set; goes on where it was interrupted.

    Args:
        options: a `PackOptions`.
    """
    from keras_gan.data.packed import writing

    data.check_available(options)
    out, plans = Path(options.out), data.decoding_plans(options, options.task)
    if (out / manifest.NAME).exists():
        known = manifest.read(out)
        if known["name"] != shown(options.dataset) or _digests_of(known) != _digests(plans):
            raise UserError(f"{shown(out)} holds another packed data set, {known['name']}: choose another --out.")
        if _is_whole(out, known):
            writing.tidy(out, known)
            print(f"{shown(out)} holds it already.")
            return 0
    try:
        facts = writing.pack(
            plans, out, shown(options.dataset), options.task, options.skip_bad_files, _shard(options.shard)
        )
    except writing.Unfinished as unfinished:
        print(f"{unfinished}: the manifest is written by the shard that ends last, or by the same command once more.")
        return 0
    except OSError as error:
        raise cannot_write(out, error) from None
    _report(facts, options, out)
    return 0


def _is_whole(out, known):
    """Whether the files of a manifest are there; says which one is not."""
    try:
        manifest.check_files(out, known)
    except UserError as error:
        print(f"{error} It is packed again.")
        return False
    return True


def _report(facts, options, out):
    held = sum(file["bytes"] for file in manifest.all_files(facts)) / 2**20
    left = sum(len(split["unreadable"]) for split in facts["splits"].values())
    print(f"{facts['splits']['train']['columns']['real']['count']:,} examples, {held:,.1f} MiB, in {shown(out)}.")
    if left:
        print(f"{left} could not be read, and are listed in its {manifest.NAME}.")
    words = ("--dataset", f"packed:{options.out}", "--image-size", str(options.image_size))
    print(f"Next:\n  {calling('train', *words)}")


def _digests_of(known):
    return {split: each["digest"] for split, each in known["splits"].items()}


def _digests(plans):
    return {split: plan.digest or "" for split, plan in plans.items()}


def _shard(text):
    """`2/8` to `(2, 8)`."""
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise UserError(f"--shard {text}: give which of how many, such as 2/8.")
    return int(number), int(count)
