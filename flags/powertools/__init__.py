"""Our flags for Powertools' FeatureFlags: `pip install aws-lambda-powertools`.

    from aws_lambda_powertools.utilities.feature_flags import FeatureFlags
    features = FeatureFlags(CanaryStore(Flags.from_env()))
    features.evaluate(name="free-gift", context={"key": user}, default=False)

The targeting key is the context's `key`.
"""

from flags.powertools.store import CanaryStore

__all__ = ["CanaryStore"]
