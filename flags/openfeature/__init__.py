"""A provider for OpenFeature: `pip install 'lambda-canary[openfeature]'`.

    from openfeature import api
    api.set_provider_and_wait(CanaryProvider(Flags.from_env()))

Types, reasons and events are told in `docs/flags.md`.
"""

from flags.openfeature.provider import CanaryProvider

__all__ = ["CanaryProvider"]
