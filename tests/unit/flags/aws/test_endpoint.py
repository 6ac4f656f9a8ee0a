"""Where calls go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from flags.aws.endpoint import Endpoint, resolve
from flags.aws.errors import Misconfigured


@pytest.mark.parametrize(
    ("url", "authority", "text"),
    [
        ("http://127.0.0.1:4566", "127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("https://a.example/", "a.example", "https://a.example"),
        ("https://a.example:443", "a.example", "https://a.example"),
        ("http://[::1]:8000", "[::1]:8000", "http://[::1]:8000"),
        ("http://h:80/base/", "h", "http://h/base"),
        ("http://A.example:8000", "a.example:8000", "http://a.example:8000"),
        ("http://a:", "a", "http://a"),
        ("http://a:0", "a", "http://a"),
        ("https://a_b", "a_b", "https://a_b"),
    ],
)
def test_parse(url: str, authority: str, text: str) -> None:
    """The host header has a port only where it is not the usual one."""
    endpoint = Endpoint.parse(url)

    assert endpoint.authority == authority
    assert str(endpoint) == text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:4566",
        "ftp://a",
        "https://",
        "http://a:b",
        "http://u@a",
        "http://a:65536",
        "http://a:1_0",
        "http://a:٣",
    ],
)
def test_parse_refuses(url: str) -> None:
    """What can't be called is refused with a hint how to write it."""
    with pytest.raises(Misconfigured, match=r"write https://host\[:port\]"):
        Endpoint.parse(url)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "https://lambda.eu-west-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://a:1"}, "http://a:1"),
        (
            {"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_LAMBDA": "http://b:2"},
            "http://b:2",
        ),
        (
            {"AWS_ENDPOINT_URL_DYNAMODB": "http://b:2"},
            "https://lambda.eu-west-1.amazonaws.com",
        ),
        (
            {
                "AWS_ENDPOINT_URL": "http://a:1",
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            },
            "https://lambda.eu-west-1.amazonaws.com",
        ),
    ],
)
def test_resolve_reads_the_environment(environ: dict[str, str], expected: str) -> None:
    """The service's own variable comes before the common one, then AWS's own."""
    assert str(resolve("lambda", "eu-west-1", environ)) == expected


REGIONS = [
    *("eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"),
    *("us-iso-east-1", "us-isob-east-1"),
]


@pytest.mark.parametrize(("fips", "dual"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", ["lambda", "dynamodb", "ssm", "secretsmanager"])
def test_fips_and_dual_stack_are_botocores(
    region: str, service: str, *, fips: bool, dual: bool
) -> None:
    """Where AWS's switches are on, ours is the endpoint that boto3 calls."""
    if (region, service, fips, dual) == ("cn-north-1", "secretsmanager", True, True):
        pytest.skip("there is no FIPS in China, and botocore makes up a host")
    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual)
    client: Any = Session().create_client(
        service, region, aws_access_key_id="x", aws_secret_access_key="y", config=config
    )
    calls: dict[str, tuple[str, dict[str, str]]] = {
        "lambda": ("ListFunctions", {}),
        "dynamodb": ("ListTables", {}),
        "ssm": ("GetParameter", {"Name": "n"}),
        "secretsmanager": ("GetSecretValue", {"SecretId": "s"}),
    }
    operation, params = calls[service]
    seen: list[str] = []
    answer: Any = SimpleNamespace(status_code=200), {}

    def note(params: dict[str, Any], **_: Any) -> Any:
        seen.append(params["url"])
        return answer

    client.meta.events.register("before-call.*.*", note)
    client._make_api_call(operation, params)  # noqa: SLF001 - as each method does
    client.close()
    environ = {
        "AWS_USE_FIPS_ENDPOINT": str(fips),
        "AWS_USE_DUALSTACK_ENDPOINT": str(dual).lower(),
    }

    (url,) = seen
    assert str(resolve(service, region, environ)) == "/".join(url.split("/")[:3])


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"AWS_USE_FIPS_ENDPOINT": "1"}, "AWS_USE_FIPS_ENDPOINT is '1': write true"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "yes"}, "ENDPOINT is 'yes': write true"),
        (
            {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://a:1"},
            "AWS_USE_FIPS_ENDPOINT is true, and lambda has an endpoint of its own",
        ),
        (
            {"AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://a:1"},
            "AWS_USE_DUALSTACK_ENDPOINT is true, and lambda has an endpoint",
        ),
    ],
)
def test_switches_that_cannot_be_honoured(environ: dict[str, str], told: str) -> None:
    """They are refused, and never taken for off."""
    with pytest.raises(Misconfigured, match=told):
        resolve("lambda", "eu-west-1", environ)


def test_regions_without_dual_stack() -> None:
    """What AWS has no endpoint for is refused."""
    with pytest.raises(Misconfigured, match="us-isof-south-1 has no such endpoints"):
        resolve("dynamodb", "us-isof-south-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true"})


@pytest.mark.parametrize("text", ["", " ", "false", "FALSE"])
def test_switches_that_are_off(text: str) -> None:
    """Off is off, in capitals too."""
    environ = {"AWS_USE_FIPS_ENDPOINT": text, "AWS_USE_DUALSTACK_ENDPOINT": text}

    host = resolve("lambda", "eu-west-1", environ).host
    assert host == "lambda.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("partition", Session().get_available_partitions())
@pytest.mark.parametrize("service", ["lambda", "dynamodb"])
def test_public_endpoint_equals_botocores(partition: str, service: str) -> None:
    """In the first region of every partition that botocore knows, ours is the same."""
    session = Session()
    region = session.get_available_regions(service, partition)[0]
    client = session.create_client(
        service, region, aws_access_key_id="x", aws_secret_access_key="y"
    )
    expected = client.meta.endpoint_url
    client.close()

    assert str(resolve(service, region, {})) == expected
