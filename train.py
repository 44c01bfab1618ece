"""The front door: `python train.py --variant dcgan`. Everything lives in `keras_gan`."""

from keras_gan.cli import main

if __name__ == "__main__":
    main(command="train")
