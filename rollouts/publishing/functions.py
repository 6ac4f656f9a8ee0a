"""Functions, versions and aliases as Lambda tells them, and the changes to them.

Laws
1. What is read of `$LATEST` is read when no update of it is under way: an update
   gives it another revision.
2. A change names the revision that it was made from, where Lambda tells one.
3. A change that was made already is no error: each of these may be sent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rollouts.publishing.alias import LATEST, Alias
from rollouts.publishing.failures import Conflict, NoFunction, NotReady, asked

# In seconds. Versions with SnapStart, images and network interfaces take minutes.
PATIENCE = 900.0
INTERVAL = 1.0

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """Lambda, through a boto3 client."""

    client: Any
    pause: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def settled(self, name: str, version: str = LATEST) -> Config:
        """A version's configuration, once it is neither made nor updated any more.

        Raises `NoFunction`, or `NotReady` if that failed or takes over 15 minutes.
        """
        until = self.now() + PATIENCE
        while True:
            config = self.config(name, version)
            if _is_ready(config):
                return config
            if self.now() >= until:
                raise NotReady(
                    f"{name}: version {version} isn't ready after {PATIENCE:.0f} s "
                    f"({_state(config)}); look at it, then try again"
                )
            self.pause(INTERVAL)

    def config(self, name: str, version: str = LATEST) -> Config:
        """A version's configuration as it is now; raises `NoFunction`."""
        with asked(name):
            found: Config = self.client.get_function_configuration(
                FunctionName=name, Qualifier=version
            )
        return found

    def aliases(self, name: str) -> dict[str, Alias]:
        """All aliases of a function, by name; raises `NoFunction`."""
        pages = self._pages("list_aliases", "Aliases", FunctionName=name)
        return {found["Name"]: Alias.of(found) for found in pages}

    def versions(self, name: str) -> list[Config]:
        """The configurations of all published versions, the oldest first."""
        pages = self._pages("list_versions_by_function", "Versions", FunctionName=name)
        published = [found for found in pages if found["Version"] != LATEST]
        return sorted(published, key=lambda found: int(found["Version"]))

    def publish(self, name: str, config: Config, description: str = "") -> str:
        """Publish this `$LATEST`, and return its version's number once it can run.

        Lambda makes none if nothing changed since the last, and that one is returned.
        Raises `Conflict` if the function isn't as `config` says any more.
        """
        expected = {
            "CodeSha256": config.get("CodeSha256"),
            "RevisionId": config.get("RevisionId"),
            "Description": description[:256],
        }
        given = {name: value for name, value in expected.items() if value}
        with asked(name):
            made = self.client.publish_version(FunctionName=name, **given)
        version = str(made["Version"])
        self.settled(name, version)
        return version

    def point(self, name: str, alias: Alias | str, version: str) -> None:
        """Let an alias name this version and no other; by its name, it is made.

        Raises `Conflict` unless it is as it was read, or as it should be already.
        """
        try:
            with asked(f"{name}:{alias if isinstance(alias, str) else alias.name}"):
                self._point(name, alias, version)
        except Conflict:
            wanted = alias if isinstance(alias, str) else alias.name
            found = self.aliases(name).get(wanted)
            if found is None or found.weights or found.version != version:
                raise

    def _point(self, name: str, alias: Alias | str, version: str) -> None:
        if isinstance(alias, str):
            self.client.create_alias(
                FunctionName=name, Name=alias, FunctionVersion=version
            )
            return
        revision = {"RevisionId": alias.revision} if alias.revision else {}
        self.client.update_alias(
            FunctionName=name,
            Name=alias.name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
            **revision,
        )

    def provisioned(self, name: str) -> dict[str, int]:
        """How many environments are kept warm, by alias or version."""
        try:
            configs = list(
                self._pages(
                    "list_provisioned_concurrency_configs",
                    "ProvisionedConcurrencyConfigs",
                    FunctionName=name,
                )
            )
        except NoFunction:
            # Said by some where there is none.
            return {}
        return {
            qualifier(found["FunctionArn"]): int(
                found.get("RequestedProvisionedConcurrentExecutions", 0)
            )
            for found in configs
        }

    def _pages(self, operation: str, key: str, **asking: Any) -> Iterator[Any]:
        subject = asking.get("FunctionName", "Lambda")
        pages = self.client.get_paginator(operation).paginate(**asking)
        with asked(subject):
            for page in pages:
                yield from page.get(key, ())

    def urls(self, name: str) -> set[str]:
        """The qualifiers that have a function URL."""
        pages = self._pages(
            "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name
        )
        return {qualifier(found["FunctionArn"]) for found in pages}

    def sources(self, name: str) -> set[str]:
        """The qualifiers that event source mappings name.

        Of all mappings of the account: asked for a function alone, Lambda leaves out
        those of its versions.
        """
        pages = self._pages("list_event_source_mappings", "EventSourceMappings")
        arns = [found.get("FunctionArn", "") for found in pages]
        return {qualifier(arn) for arn in arns if _named(arn) == name}

    def has_policy(self, name: str, version: str) -> bool:
        """Whether somebody was allowed to invoke this very version."""
        try:
            with asked(name):
                self.client.get_policy(FunctionName=name, Qualifier=version)
        except NoFunction:
            return False
        return True

    def delete(self, name: str, version: str) -> None:
        """Delete a published version; raises `Conflict` if an alias names it.

        Raises `ValueError` for `$LATEST`: that would be the whole function.
        """
        if not version.isdecimal():
            msg = f"{version!r} is no published version of {name}"
            raise ValueError(msg)
        try:
            with asked(f"{name}:{version}"):
                self.client.delete_function(FunctionName=name, Qualifier=version)
        except NoFunction:
            return


def qualifier(arn: str) -> str:
    """The alias or version of an ARN, or `$LATEST`."""
    parts = arn.split(":")
    return parts[7] if len(parts) > 7 else LATEST  # noqa: PLR2004 - as ARNs are


def _named(arn: str) -> str:
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 else ""  # noqa: PLR2004 - as ARNs are


def _is_ready(config: Config) -> bool:
    """Whether it can be published or run; raises `NotReady` if it never will."""
    state, update = config.get("State"), config.get("LastUpdateStatus")
    if "Failed" in {state, update}:
        raise NotReady(
            f"{config['FunctionName']}: the last update of version "
            f"{config['Version']} failed ({_state(config)}); mend it, then try again"
        )
    return state not in {"Pending", "Deleting"} and update != "InProgress"


def _state(config: Config) -> str:
    told = (
        config.get("LastUpdateStatusReason") or config.get("StateReason"),
        config.get("LastUpdateStatus") or config.get("State"),
    )
    return next((text for text in told if text), "no reason given")
