"""`list`: every variant, one line each."""

from keras_gan import registry


def run(options):
    """Prints names and descriptions, read from the files without importing any."""
    names = registry.list_variants()
    width = max(map(len, names)) + 2
    for name in names:
        print(f"{name:<{width}}{registry.VARIANTS.summary(name)}")
    return 0
