"""Draws with TensorFlow's C API, the loader that TensorFlow Serving is built on, without Python's TensorFlow.

    c_api.py LIBRARY_FOLDER SAVED_MODEL INPUTS.npz OUTPUT.npy [NAME=TENSOR …] -> TENSOR

`NAME=TENSOR` says which array of the inputs goes to which tensor of the graph; the last argument is the output's.
tests/export/test_c_api.py runs it.
"""

import ctypes
import sys
from pathlib import Path

import numpy as np

TYPES = {1: np.float32, 3: np.int32, 9: np.int64}
NUMBERS = {np.dtype(kind): number for number, kind in TYPES.items()}


class Output(ctypes.Structure):
    """TF_Output: an operation, and which of its outputs."""

    _fields_ = (("operation", ctypes.c_void_p), ("index", ctypes.c_int))


def load(folder):
    """The library, with the types of what is called."""
    library = ctypes.CDLL(str(next(Path(folder).glob("libtensorflow_cc.so*"))))
    pointers = (
        *("TF_NewStatus", "TF_NewGraph", "TF_NewSessionOptions", "TF_LoadSessionFromSavedModel"),
        *("TF_GraphOperationByName", "TF_AllocateTensor", "TF_TensorData"),
    )
    for name in pointers:
        getattr(library, name).restype = ctypes.c_void_p
    library.TF_Message.restype = ctypes.c_char_p
    library.TF_Version.restype = ctypes.c_char_p
    library.TF_TensorByteSize.restype = ctypes.c_size_t
    library.TF_Dim.restype = ctypes.c_int64
    return library


class Session:
    """A SavedModel that the C API has loaded."""

    def __init__(self, library, directory):
        self.library, self.status = library, ctypes.c_void_p(library.TF_NewStatus())
        self.graph = ctypes.c_void_p(library.TF_NewGraph())
        tags = (ctypes.c_char_p * 1)(b"serve")
        options = ctypes.c_void_p(library.TF_NewSessionOptions())
        self.session = ctypes.c_void_p(
            library.TF_LoadSessionFromSavedModel(
                options, None, str(directory).encode(), tags, 1, self.graph, None, self.status
            )
        )
        self.check()

    def check(self):
        """Raises RuntimeError with the library's words if the last call failed."""
        if self.library.TF_GetCode(self.status):
            raise RuntimeError(self.library.TF_Message(self.status).decode())

    def output(self, tensor):
        """`name:index` as the library means it."""
        name, _, index = tensor.partition(":")
        operation = self.library.TF_GraphOperationByName(self.graph, name.encode())
        if not operation:
            raise RuntimeError(f"the graph has no operation {name}")
        return Output(operation, int(index or 0))

    def tensor(self, array):
        """An array as a tensor."""
        dimensions = (ctypes.c_int64 * array.ndim)(*array.shape)
        size = ctypes.c_size_t(array.nbytes)
        tensor = ctypes.c_void_p(self.library.TF_AllocateTensor(NUMBERS[array.dtype], dimensions, array.ndim, size))
        ctypes.memmove(self.library.TF_TensorData(tensor), np.ascontiguousarray(array).ctypes.data, array.nbytes)
        return tensor

    def run(self, inputs, output):
        """The array of the tensor `output`, given arrays by tensor names."""
        places = (Output * len(inputs))(*(self.output(name) for name in inputs))
        given = (ctypes.c_void_p * len(inputs))(*(self.tensor(array) for array in inputs.values()))
        wanted, found = (Output * 1)(self.output(output)), (ctypes.c_void_p * 1)()
        self.library.TF_SessionRun(
            *(self.session, None, places, given, len(inputs), wanted, found, 1, None, 0, None, self.status)
        )
        self.check()
        tensor = ctypes.c_void_p(found[0])
        shape = [self.library.TF_Dim(tensor, axis) for axis in range(self.library.TF_NumDims(tensor))]
        size = self.library.TF_TensorByteSize(tensor)
        content = ctypes.string_at(self.library.TF_TensorData(tensor), size)
        return np.frombuffer(content, TYPES[self.library.TF_TensorType(tensor)]).reshape(shape)


def main(folder, directory, inputs, out, *names):
    library = load(folder)
    arrays = np.load(inputs)
    fed = {tensor: arrays[name] for name, tensor in (pair.split("=") for pair in names[:-1])}
    np.save(out, Session(library, directory).run(fed, names[-1]))
    assert "tensorflow" not in sys.modules
    print(library.TF_Version().decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
