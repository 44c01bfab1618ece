"""Puts the page, LiteRT.js and exported models into one folder of static files, and serves it on this machine alone.

    python export/web/assemble.py export/models/NAME/1 [MORE MODELS] --serve

Needs Python's standard library and npm, which fetches LiteRT.js as package-lock.json says. The folder can be served by
any web server: docs/web.md says how.
"""

import argparse
import contextlib
import hashlib
import http.server
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import warnings
import webbrowser
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = ("index.html", "style.css", "icon.svg", "*.js")
EXAMPLES = "examples"  # pictures to try at once: those beside a model, or the page's own
MOST_EXAMPLES = 6
# What files of a network end in, best first; the one that there is becomes NETWORK.tflite.
PRECISIONS = ("", "-float16", "-dynamic", "-int8")
STYLED = ("mapping", "synthesis")  # what the page draws with of a style-based model, in place of its generator
DIRECTIONS = "directions.json"
PRINCIPAL = 6  # directions that nobody has named get a slider each
# The variants that the page asks for: with relaxed SIMD, and for browsers without it.
WASM = ("litert_wasm_internal", "litert_wasm_compat_internal")
# Kinds of fields, as the manifest names them: what the page can show, what it can give a model, and what one network
# of a model may hand on to the next.
SHOWN = {"image", "sound", "sound.spectrogram", "text", "motion", "video"}
GIVEN, INNER = {"latents", "label", "scalar", "text", "text.prefix"}, {"styles"}
PICTURED = {"image", "image.mask", "scalar", "chance"}  # given to a network that turns images into images
STARTS = {"motion.start", "video.start"}  # given to a network of its own; the generator begins anyhow
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
    result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, errors="replace", check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "ERR" in line.upper()] or ["it did not say why"]
        raise AssemblyError(f"npm ci failed: {lines[0].strip()}")


@dataclass(frozen=True)
class Model:
    """A model that the page can show: its folder, the files that it is drawn with, `{network: path}`, what visitors may
    know of it, and pictures for them to try it on."""

    folder: Path
    files: dict
    manifest: dict
    examples: tuple = ()


def check_model(folder):
    """The `Model` in a folder; raises `AssemblyError` if there is none that the page can show."""
    if not folder.is_dir():
        raise AssemblyError(f"there is no folder {folder}")
    manifest = read_manifest(folder)
    translators = translators_of(manifest)
    if not translators:
        check_kind(folder, manifest)
    networks = translators or (STYLED if is_styled(manifest) else ("generator",))
    files = {network: find_file(folder, network, bool(translators)) for network in networks}
    facts = {network: described(file, manifest) for network, file in files.items()}
    shown = public(manifest, facts)
    shown["generator"] |= movement_of(folder, manifest)
    examples = examples_of(folder) if translators else ()
    shown |= styles_of(folder, manifest) | translation_of(manifest, translators, examples)
    return Model(folder.resolve(), files, shown, examples)


def translators_of(manifest):
    """The names of the networks of a model that turn images into images, none of any other model."""
    generator, fields = told(manifest, "generator"), told(manifest, "fields")
    if not fields and generator.get("kind") == "image-to-image":  # older exports do not say what is given
        return tuple(name for name in generator.get("networks", ()) if isinstance(name, str))
    return tuple(name for name, network in fields.items() if changes_images(network))


def changes_images(network):
    """Whether a network, as a manifest describes its values, makes images of images."""
    given, made = (
        [told(each).get("kind") for each in told(network, group).values()] for group in ("inputs", "outputs")
    )
    return made == ["image"] and "image" in given and set(given) <= PICTURED


def examples_of(folder):
    """The pictures to try a model on: those in a folder beside it, or the page's own."""
    own = sorted((folder / EXAMPLES).glob("*.png"))
    return tuple(own or sorted((HERE / EXAMPLES).glob("*.png")))[:MOST_EXAMPLES]


def translation_of(manifest, networks, examples):
    """What the page must know of networks that turn images into images: in which size, by which numbers, of which."""
    if not networks:
        return {}
    generator = told(manifest, "generator")
    sizes = {name: generator[name] for name in ("content_size", "size_multiple") if is_size(generator.get(name))}
    inputs = {name: told(manifest, "fields", name, "inputs") for name in networks}
    controls = {name: field for fields in inputs.values() for name, field in fields.items() if is_control(field)}
    about = {"controls": controls, "styles": style_names(manifest), "examples": [path.name for path in examples]}
    return {"translates": {"networks": list(networks), **sizes, **about}}


def is_size(value):
    """Whether a JSON value is a number of pixels."""
    return type(value) is int and value > 0


def is_control(field):
    """Whether a JSON value describes a number that can be chosen from a range."""
    numbers = [told(field).get(name) for name in ("low", "default", "high")]
    return told(field).get("kind") == "scalar" and is_vector(numbers) and numbers == sorted(numbers)


def style_names(manifest):
    """What the styles of a network that paints are called: names of drawn ones, or of files, without where they lie."""
    names = told(manifest, "configuration", "model").get("style")
    return [re.split(r"[/\\]", str(name))[-1] for name in names] if isinstance(names, list) else []


def is_styled(manifest):
    """Whether a model is style-based: then its networks from latents to styles and on to pictures are exported, too."""
    return set(STYLED) <= told(manifest, "fields").keys()


def find_file(folder, network, controlled=False):
    """The best file of a network that the page can draw with; `controlled`: one that takes numbers, if there is one."""
    stems = [f"{network}-controlled", network] if controlled else [network]
    names = [f"{stem}{precision}.tflite" for stem in stems for precision in PRECISIONS]
    file = next((folder / name for name in names if (folder / name).is_file()), None)
    if file is None:
        others = sorted(path.name for path in folder.glob("*.tflite"))
        instead = f"only {', '.join(others)}" if others else "none of the kind"
        wanted = " or ".join(names[-len(PRECISIONS) :])
        raise AssemblyError(
            f"{folder} has no file that the page can draw with ({wanted}), {instead}: export it with --export tflite"
        )
    return file


def described(file, manifest):
    """What a manifest says of a file, empty if nothing; raises `AssemblyError` if it is another one."""
    facts = told(manifest, "files", file.name)
    if facts and facts.get("sha256") != hashlib.sha256(file.read_bytes()).hexdigest():
        raise AssemblyError(f"{file} is not the file that manifest.json beside it describes: it is damaged")
    return facts


def styles_of(folder, manifest):
    """What the page must know of styles, none of a model without: their mean, and directions to move them along."""
    if not is_styled(manifest):
        return {}
    average = told(manifest, "generator").get("w_avg")
    if not is_vector(average):
        raise AssemblyError(f"{folder / 'manifest.json'} is damaged: it does not say the mean style, w_avg")
    return {"styles": {"average": average, "directions": read_directions(folder / DIRECTIONS, len(average))}}


def is_vector(value):
    """Whether a JSON value is a list of finite numbers."""
    numbers = isinstance(value, list) and all(isinstance(each, int | float) for each in value)
    return numbers and len(value) > 0 and all(map(math.isfinite, value))


def movement_of(folder, manifest):
    """How what a model makes moves: `fps`, and the `skeleton` of figures; empty of what does not move."""
    field = field_of(manifest, "motion") or field_of(manifest, "video")
    if not field:
        return {}
    known = told(manifest, "generator", "skeleton")
    skeleton = {name: known[name] for name in ("parents", "sides", "head", "height") if name in known}
    skeleton.setdefault("parents", field.get("parents"))
    figure = {"skeleton": skeleton} if field["kind"] == "motion" else {}
    is_rate = is_vector([field.get("fps")]) and field["fps"] > 0
    if not is_rate or (figure and not is_tree(skeleton["parents"])):
        raise AssemblyError(f"{folder / 'manifest.json'} is damaged: it does not say how what the model makes moves")
    return {"fps": field["fps"], **figure}


def is_tree(parents):
    """Whether a JSON value names for each joint one before it, and -1 for the first."""
    numbers = isinstance(parents, list) and len(parents) > 0 and all(type(each) is int for each in parents)
    return numbers and parents[0] == -1 and all(0 <= each < i for i, each in enumerate(parents) if i)


def read_directions(path, length):
    """The directions of styles that sliders move along: those with names, and the first principal ones."""
    if not path.is_file():
        return []
    content = read_json(path)
    found = content.get("directions") if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(is_direction(each, length) for each in found):
        raise AssemblyError(f"{path} holds no directions of this model: make them again with the command directions")
    by_kind = {kind: [each for each in found if each["kind"] == kind] for kind in ("named", "principal")}
    return [*by_kind["named"], *by_kind["principal"][:PRINCIPAL]]


def is_direction(value, length):
    """Whether a JSON value is a direction of styles of this length."""
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in ("name", "kind")):
        return False
    vector, spread = value.get("vector"), [value.get("spread")]
    return is_vector(vector) and len(vector) == length and is_vector(spread)


def read_manifest(folder):
    """What `manifest.json` of an exported model holds, an object."""
    path = folder / "manifest.json"
    if not path.is_file():
        lacks = ["manifest.json"] if any(folder.glob("*.tflite")) else ["generator.tflite", "manifest.json"]
        raise AssemblyError(f"{folder} is not an exported model: it has no {' and no '.join(lacks)}")
    manifest = read_json(path)
    if not isinstance(manifest, dict):
        raise AssemblyError(f"{path} is damaged: it holds no object")
    return manifest


def read_json(path):
    """What a file of JSON holds."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise AssemblyError(f"{path} is damaged: it is not JSON") from None


def told(value, *keys):
    """The object that a JSON value holds below some keys, empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def check_kind(folder, manifest):
    """Raises `AssemblyError` for a model that the page cannot show; what a manifest does not say passes."""
    kind = told(manifest, "generator").get("kind")
    if kind is not None:  # generators that draw from seeds have none
        raise AssemblyError(f"{folder} changes what it is given ({kind}): of such, the page runs image-to-image alone")
    for network in told(manifest, "fields").values():
        groups = {group: told(network, group).values() for group in ("outputs", "inputs")}
        kinds = ([told(field).get("kind", "image") for field in groups[group]] for group in groups)
        made, given = ([kind for kind in some if kind not in INNER] for some in kinds)
        if strange := next((kind for kind in made if kind not in SHOWN), None):
            raise AssemblyError(
                f"{folder} makes values of the kind {strange}: the page shows images, films, figures, sounds and lines"
            )
        if strange := next((kind for kind in given if kind not in GIVEN | STARTS), None):
            raise AssemblyError(
                f"{folder} is given values of the kind {strange}: the page gives seeds, words and images"
            )


def public(manifest, facts):
    """What visitors of the page are told of a model: where it comes from is for those who have the model.

    Args:
        manifest: of the export.
        facts: `{network: what the manifest says of its file}`.
    """
    generator, data = told(manifest, "generator"), told(manifest, "data")
    told_of = ("variant", "parameters", "step", "num_classes", "rate", "samples", "bands")
    known = {name: generator[name] for name in told_of if name in generator} | words_of(manifest) | said_of(manifest)
    about = {"classes": data["classes"]} if isinstance(data.get("classes"), list) else {}
    if isinstance(data.get("name"), str):  # a name, and not the path that older exports have
        about["name"] = re.split(r"[/\\]", data["name"].rstrip("/\\"))[-1]
    files = {f"{network}.tflite": file for network, file in facts.items() if file}
    return {"generator": known, "data": about, "files": files}


def words_of(manifest):
    """What tokens mean, of a model that writes lines: `vocabulary` and `unit`; empty of any other."""
    field = field_of(manifest, "text")
    return {name: field.get(name) for name in ("vocabulary", "unit")} if field else {}


def said_of(manifest):
    """What can be said to a model that draws from words; empty of any other."""
    field = field_of(manifest, "text", "inputs")
    names = ("vocabulary", "unit", "lowercase", "length", "examples")
    return {"said": {name: field.get(name) for name in names}} if field else {}


def field_of(manifest, kind, group="outputs"):
    """What a manifest says of values of a kind that a network makes, or is given, empty if there are none."""
    for network in told(manifest, "fields").values():
        for field in told(network, group).values():
            if told(field).get("kind") == kind:
                return field
    return {}


def name_models(folders):
    """`NAME/VERSION`, or `NAME` of what has no versions, and a folder that every web server takes, for each model."""
    named = {}
    for folder in folders:
        name = f"{folder.parent.name}/{folder.name}" if folder.name.isdecimal() else folder.name
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
    checked = {model.folder: model for model in map(check_model, models)}
    named = name_models(checked)
    if inside := next((folder for folder in named if folder.is_relative_to(out.resolve())), None):
        raise AssemblyError(f"{inside} lies in {out}, which is written anew: choose another --out")
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
        for network, file in checked[folder].files.items():
            shutil.copyfile(file, out / "models" / target / f"{network}.tflite")
        manifest = json.dumps(checked[folder].manifest, indent=1) + "\n"
        (out / "models" / target / "manifest.json").write_text(manifest, encoding="utf-8")
        for path in checked[folder].examples:
            (out / "models" / target / EXAMPLES).mkdir(exist_ok=True)
            shutil.copyfile(path, out / "models" / target / EXAMPLES / path.name)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, with the types and headers that the page is meant to have."""

    extensions_map = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".tflite": "application/octet-stream",
    }

    def parse_request(self):
        """Refuses what another name than this machine's leads here: pages elsewhere could read it by such a name."""
        if not super().parse_request():
            return False
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        if host not in ("127.0.0.1", "localhost") or "\0" in self.path or "%00" in self.path:
            self.send_error(400)
            return False
        return True

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, format, *arguments):
        pass


def has_display():
    """Whether a browser that this process opens would be seen."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def serve(out, port, show=False):
    """Serves the folder `out` on 127.0.0.1 until Ctrl-C; `show` opens it in a browser, if there is a display."""

    def handler(*arguments):
        return Handler(*arguments, directory=str(out))

    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise AssemblyError(f"cannot serve on port {port}: {error.strerror}; choose another with PORT=") from None
    with server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"Serving on {address} until Ctrl-C", flush=True)
        if show and has_display():
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"{Path(__file__).name}: {' '.join(message.split())}\n")


def main():
    """The command line: exit code 0 when done, 2 for what cannot be assembled."""
    parser = Parser(description="Assembles the page that draws in the browser, and serves it.")
    parser.add_argument("models", nargs="*", type=Path, help="folders of exported models, such as export/models/NAME/1")
    parser.add_argument("--out", type=Path, default=HERE / "build", help="folder to write (default: export/web/build)")
    parser.add_argument("--serve", action="store_true", help="serve it on 127.0.0.1 afterwards")
    parser.add_argument("--open", action="store_true", help="show it in a browser, too, if there is a display")
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
            serve(options.out, options.port, options.open)
    except AssemblyError as error:
        print(f"{Path(__file__).name}: {error}", file=sys.stderr)
        return 2
    return 0


def first_line(error):
    """What an exception says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def open_streams():
    """Opens to nowhere what is closed of the standard streams: the next files would take their places."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:  # by None, print means the standard output
        sys.stderr = os.fdopen(2, "w", closefd=False)


def ended(program):
    """Runs a program and returns its exit code; whatever it raises becomes one line."""
    warnings.simplefilter("ignore")  # of libraries, on lines of their own
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")
    try:
        code = program()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads has read enough
        message, code = "", 0
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    except MemoryError:
        message, code = "out of memory", 4
    except OSError as error:
        message, code = f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "), 2
    except Exception as error:
        message, code = unforeseen(error), 1
    if message:
        print(f"{Path(__file__).name}: {' '.join(message.split())}", file=sys.stderr)
    with contextlib.suppress(OSError, ValueError, AttributeError):  # what could not be written is not tried again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
    return code


def unforeseen(error):
    """The line of a fault of the program itself; what led to it goes into a file that the line names."""
    what = f"this program has a fault ({type(error).__name__}: {first_line(error)})"
    path = Path(tempfile.gettempdir()) / f"keras_gan-error-{os.getpid()}.txt"
    try:
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError as failed:
        return f"{what}; no file could be written about it: {failed.strerror}"
    return f"{what}; what led to it is in {path}"


if __name__ == "__main__":
    sys.exit(ended(main))
