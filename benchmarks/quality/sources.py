"""Which code a measured row depends on, so that it is known to be stale when that code has changed.

Found by reading, not by importing: a variant's module, the modules of `keras_gan` that it imports, what those import,
and so on. Editing one variant thus leaves the rows of the others as they are, and editing a comment leaves all.
"""

import ast
import hashlib

from benchmarks.common.workers import ROOT

# Messages, names, files, and what stays switched off in these trainings.
IRRELEVANT = {
    "keras_gan.errors",
    "keras_gan.modalities.image.augment",
    "keras_gan.modalities.image.data_augment",
    "keras_gan.modalities.image.decoding_in_graph",
    "keras_gan.registry",
    "keras_gan.storage.files",
}


def variant_hash(variant):
    """Hash of the code of a variant and of all modules that it leads to."""
    return code_hash(reachable(f"keras_gan.variants.{variant}"))


def reachable(module, root=ROOT):
    """The files, below `root`, of a module and of the modules of the same package that it leads to, sorted."""
    package, found, ahead = module.partition(".")[0], {}, [module]
    while ahead:
        name = ahead.pop()
        # The package's own __init__ would lead everywhere.
        if name in found or name in IRRELEVANT or not name.startswith(f"{package}."):
            continue
        stem = root.joinpath(*name.split("."))
        path = next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.exists()), None)
        if path:
            found[name] = path
            ahead += _imports(path)
        else:  # a name that a module defines
            ahead.append(name.rpartition(".")[0])
    return sorted(found.values())


def _imports(path):
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def code_hash(paths):
    """Hash of what the files do, 12 hexadecimal digits: comments, docstrings, `about=` and layout do not count."""
    texts = [ast.unparse(_WithoutDocs().visit(_parse(path))) for path in paths]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def _parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


class _WithoutDocs(ast.NodeTransformer):
    def visit_Expr(self, node):
        return None if isinstance(node.value, ast.Constant) else node

    def visit_keyword(self, node):
        return None if node.arg == "about" else self.generic_visit(node)  # what a preset says of itself
