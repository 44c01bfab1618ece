"""What decides how a training goes on, beside its weights and its options."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """Decided when a training begins; its checkpoints say it, and it stays so to the end.

    Attributes:
        data_order: version of the order in which examples come, see `data.pipeline.ORDER`; None: another's data.
        ema_rampup: see `ema.update`.
        earlier_updates: what the moments of the generator's and the discriminator's optimizer have from before, see
            `optimizers.Adam`.
    """

    data_order: int | None = None
    ema_rampup: float | None = None
    earlier_updates: tuple[int, int] = (0, 0)
