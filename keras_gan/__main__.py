"""`python -m keras_gan COMMAND …`: the whole program; `train.py` is its `train` command."""

from keras_gan.cli import main

if __name__ == "__main__":
    main()
