"""The order among the benchmarks: a make target for each, no two files of a name, imports in one direction."""

import ast
import re
from collections import Counter
from graphlib import TopologicalSorter

from tests.conftest import ROOT

FOLDER = ROOT / "benchmarks"
FILES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in FOLDER.rglob("*.py")}


def imports(path):
    """`(module, name)` of everything that a file imports from benchmarks, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("benchmarks"):
            yield from ((node.module, alias.name) for alias in node.names)


def test_every_benchmark_has_a_make_target_of_its_name():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = dict(
        re.findall(r"^bench-([a-z-]+): .*## .+\n\t\$\(PY\) (benchmarks/\S+) \$\(ARGS\)$", makefile, re.MULTILINE)
    )
    commands = {path for path in FILES.values() if "run(Options, benchmark)" in path.read_text(encoding="utf-8")}
    assert {ROOT / path for path in found.values()} == commands
    assert all((ROOT / path).stem == name.replace("-", "_") for name, path in found.items())


def test_no_two_files_have_the_same_name():
    assert max(Counter(path.name for path in FILES.values()).values()) == 1


def test_imports_have_no_circle_and_take_nothing_private():
    graph = {}
    for name, path in FILES.items():
        taken = list(imports(path))
        assert not [each for _, each in taken if each.startswith("_")], path
        graph[name] = {f"{module}.{each}" if f"{module}.{each}" in FILES else module for module, each in taken}
    TopologicalSorter(graph).prepare()


def test_common_knows_no_benchmark():
    for name, path in FILES.items():
        if name.startswith("benchmarks.common."):
            assert {module.split(".")[1] for module, _ in imports(path)} <= {"common"}, path
