"""`Finding`: one thing that is wrong with a run, in plain words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run.

    Attributes:
        signal: its name, for programs.
        step: the training step it was seen at.
        saw: what was measured, with figures.
        means: what that means.
        helps: what usually helps.
        passed: the step by which it was no longer seen; None: it has not passed, or nobody looks for that.
    """

    signal: str
    step: int
    saw: str
    means: str
    helps: str
    passed: int | None = None

    @property
    def sentence(self):
        """All of it, for people."""
        return f"step {self.step:,}: {self.saw}: {self.means} {self.helps}"


@dataclass(frozen=True)
class Words:
    """What sentences call the examples of a run.

    Attributes:
        one: an example.
        many: examples.
        drawn: what a generator makes.
        values: the numbers that an example consists of.
    """

    one: str = "example"
    many: str = "examples"
    drawn: str = "sample"
    values: str = "values"


EXAMPLES = Words()


@dataclass(frozen=True)
class Setup:
    """What a run has already, so that it is not advised to take it.

    Attributes:
        variant: name of its variant; empty if that is not known.
        augments: whether the discriminator sees augmented examples.
        draws: whether its samples are drawn from noise: only then another variant is any help.
        has_penalty: whether the slope of its discriminator is bounded already.
    """

    variant: str = ""
    augments: bool = False
    draws: bool = True
    has_penalty: bool = False

    @property
    def others(self):
        """The variants that collapse least, without its own, in words; empty if none is any help."""
        names = [name for name in SMOOTH if name != self.variant] if self.draws else []
        return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

    def augmentation(self, text):
        """Advice to augment, in words; empty if that is done already."""
        return "" if self.augments else text


SMOOTH = ("wgan_gp", "r3gan", "sngan")  # variants with a gradient penalty or spectral normalisation that are advised
NOTHING = Setup()


def setup_of(model):
    """The `Setup` of an `AdversarialModel`."""
    has_penalty = model.name in SMOOTH or hasattr(model.config, "penalty_weight")
    return Setup(model.name, model.augmentation != "none", model.latent_dim is not None, has_penalty)


def advice(*parts):
    """A sentence that offers these pieces of advice, those that are empty left out."""
    *parts, last = filter(None, parts)
    text = f"{', '.join(parts)}, or {last}" if parts else last
    return f"{text[0].upper()}{text[1:]}."


def words_of(field):
    """The `Words` for values of a `Field`."""
    return Words(field.kind, field.plural, field.noun, field.numbers)
