"""One file a variant: paper, equations, deviations, options, networks."""

from keras_gan.registry import plugin_folders

__path__ += plugin_folders("variants")
