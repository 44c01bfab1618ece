"""`directions`: ways through the styles of an exported model along which its pictures change."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_gan.commands import models
from keras_gan.errors import cannot_write
from keras_gan.storage import files

FOR_OTHERS = "directions.json"
PICTURES = "directions"  # their folder, where none is asked for

_SHOWN_SEEDS = 4  # rows of a picture
_SIGMAS = np.linspace(-3.0, 3.0, 7)
_READ = 2000  # pictures whose traits tell named directions
_TRIED = 100  # pictures that a named direction is tried on
_LEAST_SHARE = 0.01  # of those that have a trait, and of those without


@dataclass(frozen=True)
class _Direction:
    """A way of unit length, the standard deviation of styles along it, and how it was found.

    Attributes:
        kind: `principal`, `closed` or `named`.
    """

    way: np.ndarray
    spread: float
    kind: str

    def steps(self, sigmas):
        return np.float32(np.asarray(sigmas)[:, None] * self.spread * self.way)


def run(options):
    """Finds principal directions (GANSpace), closed-form ones (SeFa) and named ones, draws each, and keeps them."""
    generator = models.opened(models.find(options.model), draws=True)
    from keras_gan.exported.styled import Styled
    from keras_gan.latent_space import directions

    styled = Styled(generator)
    styles = styled.of_seeds(0, options.samples)
    count = min(options.count, styled.length)
    principal, spreads = directions.principal(styles, count)
    found = {
        f"pc{number}": _Direction(*each, "principal")
        for number, each in enumerate(zip(principal, spreads, strict=True), 1)
    }
    weights = generator.runtime.constant("w_weights")
    if weights is not None:
        closed = directions.of_weights([weights], count)
        found |= {
            f"sefa{number}": _Direction(way, (styles @ way).std(), "closed") for number, way in enumerate(closed, 1)
        }
    named, said = _named(generator, styled, styles)
    found |= named
    folder = Path(options.out) if options.out else models.folder_of(options.model)
    shown = folder if options.out else folder / PICTURES
    try:
        _draw(shown, found, generator, styled, options.seed)
        _write(folder, found)
    except OSError as error:
        raise cannot_write(folder, error) from None
    share = (spreads**2).sum() / styles.var(axis=0).sum()
    print("\n".join(said))
    print(
        f"{len(found)} directions in {folder}, pictures of each from -3 to +3 standard deviations in {shown}; "
        f"the {len(spreads)} principal ones hold {share:.0%} of the variance."
    )
    return 0


def _named(generator, styled, styles):
    """`({trait: _Direction}, lines about them)`: none unless the model draws avatars, whose traits can be read."""
    from keras_gan.data import avatars
    from keras_gan.latent_space import directions
    from keras_gan.metrics.features.attributes import can_read

    if generator.manifest.get("data", {}).get("name") != avatars.NAME or not can_read(generator.output):
        return {}, []
    styles = styles[:_READ]
    read = _traits_of(generator, styled.draw(styles))
    has = {name: probability > 0.5 for name, probability in read.items()}
    has = {name: each for name, each in has.items() if _LEAST_SHARE < each.mean() < 1.0 - _LEAST_SHARE}
    found, said = {}, []
    for name, each in has.items():
        way, accuracy = directions.of_attribute(styles, each)
        found[name] = _Direction(way, (styles @ way).std(), "named")
        ends = [_traits_of(generator, styled.draw(styles[:_TRIED] + step)) for step in found[name].steps((-3.0, 3.0))]
        changes = {other: float((ends[1][other] - ends[0][other]).mean()) for other in has}
        others = np.mean([abs(change) for other, change in changes.items() if not _related(name, other)])
        said.append(
            f"{name}: {each.mean():.0%} have it, {accuracy:.0%} told right; from -3 to +3 it changes by "
            f"{changes[name]:+.2f}, others by {others:.2f}"
        )
    return found, said


def _related(first, second):
    """Whether two traits are read from the same attribute."""
    from keras_gan.data.avatars.traits import TRAITS

    return TRAITS[first][0] == TRAITS[second][0]


def _traits_of(generator, samples):
    """How probable each trait is in samples at the outer edge, `{trait: [N]}`."""
    from keras_gan.data.avatars import traits
    from keras_gan.metrics.features.attributes import read

    return traits.probabilities(read(generator.output.to_stored(samples)))


def _draw(folder, found, generator, styled, first_seed):
    """Writes a picture of each direction."""
    folder.mkdir(parents=True, exist_ok=True)
    styles = styled.of_seeds(first_seed, _SHOWN_SEEDS)
    for name, direction in found.items():
        ways = styles[:, None] + direction.steps(_SIGMAS)[None]
        sheet = generator.output.sheet(styled.draw(ways.reshape(-1, styled.length)), columns=len(_SIGMAS))
        files.write(folder / f"{name.replace(' ', '-')}{sheet.suffix}", sheet.write, durable=False)


def _write(folder, found):
    """Writes the directions themselves: for this program, and for others, which read no arrays of NumPy."""
    from keras_gan.commands.styled_samples import DIRECTIONS

    kept = {"names": np.array(list(found))}
    kept["directions"] = np.stack([each.way for each in found.values()]).astype(np.float32)
    kept["spreads"] = np.array([each.spread for each in found.values()], np.float32)
    files.write(folder / DIRECTIONS, lambda file: np.savez(file, **kept), durable=False)
    told = [
        {"name": name, "kind": each.kind, "spread": _rounded(each.spread), "vector": list(map(_rounded, each.way))}
        for name, each in found.items()
    ]
    files.write_json(folder / FOR_OTHERS, {"format": 1, "directions": told})


def _rounded(number):
    return float(f"{number:.6g}")
