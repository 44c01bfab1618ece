"""`ExportedModel`: what readers of all exported models have in common."""

from pathlib import Path

from keras_gan.errors import UserError
from keras_gan.exported import contents
from keras_gan.exported.runtimes import opened


class ExportedModel:
    """One network that `exporters.export` wrote, and what it takes and gives.

    Attributes:
        path: of the SavedModel's folder, or of the `.tflite` file.
        manifest: what stands beside it, empty if there is none.
        inputs: `{name: Field}`; without those that have defaults inside.
        controls: those, `{name: Scalar}`.
        output: the `Field` of what it makes.
        made: what signatures call it.
        configuration: what the manifest says of the run, empty if it says nothing.

    Args:
        path: folder of the SavedModel, or a `.tflite` file.
        direction: which network of a model that has several; default: the first, or the file's.
        runtime: what `runtimes.opened` made of the path, if it has been.

    Raises:
        UserError: if there is no such model.
    """

    def __init__(self, path, direction=None, runtime=None):
        self.path = path = Path(path)
        self.runtime = runtime or opened(path)
        self.manifest = self.runtime.manifest
        self.configuration = self.manifest.get("configuration", {})
        self.signature = self._signature(direction)
        takes, gives = self._shapes = self.runtime.inputs(self.signature), self.runtime.outputs(self.signature)
        inputs, outputs = contents.fields_of(path, self.manifest, self._network(direction), takes, gives)
        self.inputs = {name: field for name, field in inputs.items() if name in self._shapes[0]}
        self.controls = {name: field for name, field in inputs.items() if field.is_control}
        ((self.made, self.output),) = outputs.items()

    @property
    def facts(self):
        """What the manifest says of the networks, empty if it says nothing."""
        return self.manifest.get("generator", {})

    def run(self, **values):
        """What the network makes of arrays `[N, …]` at the outer edge, an array `[N, …]`."""
        return self.runtime.run(self.signature, **values)[self.made]

    def _signature(self, direction):
        if self.runtime.has_one_size:
            if direction and not self.path.name.startswith(direction):
                raise UserError(f"{self.path} is a network of its own: leave out --direction, or give the other file.")
            return "serving_default"
        if direction and direction not in self.runtime.signatures:
            raise UserError(f"{self.path} has one direction alone: leave out --direction.")
        return direction or "serving_default"

    def _network(self, direction):
        """The name of the network in the manifest, or None."""
        names = list(self.manifest.get("fields", {}))
        by_file = [name for name in names if self.path.name.startswith(name)] if self.runtime.has_one_size else []
        return direction or next(iter(by_file or names), None)
