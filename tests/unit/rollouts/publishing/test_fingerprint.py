"""What counts as another version, and what doesn't."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from rollouts.publishing.fingerprint import (
    Unreadable,
    changes,
    fingerprint,
    normal,
)

FULL: dict[str, Any] = {
    "FunctionName": "shop",
    "FunctionArn": "arn:aws:lambda:eu-west-1:1:function:shop",
    "Runtime": "python3.13",
    "Role": "arn:aws:iam::1:role/shop",
    "Handler": "app.handler",
    "CodeSize": 100,
    "Description": "",
    "Timeout": 15,
    "MemorySize": 256,
    "LastModified": "2026-03-02T09:14:05.000+0000",
    "CodeSha256": "abc=",
    "Version": "$LATEST",
    "VpcConfig": {
        "SubnetIds": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1", "sg-2"],
        "VpcId": "vpc-1",
        "Ipv6AllowedForDualStack": False,
    },
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:1:dead"},
    "Environment": {"Variables": {"LEVEL": "info", "EMPTY": ""}},
    "KMSKeyArn": "arn:aws:kms:eu-west-1:1:key/1",
    "TracingConfig": {"Mode": "Active"},
    "RevisionId": "r-1",
    "Layers": [
        {"Arn": "arn:aws:lambda:eu-west-1:1:layer:flags:3", "CodeSize": 9},
        {"Arn": "arn:aws:lambda:eu-west-1:1:layer:other:1", "CodeSize": 9},
    ],
    "State": "Active",
    "LastUpdateStatus": "Successful",
    "FileSystemConfigs": [
        {"Arn": "arn:aws:elasticfilesystem:eu-west-1:1:ap/a", "LocalMountPath": "/a"},
        {"Arn": "arn:aws:elasticfilesystem:eu-west-1:1:ap/b", "LocalMountPath": "/b"},
    ],
    "PackageType": "Zip",
    "ImageConfigResponse": {"ImageConfig": {"Command": ["a", "b"]}},
    "Architectures": ["arm64"],
    "EphemeralStorage": {"Size": 1024},
    "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
    "RuntimeVersionConfig": {"RuntimeVersionArn": "arn:aws:lambda:::runtime:1"},
    "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/shop"},
}

# A path, and what it changes to; None takes it away.
OTHER: list[tuple[str, Any]] = [
    ("CodeSha256", "def="),
    ("Runtime", "python3.14"),
    ("RuntimeVersionConfig.RuntimeVersionArn", "arn:aws:lambda:::runtime:2"),
    ("Role", "arn:aws:iam::1:role/other"),
    ("Handler", "app.other"),
    ("Timeout", 16),
    ("MemorySize", 512),
    ("VpcConfig.SubnetIds", ["subnet-1"]),
    ("VpcConfig.SecurityGroupIds", ["sg-1", "sg-3"]),
    ("VpcConfig.Ipv6AllowedForDualStack", True),
    ("VpcConfig", None),
    ("DeadLetterConfig", None),
    ("Environment.Variables.LEVEL", "debug"),
    ("Environment.Variables.NEW", "1"),
    ("Environment.Variables.EMPTY", None),
    ("Environment", None),
    ("KMSKeyArn", None),
    ("TracingConfig.Mode", "PassThrough"),
    ("Layers", [{"Arn": "arn:aws:lambda:eu-west-1:1:layer:flags:4"}]),
    ("Layers", FULL["Layers"][::-1]),
    ("Layers", []),
    ("FileSystemConfigs", FULL["FileSystemConfigs"][:1]),
    ("PackageType", "Image"),
    ("ImageConfigResponse.ImageConfig.Command", ["b", "a"]),
    ("ImageConfigResponse.ImageConfig.WorkingDirectory", "/x"),
    ("Architectures", ["x86_64"]),
    ("EphemeralStorage.Size", 512),
    ("SnapStart.ApplyOn", "None"),
    ("LoggingConfig.LogFormat", "Text"),
    ("LoggingConfig.LogGroup", "/shop"),
    ("LoggingConfig.SystemLogLevel", "DEBUG"),
    ("TenancyConfig", {"TenantIsolationMode": "PER_TENANT"}),
    ("DurableConfig", {"RetentionPeriodInDays": 1}),
    ("SomethingNew", {"Mode": "On"}),
    ("VpcConfig.SomethingNew", "x"),
]
SAME: list[tuple[str, Any]] = [
    ("FunctionArn", "arn:aws:lambda:eu-west-1:1:function:shop:7"),
    ("Version", "7"),
    ("Description", "the seventh"),
    ("LastModified", "2026-03-03T09:14:05.000+0000"),
    ("RevisionId", "r-2"),
    ("CodeSize", 101),
    ("ConfigSha256", "xyz"),
    ("State", "Inactive"),
    ("StateReason", "idle"),
    ("StateReasonCode", "Idle"),
    ("LastUpdateStatus", "InProgress"),
    ("LastUpdateStatusReason", "why"),
    ("SigningJobArn", "arn:aws:signer:eu-west-1:1:/signing-jobs/1"),
    ("MasterArn", "arn:aws:lambda:us-east-1:1:function:shop"),
    ("SnapStart.OptimizationStatus", "On"),
    ("VpcConfig.SubnetIds", ["subnet-2", "subnet-1"]),
    ("VpcConfig.SecurityGroupIds", ["sg-2", "sg-1"]),
    ("VpcConfig.Ipv6AllowedForDualStack", None),
    ("VpcConfig.VpcId", None),
    ("FileSystemConfigs", FULL["FileSystemConfigs"][::-1]),
    ("Layers", [{"Arn": layer["Arn"]} for layer in FULL["Layers"]]),
    ("LoggingConfig.LogGroup", None),
    ("SomethingNew", None),
    ("SomethingNew", ""),
    ("SomethingNew", {"List": [], "Off": False}),
    ("ResponseMetadata", {"RequestId": "1"}),
]


def altered(path: str, value: Any) -> dict[str, Any]:
    """The configuration with another value there."""
    config = copy.deepcopy(FULL)
    *folders, last = path.split(".")
    into = config
    for folder in folders:
        into = into[folder]
    if value is None:
        into.pop(last, None)
    else:
        into[last] = value
    return config


@pytest.mark.parametrize(("path", "value"), OTHER)
def test_another_version_is_noticed(path: str, value: Any) -> None:
    """Whatever runs differently has another fingerprint, and its name is told."""
    config = altered(path, value)

    assert fingerprint(FULL) != fingerprint(config)
    told = changes(FULL, config)
    assert told
    assert all(name.startswith(path) for name in told)


@pytest.mark.parametrize(("path", "value"), SAME)
def test_the_same_again_is_not_noticed(path: str, value: Any) -> None:
    """When, under what name and how it was deployed is no change."""
    config = altered(path, value)

    assert fingerprint(FULL) == fingerprint(config)
    assert [] == changes(FULL, config)


def test_the_order_of_names_says_nothing() -> None:
    """An answer with its names in another order is the same."""
    turned = dict(reversed(FULL.items()))
    turned["Environment"] = {"Variables": {"EMPTY": "", "LEVEL": "info"}}

    assert fingerprint(FULL) == fingerprint(turned)


def test_what_lambda_has_anyway_is_like_nothing() -> None:
    """An answer that leaves defaults out, or has them empty, is the same."""
    bare = {"FunctionName": "shop", "CodeSha256": "abc=", "Timeout": 3}
    whole = {
        **bare,
        "Architectures": ["x86_64"],
        "DeadLetterConfig": {},
        "Environment": {"Variables": {}},
        "EphemeralStorage": {"Size": 512},
        "KMSKeyArn": "",
        "Layers": [],
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/shop"},
        "PackageType": "Zip",
        "RuntimeVersionConfig": {"RuntimeVersionArn": ""},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "TracingConfig": {"Mode": "PassThrough"},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
    }

    assert fingerprint(bare) == fingerprint(whole)
    assert {"CodeSha256": "abc=", "Timeout": 3} == normal(whole)


def test_variables_may_be_called_anything() -> None:
    """A variable with a name that is ignored elsewhere counts all the same."""
    one, two = (
        {"Environment": {"Variables": {"Version": text, "Error": text}}}
        for text in ("1", "2")
    )

    assert ["Environment.Variables.Error", "Environment.Variables.Version"] == changes(
        one, two
    )


def test_what_can_not_be_read_is_not_unchanged() -> None:
    """Variables whose key the caller may not use are an error, and no values leak."""
    hidden = altered(
        "Environment", {"Error": {"ErrorCode": "AccessDenied", "Message": "no key"}}
    )

    with pytest.raises(Unreadable) as caught:
        fingerprint(hidden)

    assert (
        "shop: Environment of version $LATEST can't be read (no key), so nobody can "
        "tell whether it changed; use a role that may use its key (kms:Decrypt)"
    ) == str(caught.value)


def test_a_patch_that_is_not_known_counts_as_another() -> None:
    """Where Lambda can't tell the runtime's patch, nothing is assumed."""
    unknown = altered("RuntimeVersionConfig", {"Error": {"ErrorCode": "Internal"}})

    assert fingerprint(FULL) != fingerprint(unknown)
