"""`python -m keras_gan COMMAND …`: the whole program; `train.py` is its `train` command."""

from keras_gan.commands.ending import answered


def _main():
    from keras_gan.cli import main  # a package that is missing is said in one line, too

    main()


if __name__ == "__main__":
    answered(_main)
