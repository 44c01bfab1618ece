"""`ClassJudge`: tells by its features which class an example is of, and knows how often it is wrong."""

import numpy as np
from scipy.optimize import nnls

SHRINKAGE = 0.01  # of ridge regression, as a share of the number of examples
TOLD_APART = 0.5  # recall less share of mistakes, from which a class is told well enough to be missed


class ClassJudge:
    """Ridge regression of classes on features, which tells samples' classes as well as it tells those of real examples.

    Args:
        features: of real examples, `[N, D]`.
        labels: their classes, integers `[N]`.

    Attributes:
        fitted: N.
        count: how many classes there are.
        told: shares of real examples that it calls each class, `[count]`, of examples that it was not fitted to.
        telling: which classes it tells well enough, bool `[count]`.
    """

    def __init__(self, features, labels):
        self.fitted, self.count = len(labels), int(labels.max()) + 1
        self._mean, self._scale = features.mean(axis=0), features.std() + 1e-12
        inputs, ones = self._standard(features), np.eye(self.count)[labels]
        self._shares = ones.mean(axis=0)
        covariance = inputs.T @ inputs + SHRINKAGE * len(inputs) * np.eye(inputs.shape[1])
        self._weights = np.linalg.solve(covariance, inputs.T @ (ones - self._shares))
        # What it would say of each if fitted to all others, in closed form (Allen 1974).
        leverage = np.einsum("nd,dn->n", inputs, np.linalg.solve(covariance, inputs.T))[:, None]
        left_out = (inputs @ self._weights - leverage * (ones - self._shares)) / (1.0 - leverage)
        called = np.eye(self.count)[(left_out + self._shares).argmax(axis=1)]
        totals = np.maximum(ones.sum(axis=0), 1)
        self.told, self._confusion = called.mean(axis=0), ones.T @ called / totals[:, None]
        by_mistake = ((1 - ones) * called).sum(axis=0) / np.maximum(len(ones) - totals, 1)
        self.telling = np.diagonal(self._confusion) - by_mistake >= TOLD_APART

    def __call__(self, features):
        """The classes of examples, integers `[N]`."""
        return (self._standard(features) @ self._weights + self._shares).argmax(axis=1)

    def shares_left(self, told):
        """What is left of each class's share in the data, `[count]`: what it calls samples, its usual mistakes undone.

        Lipton et al. 2018 ("Detecting and Correcting for Label Shift with Black Box Predictors"), with shares of at
        least 0.

        Args:
            told: the shares of samples that it calls each class, `[count]`.
        """
        shares, _ = nnls(self._confusion.T, told)
        return shares / np.maximum(self._shares, 1e-12)

    def _standard(self, features):
        return ((features - self._mean) / self._scale).astype(np.float64)
