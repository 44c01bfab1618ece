"""Figures of the program's structure, read from the source of a checkout without importing any of it.

    python tools/figures.py [PATH] [--before PATH] [--json]

What is counted:
- Public names: functions and classes at the top of a module of `keras_gan`, without a leading underscore, in every
  module, underscored ones too. Constants, methods, nested functions and names imported from elsewhere are not counted.
- Length of a function: from its `def` to its last line, docstring included; methods and nested functions are functions.
- Files to edit for a new variant, score and so on: the own file of one that exists, and every other file of the package
  that names it, by a string equal to its name or by an import of its module; of several examples, that with the most.
  Docstrings and help texts, which are for readers, do not count, nor do identifiers such as `_kid`. What else may bear
  the same name is told apart by words of the line, see `KINDS`. Of a modality, files that ask which kind a value is, or
  list kinds, count (`kind == "label"`, `kinds = {"label": …}`): one more of them would have to be added there. Those
  that import one to use it do not: labels are used by who trains on labels, whatever other kinds there are.
- Circles: groups of modules that import each other, imports inside functions included. That importing a module runs
  the `__init__` of its package does not count, nor do imports by a name made up while running.
- Underscored names: `from module import _name`, and `module._name` of an imported module, of the program's own modules
  alone: elsewhere some (`os._exit`, `torch._foreach_lerp_`) are public, or the only way.
- Prose: lines of Markdown out of fences, tables, HTML and indented code, but for links alone and headings with links.
  Model cards, which the program writes, do not count.
"""

import argparse
import ast
import functools
import json
import re
import statistics
import subprocess
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Figure = namedtuple("Figure", "name now bound details")
Kind = namedtuple("Kind", "examples rooms only other", defaults=("", "$^"))
# Examples of each kind, and the folders one of which holds their own files; an import from there names the example
# (none: imports are of helpers). Lines name it as that kind if they match `only` and do not match `other`.
KINDS = {
    "variant": Kind(("dragan",), ("variants",)),
    "score": Kind(("kid",), ("metrics", "scores")),
    # The network of a perceptual loss is chosen by the same name; a Keras model bears a name that nothing asks for.
    "extractor": Kind(
        ("squeezenet", "classifier"), ("metrics", "extractors"), other=r"vgg19|self\.perceptual|keras\.Model"
    ),
    # Tasks are called paired and unpaired too.
    "source": Kind(("folder", "paired", "unpaired"), (), other=r"(?i)\btasks?\b|styles"),
    "export format": Kind(("onnx",), ("exporters", "formats")),
    # A batch has a value called label, and a class is one.
    "modality": Kind(("label", "scalar"), (), only=r"(?i)\bkinds?\b|modalit"),
}
PLACES = {"variant": 1, "score": 1, "extractor": 1, "source": 1, "export format": 2, "modality": 1}


def sources(root, *folders):
    """The Python files of these folders, relative to `root`."""
    return sorted(path.relative_to(root) for folder in folders for path in (root / folder).rglob("*.py"))


@functools.cache
def text(path):
    return path.read_text(encoding="utf-8")


@functools.cache
def nodes(path):
    return list(ast.walk(ast.parse(text(path))))


def dotted(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def line_count(path):
    return len(text(path).splitlines())


def imported(root, path):
    """`(module, name or None, bound name, line)` of every import of a file, relative ones made absolute."""
    package = dotted(path).split(".") if path.name == "__init__.py" else dotted(path).split(".")[:-1]
    for node in nodes(root / path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, alias.asname or alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                yield module, alias.name, alias.asname or alias.name, node.lineno


def root_files(root):
    found = [str(path) for path in sources(root, "keras_gan") if len(path.parts) == 2]
    return Figure("files in the package's root", len(found), 8, found)


def adversarial_lines(root):
    paths = [root / "keras_gan/training/adversarial.py", root / "keras_gan/model.py"]
    found = next((path for path in paths if path.exists()), None)
    details = [str(found.relative_to(root))] if found else []
    return Figure("lines of training/adversarial.py", found and line_count(found), 200, details)


def functions(root):
    """`(lines, file, name)` of every function of the package, the longest first."""
    found = [
        (node.end_lineno - node.lineno + 1, f"{path}:{node.lineno}", node.name)
        for path in sources(root, "keras_gan")
        for node in nodes(root / path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sorted(found, reverse=True)


def longest_function(root):
    found = functions(root)
    beyond = [f"{lines} lines: {name}, {where}" for lines, where, name in found if lines > 45]
    return Figure("lines of the longest function", found[0][0], 45, beyond)


def usual_functions(root):
    lines = [lines for lines, *_ in functions(root)]
    p90, median = statistics.quantiles(lines, n=10)[8], statistics.median(lines)
    return Figure("lines of functions, 90th percentile / median", f"{p90:.0f} / {median:.0f}", None, [])


def public_names(root):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    counts = {}
    for path in sources(root, "keras_gan"):
        body = ast.parse(text(root / path)).body
        counts[path] = sum(isinstance(node, kinds) and not node.name.startswith("_") for node in body)
    most = sorted(counts.items(), key=lambda item: -item[1])[:10]
    mean = round(sum(counts.values()) / len(counts), 2)
    return Figure("public names of a file, mean", mean, 2.9, [f"{count} in {path}" for path, count in most])


def sizes(root):
    """Figures without bounds: test files, and lines of code."""
    yield Figure("test files", sum(path.name.startswith("test_") for path in sources(root, "tests")), None, [])
    for folder in ("keras_gan", "export", "benchmarks", "tests"):
        total = sum(line_count(root / path) for path in sources(root, folder))
        yield Figure(f"lines of {folder}", total, None, [])


def strings(path):
    """`(value, line)` of every string of a file that is not a statement of its own, as docstrings are."""
    texts = {id(node.value) for node in nodes(path) if isinstance(node, ast.Expr)}
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.value, node.lineno


def naming(root, path, example, kind):
    """The numbers of the lines of a file that name `example` as one of its kind."""
    lines = text(root / path).splitlines()
    for value, number in strings(root / path):
        line = lines[number - 1]
        if value == example and re.search(kind.only, f"{path}: {line}") and not re.search(kind.other, line):
            yield number
    for module, name, _, line in imported(root, path):
        parts = [*module.split("."), name]
        if parts[0] == "keras_gan" and example in parts and set(kind.rooms) & set(parts[: parts.index(example)]):
            yield line


def places(root, example, kind):
    """The lines that name `example` out of its own files, by file."""
    others = [path for path in sources(root, "keras_gan") if example not in path.with_suffix("").parts]
    found = {str(path): sorted(set(naming(root, path, example, kind))) for path in others}
    return {path: lines for path, lines in found.items() if lines}


def places_to_edit(root, name):
    kind = KINDS[name]
    home = "keras_gan/modalities" if name == "modality" else "keras_gan"  # other files may be called label
    owned = {part for path in sources(root, home) for part in path.with_suffix("").parts}
    found = {example: places(root, example, kind) for example in kind.examples if example in owned}
    details = [f"{example}: {file}: lines {lines}" for example, files in found.items() for file, lines in files.items()]
    now = 1 + max(map(len, found.values())) if found else None
    return Figure(f"files to edit for a new {name}", now, PLACES[name], details)


def says_image(root):
    own = (
        "keras_gan/modalities/image",
        "keras_gan/modalities/video",  # which is made of them
        "keras_gan/modalities/motion/drawing",  # which draws them
        "keras_gan/data",
        "keras_gan/variants",
        "keras_gan/networks",
        "keras_gan/layers",
    )
    others = [path for path in sources(root, "keras_gan") if not re.match(rf"({'|'.join(own)})[./]", path.as_posix())]
    counts = {path: len(re.findall("(?i)image|picture|pixel", text(root / path))) for path in others}
    details = [f"{path}: {count} times" for path, count in counts.items() if count]
    return Figure("other files that say image, picture or pixel", len(details), 48, details)


def underscored(root):
    found = []
    for path in sources(root, "keras_gan", "export", "benchmarks", "tools"):
        ours = [each for each in imported(root, path) if is_own(root, path.parts[0], each[0].split(".")[0])]
        names = [(module, name, line) for module, name, _, line in ours if private(name or "")]
        found += [f"{path}:{line}: from {module} import {name}" for module, name, line in names]
        modules = {bound for module, name, bound, _ in ours if name is None or is_module(root, f"{module}.{name}")}
        for node in nodes(root / path):
            if isinstance(node, ast.Attribute) and private(node.attr):
                base = ast.unparse(node.value)
                if re.fullmatch(r"[\w.]+", base) and base.partition(".")[0] in modules:
                    found.append(f"{path}:{node.lineno}: {base}.{node.attr}")
    return Figure("other modules' underscored names", len(found), 0, found)


def private(name):
    return name.startswith("_") and not name.endswith("__")


def is_own(root, folder, name):
    """Whether the program has a module of this name; scripts of a folder may leave that out."""
    return is_module(root, name) or is_module(root, f"{folder}.{name}")


def is_module(root, name):
    path = root / name.replace(".", "/")
    return path.with_suffix(".py").exists() or path.is_dir()


def import_graph(root, folder):
    """`{module: modules of the same folder that it imports}`; scripts of the folder may leave its name out."""
    files = {dotted(path): path for path in sources(root, folder)}
    graph = {}
    for module, path in files.items():
        names = [(f"{source}.{name}", source) for source, name, *_ in imported(root, path)]
        tries = [[*pair, *(f"{folder}.{name}" for name in pair)] for pair in names]
        graph[module] = {next((name for name in some if name in files), module) for some in tries} - {module}
    return graph


def reached(graph, start):
    seen, left = set(), [start]
    while left:
        fresh = graph[left.pop()] - seen
        seen |= fresh
        left += fresh
    return seen


def circles(root):
    found = set()
    for folder in ("keras_gan", "benchmarks"):
        graph = import_graph(root, folder)
        reach = {module: reached(graph, module) for module in graph}
        found |= {frozenset(b for b in reach[a] if a in reach[b]) for a in graph if a in reach[a]}
    return Figure("circles of imports", len(found), 0, sorted(" <-> ".join(sorted(circle)) for circle in found))


def star_tuples(root):
    """Calls with `*(a, b)`, or with `*name` of a tuple, or the rest of an unpacking, written out in the same file."""
    found = []
    for path in sources(root, "keras_gan"):
        assigns = [node for node in nodes(root / path) if isinstance(node, ast.Assign)]
        tuples = {ast.unparse(t) for a in assigns if isinstance(a.value, ast.Tuple) for t in a.targets}
        tuples |= {ast.unparse(n.value) for a in assigns for n in ast.walk(a.targets[0]) if isinstance(n, ast.Starred)}
        for call in (node for node in nodes(root / path) if isinstance(node, ast.Call)):
            stars = [arg.value for arg in call.args if isinstance(arg, ast.Starred)]
            if any(isinstance(star, ast.Tuple) or ast.unparse(star) in tuples for star in stars):
                found.append(f"{path}:{call.lineno}: {ast.unparse(call)[:90]}")
    return Figure("calls with a tuple of several things as *arguments", len(found), None, found)


def markdown(root):
    """The Markdown files that people have written in a checkout: what a run has left there, they have not."""
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else root.rglob("*.md")
    return sorted({root / name for name in names if (root / name).exists() and Path(name).name != "MODEL_CARD.md"})


def prose(lines):
    """Those of the lines that are prose."""
    fence, in_list = "", False
    for line in lines:
        bare = line.strip()
        if mark := re.match(r"(?:[-*+>] +)?(`{3,}|~{3,})", bare):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
            continue
        in_list = bool(re.match(r"([-*+]|\d+[.)]) ", bare)) or (in_list and (not bare or line.startswith(" ")))
        code = line.startswith("    ") and not in_list
        if not (fence or code or bare.startswith(("|", "<")) or (bare.startswith("#") and "](" in bare) or links(bare)):
            yield line


def links(line):
    """Whether a line holds links and nothing else."""
    for pattern in (r"^\[[^\]]+\]: .*", r"!\[[^\]]*\]\([^)]*\)", r"\[[^\]]*\]\([^)]*\)", r"<?https?://\S+"):
        line = re.sub(pattern, "", line)
    return not re.search(r"\w", line)


def long_prose(root):
    counts = {
        path.relative_to(root): sum(len(line) > 100 for line in prose(text(path).splitlines()))
        for path in markdown(root)
    }
    details = [f"{path}: {count}" for path, count in counts.items() if count]
    return Figure("lines of prose beyond 100 characters", sum(counts.values()), 0, details)


BOUNDED = {measure.__name__: measure for measure in (root_files, adversarial_lines, longest_function, public_names)}
BOUNDED |= {f"places_{kind.replace(' ', '_')}": functools.partial(places_to_edit, name=kind) for kind in KINDS}
BOUNDED |= {measure.__name__: measure for measure in (says_image, underscored, circles, long_prose)}


def within(figure):
    """Whether a figure keeps its bound; one of a thing that is not there does not."""
    return figure.bound is None or (figure.now is not None and figure.now <= figure.bound)


def measured(root):
    return [*(measure(root) for measure in BOUNDED.values()), usual_functions(root), star_tuples(root), *sizes(root)]


def table(columns, figures):
    """The figures as aligned lines; `columns` are `{heading: values}`."""
    rows = [["figure", *columns], *map(list, zip((figure.name for figure in figures), *columns.values(), strict=True))]
    shown = [["–" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    pads = [str.ljust, *[str.rjust] * len(columns)]
    return ["  ".join(pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True)) for row in shown]


def report(figures, before):
    columns = {"before": [figure.now for figure in before]} if before else {}
    columns |= {"now": [figure.now for figure in figures], "bound": [figure.bound for figure in figures]}
    lines = table(columns, figures)
    for figure in figures:
        if figure.details and (figure.bound is None or not within(figure)):
            lines += ["", f"{figure.name}:", *(f"  {detail}" for detail in figure.details)]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Figures of the program's structure.")
    parser.add_argument("path", nargs="?", type=Path, default=ROOT, help="a checkout; default: this one")
    parser.add_argument("--before", type=Path, help="another checkout, to compare with")
    parser.add_argument("--json", action="store_true", help="as JSON, with all details")
    options = parser.parse_args()
    figures = measured(options.path.resolve())
    before = measured(options.before.resolve()) if options.before else []
    if options.json:
        sides = {"now": figures, **({"before": before} if before else {})}
        print(json.dumps({side: [figure._asdict() for figure in some] for side, some in sides.items()}, indent=1))
    else:
        print(report(figures, before))


if __name__ == "__main__":
    main()
