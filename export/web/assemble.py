"""Puts the page, LiteRT.js and exported models into one folder of static files, and serves it on this machine alone.

    python export/web/assemble.py export/models/NAME/1 [MORE MODELS] --serve

Needs Python's standard library and npm, which fetches LiteRT.js as package-lock.json says. The folder can be served by
any web server: docs/web.md says how.
"""

import argparse
import http.server
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = ("index.html", "style.css", "icon.svg", "*.js")
MODEL_FILES = ("generator.tflite", "manifest.json")
# The variants that the page asks for: with relaxed SIMD, and for browsers without it.
WASM = ("litert_wasm_internal", "litert_wasm_compat_internal")
# Kinds of fields, as the manifest names them: what the page can show, and what it can give a model.
SHOWN, GIVEN = {"image"}, {"latents", "label", "scalar"}
MARK = ".keras-gan-web"  # says that a folder may be replaced


class AssemblyError(Exception):
    """What cannot be assembled, in one line."""


def npm_is_done():
    """Whether node_modules already holds what the page needs, in the versions of package-lock.json."""
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    needed = {path: entry for path, entry in lock["packages"].items() if path and not entry.get("dev")}
    try:
        return all(
            json.loads((HERE / path / "package.json").read_text(encoding="utf-8"))["version"] == entry["version"]
            for path, entry in needed.items()
        )
    except (OSError, ValueError, KeyError):
        return False


def install():
    """Runs `npm ci` if it has not been run."""
    if npm_is_done():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise AssemblyError("npm is not installed: it comes with Node.js, https://nodejs.org")
    command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "ERR" in line.upper()] or ["it did not say why"]
        raise AssemblyError(f"npm ci failed: {lines[0].strip()}")


def check_model(folder):
    """The resolved folder of an exported model."""
    if not folder.is_dir():
        raise AssemblyError(f"there is no folder {folder}")
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise AssemblyError(f"{folder} is not an exported model: it has no {name}")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except ValueError:
        raise AssemblyError(f"{folder / 'manifest.json'} is damaged: it is not JSON") from None
    check_fields(folder, manifest)
    return folder.resolve()


def check_fields(folder, manifest):
    """Raises `AssemblyError` for a model that the page cannot show; what a manifest does not say passes."""
    for network in manifest.get("fields", {}).values():
        made = {field["kind"] for field in network["outputs"].values()} - SHOWN
        if made:
            raise AssemblyError(f"{folder} makes values of the kind {made.pop()}: the page shows images alone")
        given = {field["kind"] for field in network["inputs"].values()} - GIVEN
        if given:
            raise AssemblyError(f"{folder} is given values of the kind {given.pop()}: the page draws from seeds alone")


def name_models(folders):
    """`NAME/VERSION` and a folder name that every web server takes, for each folder of a model."""
    named = {}
    for folder in folders:
        name = f"{folder.parent.name}/{folder.name}"
        base = "/".join(re.sub(r"[^A-Za-z0-9_.-]", "_", part) or "_" for part in name.split("/"))
        target, count = base, 1
        while target in (other for _, other in named.values()):
            count += 1
            target = f"{base}-{count}"
        named.setdefault(folder, (name if target == base else f"{name} ({count})", target))
    return named


def clear(out):
    """Empties the folder of an earlier assembly; nothing else is ever deleted."""
    if out.exists():
        if not out.is_dir():
            raise AssemblyError(f"{out} is not a folder")
        if any(out.iterdir()) and not (out / MARK).is_file():
            raise AssemblyError(f"{out} is not empty, and was not made by this program: choose another --out")
        shutil.rmtree(out)
    out.mkdir(parents=True)


def assemble(models, out):
    """Writes the page with `models`, folders of exported models, into the folder `out`."""
    named = name_models([check_model(folder) for folder in models])
    install()
    clear(out)
    entries = [{"name": name, "folder": f"models/{target}"} for name, target in named.values()]
    # First, so that an assembly that was interrupted may be replaced.
    (out / MARK).touch()
    (out / "models.json").write_text(json.dumps({"format": 1, "models": entries}, indent=1) + "\n", encoding="utf-8")
    for pattern in PAGE:
        for path in HERE.glob(pattern):
            shutil.copyfile(path, out / path.name)
    packages = HERE / "node_modules" / "@litertjs"
    (out / "litert" / "wasm").mkdir(parents=True)
    # Browsers do not look packages up by name; an import map would have to be inline, which the page forbids.
    core = (packages / "core" / "dist" / "index.js").read_text(encoding="utf-8")
    (out / "litert" / "core.js").write_text(
        re.sub(r"//# sourceMappingURL=.*", "", core.replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"')),
        encoding="utf-8",
    )
    utils = (packages / "wasm-utils" / "dist" / "index.js").read_text(encoding="utf-8")
    (out / "litert" / "wasm-utils.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", utils), encoding="utf-8")
    for name in WASM:
        for suffix in (".js", ".wasm"):
            shutil.copyfile(packages / "core" / "wasm" / f"{name}{suffix}", out / "litert" / "wasm" / f"{name}{suffix}")
    for folder, (_, target) in named.items():
        (out / "models" / target).mkdir(parents=True)
        for name in MODEL_FILES:
            shutil.copyfile(folder / name, out / "models" / target / name)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, with the types and headers that the page is meant to have."""

    extensions_map = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".tflite": "application/octet-stream",
    }

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, format, *arguments):
        pass


def serve(out, port):
    """Serves the folder `out` on 127.0.0.1 until Ctrl-C."""

    def handler(*arguments):
        return Handler(*arguments, directory=str(out))

    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise AssemblyError(f"cannot serve on port {port}: {error.strerror}; choose another with PORT=") from None
    with server:
        print(f"Serving on http://127.0.0.1:{server.server_port}/ until Ctrl-C", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def main():
    """The command line: exit code 0 when done, 2 for what cannot be assembled."""
    parser = argparse.ArgumentParser(description="Assembles the page that draws in the browser, and serves it.")
    parser.add_argument("models", nargs="*", type=Path, help="folders of exported models, such as export/models/NAME/1")
    parser.add_argument("--out", type=Path, default=HERE / "build", help="folder to write (default: export/web/build)")
    parser.add_argument("--serve", action="store_true", help="serve it on 127.0.0.1 afterwards")
    parser.add_argument("--port", type=int, default=8000, help="port to serve on, 0 for any free one (default: 8000)")
    options = parser.parse_args()
    try:
        if not options.models:
            raise AssemblyError("say which model: make web MODEL=export/models/NAME/1")
        if not 0 <= options.port < 65536:
            raise AssemblyError("the port must be between 0 and 65535")
        assemble(options.models, options.out)
        print(f"{len(options.models)} model{'s' * (len(options.models) > 1)} and the page in {options.out}", flush=True)
        if options.serve:
            serve(options.out, options.port)
    except AssemblyError as error:
        print(f"{Path(__file__).name}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{Path(__file__).name}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
