"""`list`: every variant, one line each."""

from keras_gan import registry


def run(options):
    """Prints names and descriptions, read from the files without importing any."""
    for name in registry.list_variants():
        print(f"{name:<12}{registry.VARIANTS.summary(name)}")
    return 0
