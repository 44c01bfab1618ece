"""Reads the tensors of a PyTorch state dict without PyTorch, and without running what a pickle may ask for.

Both forms of `torch.save` are read: the zip archive of PyTorch 1.6 and later, and the stream of pickles before it.
"""

import collections
import pickle
import sys
import zipfile
from dataclasses import dataclass

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {
    **{"FloatStorage": np.float32, "DoubleStorage": np.float64, "HalfStorage": np.float16},
    **{"LongStorage": np.int64, "IntStorage": np.int32, "ShortStorage": np.int16, "CharStorage": np.int8},
    **{"ByteStorage": np.uint8, "BoolStorage": np.bool_},
}


def read(path):
    """`{name: NumPy array}` of the state dict in the file `path`.

    Raises:
        ValueError: if the file is something else, or holds other things than tensors.
    """
    try:
        if zipfile.is_zipfile(path):
            return _read_archive(path)
        return _read_stream(path)
    except (pickle.UnpicklingError, EOFError, KeyError, AttributeError, IndexError, TypeError, UnicodeDecodeError) as e:
        raise ValueError(f"not a PyTorch state dict ({e or type(e).__name__})") from None


def _read_archive(path):
    with zipfile.ZipFile(path) as archive:
        pickled = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if pickled is None:
            raise ValueError("not a PyTorch state dict (a zip file without data.pkl)")
        folder = pickled.removesuffix("data.pkl")
        order = folder + "byteorder"
        if order in archive.namelist() and archive.read(order) != sys.byteorder.encode():
            raise ValueError("was saved on a machine of the other byte order")
        with archive.open(pickled) as file:
            state = _Reader(file).load()
        return _arrays(state, lambda storage: archive.read(f"{folder}data/{storage.key}"))


def _read_stream(path):
    with open(path, "rb") as file:
        if _Reader(file).load() != _MAGIC:
            raise ValueError("not a PyTorch state dict")
        _protocol, _system, state, keys = (_Reader(file).load() for _ in range(4))
        sizes = {tensor.storage.key: tensor.storage.dtype for tensor in state.values()}
        contents = {}
        for key in keys:
            count = int(np.frombuffer(file.read(8), "<i8")[0])
            contents[key] = file.read(count * np.dtype(sizes[key]).itemsize)
        return _arrays(state, lambda storage: contents[storage.key])


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: type


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple

    def array(self, content):
        flat = np.frombuffer(content, self.storage.dtype)
        last = self.offset + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        if 0 in self.shape:
            return np.zeros(self.shape, self.storage.dtype)
        if min(self.strides, default=0) < 0 or last >= len(flat):
            raise ValueError("is damaged: a tensor reaches beyond its storage")
        strides = [stride * flat.itemsize for stride in self.strides]
        return np.lib.stride_tricks.as_strided(flat[self.offset :], self.shape, strides).copy()


def _arrays(state, content):
    if not isinstance(state, dict) or not all(isinstance(tensor, _Tensor) for tensor in state.values()):
        raise ValueError("holds other things than tensors by name: save the state_dict() of a module")
    return {name: tensor.array(content(tensor.storage)) for name, tensor in state.items()}


class _Reader(pickle.Unpickler):
    """Knows the few things a state dict is made of, and nothing else that a pickle could call."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, tuple(shape), tuple(strides))
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda tensor, *_: tensor
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, identifier):
        kind, dtype, key = identifier[:3]
        if kind != "storage":
            raise pickle.UnpicklingError(f"it refers to a {kind}")
        return _Storage(str(key), dtype)
