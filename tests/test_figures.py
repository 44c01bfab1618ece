"""The program's structure keeps its bounds; `python tools/figures.py` prints all figures."""

import pytest

from tests.conftest import ROOT
from tools import figures


@pytest.mark.parametrize("name", figures.BOUNDED)
def test_figure_keeps_its_bound(name):
    figure = figures.BOUNDED[name](ROOT)
    assert figures.within(figure), f"{figure.name}: {figure.now}, not {figure.bound}\n" + "\n".join(figure.details)
