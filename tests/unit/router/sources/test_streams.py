"""The names by which a stream is known."""

from __future__ import annotations

import pytest

from router.sources.streams import stream_names

HERE = "eu-west-1:123456789012"
KINESIS = f"arn:aws:kinesis:{HERE}:stream/clicks"
TABLE = f"arn:aws:dynamodb:{HERE}:table/orders/stream/2026-11-21T09:42:25.123"
FIREHOSE = f"arn:aws:firehose:{HERE}:deliverystream/archive"


@pytest.mark.parametrize(
    ("arn", "name"), [(KINESIS, "clicks"), (TABLE, "orders"), (FIREHOSE, "archive")]
)
def test_a_stream_is_known_by_its_name(arn: str, name: str) -> None:
    """Kinesis and Firehose by the stream's, DynamoDB by the table's."""
    assert (arn, name) == stream_names(arn)


@pytest.mark.parametrize("arn", ["", "clicks", "arn:aws:kinesis"])
def test_what_is_no_arn_is_known_as_it_is(arn: str) -> None:
    """Odd names match only themselves."""
    assert (arn,) == stream_names(arn)
