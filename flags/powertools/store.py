"""A store for Powertools' FeatureFlags that reads our table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.utilities.feature_flags.base import StoreProvider
from aws_lambda_powertools.utilities.feature_flags.exceptions import (
    ConfigurationStoreError,
)

from flags.client import Flags
from flags.model import Flag, Ruleset
from flags.powertools.comparisons import NotSayable
from flags.powertools.lines import Lines, lines_of

LOGGER = logging.getLogger(__name__)


class CanaryStore(StoreProvider):
    """Gives Powertools the flags that its schema has words for.

    The others are left out, and `left_out` says why: FeatureFlags answers the caller's
    default for them. As long as the rules are the same, so is the dictionary, which
    Powertools therefore validates once.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._rules: Ruleset | None = None
        self._schema: dict[str, Any] = {}
        self._left_out: Mapping[str, str] = MappingProxyType({})

    @property
    def left_out(self) -> Mapping[str, str]:
        """The flags that Powertools can't evaluate, each with the reason."""
        return self._left_out

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        """The flags in Powertools' schema; raises `ConfigurationStoreError`."""
        return self.get_configuration()

    def get_configuration(self) -> dict[str, Any]:
        """The flags in Powertools' schema; raises `ConfigurationStoreError`."""
        # No flag has this name: it is asked so that newer rules are read when due.
        self._flags.details("")
        held = self._flags.snapshot.held
        if held is None:
            problem = self._flags.snapshot.problem or "the table holds no rules yet"
            raise ConfigurationStoreError(problem)
        if held.rules is not self._rules:
            self._translate(held.rules)
        return self._schema

    def _translate(self, rules: Ruleset) -> None:
        schema: dict[str, Any] = {}
        left_out: dict[str, str] = {}
        for name, flag in rules.flags.items():
            try:
                schema[name] = feature(rules, flag)
            except NotSayable as error:
                left_out[name] = str(error)
            except Exception as error:  # noqa: BLE001 - one flag must not cost the others
                left_out[name] = f"{type(error).__name__}: {error}"
        self._schema, self._left_out = schema, MappingProxyType(left_out)
        self._rules = rules
        missed = {n: why for n, why in left_out.items() if not rules.flags[n].release}
        if missed:
            listed = "; ".join(f"{name}: {why}" for name, why in missed.items())
            LOGGER.warning("Powertools gets no rules for %s", listed)


def feature(rules: Ruleset, flag: Flag) -> dict[str, Any]:
    """A flag in Powertools' schema; raises `NotSayable`."""
    if flag.release is not None:
        raise NotSayable("it is a release")
    if any(value is None for value in flag.variants.values()):
        raise NotSayable("it has a variant that is null")
    lines = lines_of(rules, flag)
    *others, last = lines
    # A copy: Powertools hands out what stands in the schema.
    variants = deepcopy(dict(flag.variants))
    found: dict[str, Any] = {"default": variants[last.variant]}
    if not all(isinstance(value, bool) for value in variants.values()):
        found["boolean_type"] = False
    if others:
        found["rules"] = _rules(variants, tuple(others))
    return found


def _rules(variants: Mapping[str, Any], lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in lines:
        name, number = line.rule or "rule", 1
        while name in found:
            number += 1
            name = f"{line.rule or 'rule'} ({number})"
        found[name] = {
            "when_match": variants[line.variant],
            "conditions": [comparison.condition() for comparison in line.when],
        }
    return found
