"""The front door: `python train.py --variant dcgan`. Everything lives in `keras_gan`."""

from keras_gan.commands.ending import answered


def _train():
    from keras_gan.cli import main  # a package that is missing is said in one line, too

    main(command="train")


if __name__ == "__main__":
    answered(_train)
