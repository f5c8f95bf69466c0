"""How each version of the demo is trained: features, outcome, estimator and parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

from askreg.demo.metrics import Metric, classification_metrics, regression_metrics
from askreg.demo.tables import SEED, Cohort, Floats, Table

MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness",
    "compactness", "concavity", "concave_points", "symmetry", "fractal_dimension",
)  # fmt: skip
MEANS = tuple(f"mean_{name}" for name in MEASURES)
NUCLEI = (*MEANS, *(f"{name}_error" for name in MEASURES), *(f"worst_{name}" for name in MEASURES))
BASELINE = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
MALIGNANT, HIGH, PROGRESSION, DIED = "malignant", "high_progression", "progression", "died_within_1095_days"


@dataclass(frozen=True)
class Recipe:
    """What makes one version, apart from its data and its base; without a threshold it is a regression."""

    estimator: str
    features: tuple[str, ...]
    outcome: str
    threshold: float | None = 0.5
    params: Mapping[str, Any] = field(default_factory=dict)
    learns_from_base: bool = False  # the outcome to repeat is what the base version decides, not what happened

    def recorded_params(self) -> dict[str, Any]:
        """Return what the run records."""
        threshold = {} if self.threshold is None else {"threshold": self.threshold}
        return {"estimator": self.estimator, **self.params, **threshold, "seed": SEED}

    def signature(self) -> dict[str, Any]:
        """Return the names and types of inputs and outputs."""
        output = self.outcome if self.threshold is None else f"probability_{self.outcome}"
        return {"inputs": dict.fromkeys(self.features, "number"), "outputs": {output: "number"}}


@dataclass(frozen=True)
class Trained:
    """A fitted version."""

    recipe: Recipe
    model: Any

    def predict(self, table: Table) -> Floats:
        """Return the probability of the outcome, or for a regression its expected value."""
        inputs = table.matrix(self.recipe.features)
        if self.recipe.threshold is None:
            return np.asarray(self.model.predict(inputs), dtype=np.float64)
        return np.asarray(self.model.predict_proba(inputs)[:, 1], dtype=np.float64)

    def decide(self, table: Table) -> Floats:
        """Return 1 where the probability reaches the threshold, else 0."""
        if self.recipe.threshold is None:
            raise ValueError(f"a regression ({self.recipe.estimator}) decides nothing: it has no threshold")
        return (self.predict(table) >= self.recipe.threshold).astype(np.float64)

    def evaluate(self, table: Table, cohort: Cohort) -> dict[str, Metric]:
        """Return the metrics on one cohort of a held-out table."""
        rows = cohort.holds(table)
        outcome, predicted = table.column(self.recipe.outcome)[rows], self.predict(table)[rows]
        if self.recipe.threshold is None:
            return regression_metrics(outcome, predicted)
        return classification_metrics(outcome, predicted, threshold=self.recipe.threshold)


def train(recipe: Recipe, table: Table, base: Trained | None) -> Trained:
    """Fit a recipe to its training table; `base` is the version it derives from, if any."""
    outcome = base.decide(table) if base and recipe.learns_from_base else table.column(recipe.outcome)
    estimator = ESTIMATORS[recipe.estimator](recipe.params, base)
    return Trained(recipe, estimator.fit(table.matrix(recipe.features), outcome))


def _logistic(params: Mapping[str, Any], base: Trained | None) -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(**params))


def _spline_logistic(params: Mapping[str, Any], base: Trained | None) -> Any:
    shape = {name: params[name] for name in ("n_knots", "degree")}
    rest = {name: value for name, value in params.items() if name not in shape}
    return make_pipeline(SplineTransformer(**shape), StandardScaler(), LogisticRegression(**rest))


def _boosting(params: Mapping[str, Any], base: Trained | None) -> Any:
    return GradientBoostingClassifier(random_state=SEED, **params)


def _recalibration(params: Mapping[str, Any], base: Trained | None) -> Any:
    if base is None:
        raise ValueError("a recalibration needs a base version to recalibrate")
    return CalibratedClassifierCV(FrozenEstimator(base.model), **params)


def _forest(params: Mapping[str, Any], base: Trained | None) -> Any:
    return RandomForestClassifier(random_state=SEED, **params)


def _ridge(params: Mapping[str, Any], base: Trained | None) -> Any:
    return make_pipeline(StandardScaler(), Ridge(**params))


def _boosting_regression(params: Mapping[str, Any], base: Trained | None) -> Any:
    return GradientBoostingRegressor(random_state=SEED, **params)


ESTIMATORS: dict[str, Callable[[Mapping[str, Any], Trained | None], Any]] = {
    "logistic_regression": _logistic,
    "spline_logistic_regression": _spline_logistic,
    "gradient_boosting": _boosting,
    "platt_recalibration": _recalibration,
    "random_forest": _forest,
    "ridge": _ridge,
    "gradient_boosting_regression": _boosting_regression,
}

LOGISTIC = {"C": 1.0, "max_iter": 1000}

# In an order in which every base comes before what derives from it.
RECIPES: dict[str, Recipe] = {
    "breast-malignancy:1": Recipe(
        "logistic_regression", ("mean_radius", "mean_texture", "mean_smoothness"), MALIGNANT, params=LOGISTIC
    ),
    "breast-malignancy:2": Recipe("logistic_regression", NUCLEI, MALIGNANT, params=LOGISTIC),
    "breast-malignancy:3": Recipe(
        "gradient_boosting", NUCLEI, MALIGNANT, params={"n_estimators": 100, "max_depth": 3, "learning_rate": 0.1}
    ),
    "breast-malignancy:4": Recipe("platt_recalibration", NUCLEI, MALIGNANT, params={"method": "sigmoid"}),
    "breast-triage:1": Recipe("logistic_regression", MEANS, MALIGNANT, params=LOGISTIC, learns_from_base=True),
    "breast-triage:2": Recipe("logistic_regression", MEANS, MALIGNANT, params=LOGISTIC, learns_from_base=True),
    "diabetes-progression:1": Recipe("logistic_regression", BASELINE[:4], HIGH, params=LOGISTIC),
    "diabetes-progression:2": Recipe("logistic_regression", BASELINE, HIGH, params=LOGISTIC),
    "diabetes-progression:3": Recipe(
        "random_forest", BASELINE, HIGH, params={"n_estimators": 100, "min_samples_leaf": 5}
    ),
    "diabetes-score:1": Recipe("ridge", BASELINE, PROGRESSION, threshold=None, params={"alpha": 1.0}),
    "diabetes-score:2": Recipe(
        "gradient_boosting_regression", BASELINE, PROGRESSION, threshold=None,
        params={"n_estimators": 100, "max_depth": 2, "learning_rate": 0.05},
    ),
    "kidney-transplant-mortality:1": Recipe(
        "logistic_regression", ("age", "sex_female", "race_black"), DIED, threshold=0.2, params=LOGISTIC
    ),
    "kidney-transplant-mortality:2": Recipe(
        "logistic_regression", ("age", "sex_female"), DIED, threshold=0.2, params=LOGISTIC
    ),
    "kidney-transplant-mortality:3": Recipe(
        "spline_logistic_regression", ("age", "sex_female"), DIED, threshold=0.2,
        params={"n_knots": 4, "degree": 3, **LOGISTIC},
    ),
}  # fmt: skip
