"""Other names of what registries hold: metrics, frameworks, cohorts, closed sets of values."""

METRICS: tuple[tuple[str, ...], ...] = (
    ("auroc", "auc", "roc auc", "auc roc", "rocauc", "area under the curve", "area under the roc curve", "c statistic",
     "au roc", "area under roc", "area under the receiver operating characteristic curve", "cstat", "c index", "roc",
     "receiver operating characteristic"),
    ("auprc", "average precision", "pr auc", "auc pr", "area under the precision recall curve", "ap", "prauc"),
    ("sensitivity", "recall", "sens", "sensitive", "tpr", "true positive rate", "hit rate"),
    ("specificity", "spec", "tnr", "true negative rate"),
    ("precision", "ppv", "positive predictive value"),
    ("npv", "negative predictive value"),
    ("brier", "brier score"),
    ("accuracy", "acc", "balanced accuracy"),
    ("f1", "f1 score", "f score", "f measure"),
    ("mae", "mean absolute error"),
    ("rmse", "root mean square error", "root mean squared error"),
    ("log_loss", "log loss", "cross entropy", "logloss"),
    ("ece", "expected calibration error", "calibration error"),
    ("rouge1", "rouge 1"), ("rouge2", "rouge 2"), ("rougel", "rouge l"),
    ("r2", "r squared", "r 2"),
    ("wer", "word error rate"),
    ("latency", "inference time", "response time"),
    ("bleu", "bleu score"),
    ("perplexity", "ppl"),
    ("dice", "dice score", "dice coefficient"),
    ("calibration_slope", "calibration slope"),
)  # fmt: skip

FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "scikit-learn": ("sklearn", "scikit", "sci kit learn"),
    "pytorch": ("torch",),
    "tensorflow": ("tf",),
    "xgboost": ("xgb",),
    "lightgbm": ("lgbm", "light gbm"),
    "transformers": ("hugging face", "huggingface", "hf"),
    "keras": (),
}

COHORTS: dict[str, tuple[str, ...]] = {
    "female": ("women", "woman", "females", "f", "girls"),
    "male": ("men", "man", "males", "m", "boys"),
    "black": ("black patients", "blacks"),
    "white": ("white patients", "whites"),
}
SEXES: dict[str, tuple[str, ...]] = {"f": ("female", *COHORTS["female"]), "m": ("male", *COHORTS["male"])}
"""What the letters stand for where the cohort's key says that they are sexes."""
COHORT_KEYS: dict[str, tuple[str, ...]] = {"sex": ("gender", "sexes", "genders"), "age": ("age group", "age band"),
                                            "race": ("ethnicity", "ethnic group", "races")}  # fmt: skip
ALL_COHORT = ("all patients", "overall population", "whole population", "overall", "everyone", "entire population")

SENSITIVITY: dict[str, tuple[str, ...]] = {
    "public": ("public", "open"),
    "internal": ("internal",),
    "deidentified": ("deidentified", "de identified", "anonymised", "anonymized", "pseudonymised"),
    "phi": ("phi", "protected health information", "identifiable", "identified patient data", "confidential"),
}
SPLITS = ("test", "validation", "train", "training", "holdout", "external")
EVIDENCE: dict[str, tuple[str, ...]] = {
    "vendor": ("vendor reported", "vendor evidence", "by the vendor", "vendor grade"),
    "self-reported": ("self reported",),
    "third-party": ("third party",),
    "local": ("local evidence", "locally evaluated", "local evaluation", "locally validated", "locally",
              "local validation", "local evaluations"),
    "signed": ("signed evidence",),
}  # fmt: skip
ROLES: dict[str, tuple[str, ...]] = {
    "viewer": ("viewer", "viewers"), "analyst": ("analyst", "analysts"), "scientist": ("scientist", "scientists"),
    "auditor": ("auditor", "auditors"), "admin": ("admin", "admins", "administrator", "administrators"),
}  # fmt: skip
CARDS: dict[str, tuple[str, ...]] = {
    "intended_use": ("intended use", "intended purpose", "intended for", "meant for", "intended", "indication"),
    "population": ("population", "target population", "intended population", "patient population"),
    "out_of_scope": ("out of scope", "out of scope use", "not intended for", "excluded uses", "should not be used for",
                     "not be used for", "not suitable for", "not meant for"),
    "limitations": ("limitations", "limitation", "known limitations", "known limits"),
    "training_data": ("training data description",),
    "contact": ("contact",),
    "warnings": ("warnings", "cautions"),
    "ethical_considerations": ("ethical considerations",),
    "license": ("licence", "license"),
}  # fmt: skip
PARAMS = ("learning_rate", "batch_size", "epochs", "dropout", "optimizer", "weight_decay", "random_seed", "max_depth")
SITE_SUFFIXES = ("hospital", "site", "clinic", "general", "medical center", "medical centre", "trust", "campus")
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "icu": ("intensive care", "intensive care unit", "critical care unit", "itu"),
    "ed": ("emergency department", "a e", "er", "emergency room", "emergency", "accident and emergency"),
    "picu": ("paediatric icu", "pediatric icu", "paediatric intensive care", "pediatric intensive care"),
    "nicu": ("neonatal icu", "neonatal intensive care"),
    "ward": ("wards", "the ward", "general ward"),
    "radiology": ("imaging", "radiology department"),
    "shadow": ("shadow mode", "shadow environment", "silent mode"),
}  # fmt: skip
