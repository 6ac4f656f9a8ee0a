"""What a function runs as, in one short text: equal if it would run equally.

Laws
1. Pure. A configuration is what `GetFunctionConfiguration` answers.
2. What `IGNORED` doesn't name counts, also what Lambda adds some day: a version too
   many does no harm, a change that nobody noticed does.
3. What is empty, or as Lambda has it anyway, is like what isn't there.
4. The order of names never counts; that of a list does unless it says nothing.
5. What the caller may not read is no configuration: `Unreadable`, never "unchanged".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from flags.errors import FlagsError

__all__ = ["COUNTED", "IGNORED", "Unreadable", "changes", "fingerprint", "normal"]

Config = Mapping[str, Any]

# The fields that Lambda documents, and what each is for (docs/publishing.md).
COUNTED: Mapping[str, str] = {
    "AcceleratorConfig": "the accelerator beside it",
    "Architectures": "the processor; their order says nothing",
    "CapacityProviderConfig": "the capacity that it runs on",
    "CodeSha256": "the code: of a package its bytes, of an image its digest",
    "DeadLetterConfig": "where failed events go",
    "DurableConfig": "durable executions",
    "Environment": "the variables, an empty one too",
    "EphemeralStorage": "the size of /tmp",
    "FileSystemConfigs": "mounted file systems; their order says nothing",
    "Handler": "what is called",
    "ImageConfigResponse": "entry point, command and folder of an image",
    "KMSKeyArn": "the key of the variables",
    "Layers": "layers with their versions, in their order",
    "LoggingConfig": "format, levels and group of its logs",
    "MemorySize": "memory, and so processor time",
    "PackageType": "a package or an image",
    "Role": "what it may do",
    "Runtime": "the language",
    "RuntimeConfig": "a runtime of the customer's own",
    "RuntimeVersionConfig": "the patch of the runtime",
    "SnapStart": "whether versions start from a snapshot",
    "TenancyConfig": "whether tenants are kept apart",
    "Timeout": "how long it may run",
    "TracingConfig": "whether X-Ray traces it",
    "VpcConfig": "the network; the order of subnets and groups says nothing",
}
# Dotted paths that don't count, and why.
IGNORED: Mapping[str, str] = {
    "CodeSize": "follows from the code",
    "ConfigSha256": "Lambda doesn't say what is in it",
    "Description": "nothing that runs depends on it",
    "FunctionArn": "names the version",
    "FunctionName": "the same for all versions",
    "LastModified": "when, not what",
    "LastUpdateStatus": "how an update went",
    "LastUpdateStatusReason": "how an update went",
    "LastUpdateStatusReasonCode": "how an update went",
    "Layers.CodeSize": "follows from the layer's version",
    "Layers.SigningJobArn": "follows from the layer's version",
    "Layers.SigningProfileVersionArn": "follows from the layer's version",
    "MasterArn": "names the function",
    "ResponseMetadata": "about the answer, not the function",
    "RevisionId": "changes with every update, whatever it is",
    "RuntimeVersionConfig.Error": "the patch isn't known, so it counts as another",
    "SigningJobArn": "how the code came; its bytes count",
    "SigningProfileVersionArn": "how the code came; its bytes count",
    "SnapStart.OptimizationStatus": "On for versions, never for $LATEST",
    "State": "whether it can run now",
    "StateReason": "whether it can run now",
    "StateReasonCode": "whether it can run now",
    "Version": "names the version",
    "VpcConfig.VpcId": "follows from the subnets",
}
# What Lambda has where nobody said anything; some answers leave it out.
_DEFAULTS: Mapping[str, Any] = {
    "Architectures": ["x86_64"],
    "EphemeralStorage.Size": 512,
    "LoggingConfig.LogFormat": "Text",
    "PackageType": "Zip",
    "SnapStart.ApplyOn": "None",
    "TracingConfig.Mode": "PassThrough",
}
_UNORDERED = frozenset(
    {
        "Architectures",
        "FileSystemConfigs",
        "VpcConfig.SecurityGroupIds",
        "VpcConfig.SubnetIds",
    }
)
# People's own names and values: here an empty text is a value.
_VERBATIM = "Environment.Variables"
_LOG_GROUP = "LoggingConfig.LogGroup"


class Unreadable(FlagsError):
    """A part of the configuration that counts can't be read by the caller."""

    exit_code = 5


def fingerprint(config: Config) -> str:
    """64 hexadecimal digits, equal for what runs equally; raises `Unreadable`."""
    text = json.dumps(normal(config), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changes(before: Config, after: Config) -> list[str]:
    """The dotted names of what differs, in order, and no values: they may be secret.

    Empty if and only if the fingerprints are equal. Raises `Unreadable`.
    """
    was, now = dict(_leaves(normal(before))), dict(_leaves(normal(after)))
    return sorted(
        name for name in was.keys() | now.keys() if was.get(name) != now.get(name)
    )


def normal(config: Config) -> dict[str, Any]:
    """What counts of a configuration, in one form; raises `Unreadable`."""
    for part in ("Environment", "ImageConfigResponse"):
        if error := (config.get(part) or {}).get("Error"):
            raise Unreadable(_hidden(config, part, error))
    name = config.get("FunctionName")
    usual = {**_DEFAULTS, _LOG_GROUP: f"/aws/lambda/{name}"}
    return _members(config, "", usual)


def _members(found: Config, path: str, usual: Mapping[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, value in found.items():
        where = f"{path}.{name}" if path else name
        part = None if where in IGNORED else _plain(value, where, usual)
        if not _nothing(part) and part != usual.get(where):
            plain[name] = part
    return plain


def _plain(value: Any, path: str, usual: Mapping[str, Any]) -> Any:
    if path == _VERBATIM:
        return dict(value or {})
    if isinstance(value, Mapping):
        return _members(value, path, usual)
    if isinstance(value, list | tuple):
        parts = [_plain(part, path, usual) for part in value]
        return sorted(parts, key=_sorting) if path in _UNORDERED else parts
    return value


def _nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _sorting(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _leaves(found: Config, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        where = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _leaves(value, where)
        else:
            yield where, value


def _hidden(config: Config, part: str, error: Mapping[str, Any]) -> str:
    name, version = config.get("FunctionName"), config.get("Version")
    said = error.get("Message") or error.get("ErrorCode") or "no reason given"
    return (
        f"{name}: {part} of version {version} can't be read ({said}), so nobody can "
        "tell whether it changed; use a role that may use its key (kms:Decrypt)"
    )
