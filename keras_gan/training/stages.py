"""Stages of a training: what its steps do, from where to where, and on how many examples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Steps of one kind.

    A step draws noise and makes fakes as often as one network is updated again: the updates of `order` share a draw as
    long as each network has but one of them. `("d", "g")`: the generator meets the updated discriminator, on the same
    fakes; `("g", "d")`: the other way round; `("d",) * 5 + ("g",)`: five updates of the discriminator, each on fakes
    and examples of its own, the last of which are the generator's; `(("d", "g"),)`: both gradients are taken before
    either update; `("g",)`: the discriminator rests.

    Attributes:
        name: for variants to ask for; a step is traced once for each stage, so that they may in plain Python.
        until: the step at which it ends; None, for the last one alone: to the end of the run.
        order: the updates of a step, `d` and `g`, see above.
        batch_size: examples of each draw, over all replicas; None: those of the run.
        reset_optimizers: whether both optimizers begin anew with it.
    """

    name: str
    until: int | None = None
    order: tuple = ("d", "g")
    batch_size: int | None = None
    reset_optimizers: bool = False

    def __post_init__(self):
        if not self.order or not set(self.order) <= {"d", "g", ("d", "g")}:
            raise ValueError(f'order must be made of "d", "g" and ("d", "g"), got {self.order!r}')

    @property
    def draws(self):
        """The updates of each draw, a list of tuples; the batch of a step has one part for each."""
        draws, seen = [[]], set()
        for update in self.order:
            if seen & set(update):  # "d", "g" and ("d", "g") are all made of letters
                draws.append([])
                seen = set()
            draws[-1].append(update)
            seen |= set(update)
        return [tuple(draw) for draw in draws]


@dataclass(frozen=True)
class Schedule:
    """The stages of a run, one after the other, as pure functions of the step.

    Attributes:
        stages: tuple of `Stage`; all but the last say where they end.
        batch_size: examples of each draw where a stage does not say; None: not known.
    """

    stages: tuple
    batch_size: int | None = None

    def __post_init__(self):
        ends = [stage.until for stage in self.stages[:-1]]
        if None in ends or ends != sorted(set(ends)) or not all(end > 0 for end in ends):
            raise ValueError(f"stages must end one after the other, got {ends}")
        if self.stages[-1].until is not None:
            raise ValueError(f"the last stage lasts to the end of the run: leave out until={self.stages[-1].until}")

    def index_at(self, step):
        """The number of the stage that does the step after `step` steps."""
        return next(
            (i for i, stage in enumerate(self.stages[:-1]) if step < stage.until),
            len(self.stages) - 1,
        )

    def stage_at(self, step):
        """That stage itself."""
        return self.stages[self.index_at(step)]

    def start_of(self, index):
        """The step at which a stage begins."""
        return self.stages[index - 1].until if index else 0

    def examples_per_step(self, stage, batch_size=None):
        """How many examples a step of a stage sees, over all replicas and draws."""
        return (stage.batch_size or self.batch_size or batch_size) * len(stage.draws)

    def examples_before(self, step, batch_size=None):
        """How many examples the steps before `step` have seen.

        Args:
            step: a number, or an integer tensor whose stage begins at the last boundary that `index` would name.
            batch_size: of each draw, where neither a stage nor the schedule says.
        """
        index = self.index_at(step)
        return self.examples_within(index, step, batch_size)

    def examples_within(self, index, step, batch_size=None):
        """The same of a step that is known to lie in a stage; it may be a tensor."""
        before = sum(
            (stage.until - self.start_of(i)) * self.examples_per_step(stage, batch_size)
            for i, stage in enumerate(self.stages[:index])
        )
        return before + (step - self.start_of(index)) * self.examples_per_step(self.stages[index], batch_size)

    def parts(self, first_step, last_step):
        """The stages from one step to another: `(Stage, first step, last step)`, none of them empty."""
        for index, stage in enumerate(self.stages):
            start = max(first_step, self.start_of(index))
            end = min(last_step, stage.until or last_step) if index < len(self.stages) - 1 else last_step
            if start < end:
                yield stage, start, end

    def steps_for(self, examples):
        """The fewest steps that see so many examples."""
        for index, stage in enumerate(self.stages):
            start, last = self.start_of(index), index == len(self.stages) - 1
            needed = start - (self.examples_before(start) - examples) // self.examples_per_step(stage)
            if last or needed <= stage.until:
                return needed
        return None
