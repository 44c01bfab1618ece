"""The asking side of the PyTorch peers: which interpreter has it, how they are started, what is reported of them."""

import os
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.common.program import UserError
from benchmarks.common.report import ratios, summary
from benchmarks.common.workers import Worker

LAYOUTS = {"nchw": "PyTorch, NCHW", "channels_last": "PyTorch, channels last"}
MODES = {**LAYOUTS, "compiled": "PyTorch, compiled"}  # channels last, by torch.compile
# Variants whose step is written in PyTorch, too: the peer's module in this folder, and its role there.
PEERS = {
    "cyclegan": ("translation_pytorch", "cyclegan"),
    "dcgan": ("dcgan_pytorch", "step"),
    "pix2pix": ("translation_pytorch", "pix2pix"),
    "progan": ("progan_pytorch", "step"),
    "r3gan": ("r3gan_pytorch", "step"),
    "stylegan": ("style_pytorch", "stylegan"),
    "stylegan2": ("style_pytorch", "stylegan2"),
    "wgan_gp": ("wgan_gp_pytorch", "step"),
}


@dataclass(frozen=True)
class Options:
    """The options of a benchmark that has PyTorch beside it."""

    torch_python: str | None = None
    """Interpreter that has PyTorch; default: this one if it has, else $KERAS_GAN_TORCH_PYTHON."""
    skip_torch: bool = False
    """Leave PyTorch out."""

    def find_torch(self):
        """The interpreter to run PyTorch with, or None if it is left out or there is none."""
        return None if self.skip_torch else find_torch(self.torch_python)


def find_torch(python):
    """The interpreter that was asked for, or one that has PyTorch; None if there is none.

    Raises:
        UserError: if the one that was asked for has no PyTorch.
    """
    if python and not _has_torch(python):
        raise UserError(f"{python} is not an interpreter that has PyTorch.")
    candidates = [python, sys.executable, os.environ.get("KERAS_GAN_TORCH_PYTHON")]
    return next((candidate for candidate in candidates if candidate and _has_torch(candidate)), None)


def _has_torch(python):
    test = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    try:
        return subprocess.run([python, "-c", test], check=False).returncode == 0
    except OSError:
        return False


def start(stack, python, module, facts, modes=LAYOUTS, **options):
    """`{mode: worker}` of a peer in each memory layout, or in other modes.

    Args:
        stack: `ExitStack` that ends them.
        python: interpreter that has PyTorch.
        module: name of the peer's module in this folder.
        facts: `networks`, the sizes that the peer is to have, and `threads`.
        modes: of `MODES`.
        **options: what else the peer is told.
    """
    options |= {key: facts[key] for key in ("networks", "threads")}
    return {
        layout: stack.enter_context(Worker(f"benchmarks.peers.{module}", python, layout=layout, **options))
        for layout in modes
    }


def beside(facts, ours, theirs):
    """What is reported of a peer, from its facts and the seconds of both sides' steps, round by round."""
    return {
        "seconds_per_step": summary(theirs),
        "ours_over_this": ratios(ours, theirs),
        **{key: facts[key] for key in ("version", "adam", "threads")},
    }
