"""Where calls go."""

from __future__ import annotations

import pytest
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
