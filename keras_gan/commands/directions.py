"""`directions`: ways through the styles of an exported model along which its pictures change."""

from pathlib import Path

import numpy as np

from keras_gan.commands import models
from keras_gan.commands.sample import opened
from keras_gan.errors import UserError, why
from keras_gan.storage import files

_SHOWN_SEEDS = 4  # rows of a picture
_SIGMAS = np.linspace(-3.0, 3.0, 7)
BATCH_SIZE = 1024


def run(options):
    """Finds principal directions (GANSpace) and closed-form ones (SeFa), draws each, and keeps them."""
    generator = opened(models.find(options.model), draws=True)
    from keras_gan.exported.styled import Styled
    from keras_gan.latent_space import directions

    styled = Styled(generator)
    styles = _styles(generator, styled, options.samples)
    principal, spreads = directions.principal(styles, min(options.count, styled.length))
    found = {
        f"pc{number}": (row, spread) for number, (row, spread) in enumerate(zip(principal, spreads, strict=True), 1)
    }
    weights = generator.runtime.constant("w_weights")
    if weights is not None:
        closed = directions.of_weights([weights], min(options.count, styled.length))
        found |= {f"sefa{number}": (row, (styles @ row).std()) for number, row in enumerate(closed, 1)}
    try:
        _write(Path(options.out), found, generator, styled, options.seed)
    except OSError as error:
        raise UserError(f"cannot write {options.out}: {why(error)}.") from None
    share = (spreads**2).sum() / styles.var(axis=0).sum()
    print(
        f"{len(found)} directions in {options.out}, pictures of each from -3 to +3 standard deviations; "
        f"the {len(spreads)} principal ones hold {share:.0%} of the variance."
    )
    return 0


def _styles(generator, styled, count):
    from keras_gan.randomness import seed_range

    parts = []
    for start in range(0, count, BATCH_SIZE):
        seeds = seed_range(start, min(BATCH_SIZE, count - start))
        parts.append(styled.of(generator.latents(seeds), generator.labels(seeds)))
    return np.concatenate(parts)


def _write(folder, found, generator, styled, first_seed):
    from keras_gan.randomness import seed_range

    folder.mkdir(parents=True, exist_ok=True)
    seeds = seed_range(first_seed, _SHOWN_SEEDS)
    styles = styled.of(generator.latents(seeds), generator.labels(seeds))
    for name, (direction, spread) in found.items():
        steps = _SIGMAS[:, None] * spread * direction
        samples = styled.draw((styles[:, None] + steps[None]).reshape(-1, styled.length))
        sheet = generator.output.sheet(samples, columns=len(_SIGMAS))
        files.write(folder / f"{name}{sheet.suffix}", sheet.write, durable=False)
    kept = {"names": np.array(list(found))}
    kept["directions"] = np.stack([direction for direction, _ in found.values()]).astype(np.float32)
    kept["spreads"] = np.array([spread for _, spread in found.values()], np.float32)
    files.write(folder / "directions.npz", lambda file: np.savez(file, **kept), durable=False)
