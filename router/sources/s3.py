"""S3 notifications. An error makes S3's asynchronous invocation happen again."""

from __future__ import annotations

from flags.hints import Any
from router.document import Node
from router.sources.records import Records, first_record
from router.sources.source import Asked, Facts


class S3(Records):
    """Recognised by the records' `eventSource`."""

    name = "s3"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = first_record(event)
        return first is not None and first.string("eventSource") == "aws:s3"

    def facts(self, event: Node) -> Facts:
        """The bucket, and what happened as `detail_type`."""
        first = first_record(event)
        bucket = first.string("s3", "bucket", "name") if first else ""
        kind = first.string("eventName") if first else ""
        names = {"bucket": (bucket,), "detail_type": (kind,)}
        return Facts(source=self.name, names=names)

    def find(self, unit: Node, asked: Asked) -> Any:
        """The object's key, as it is spelled in the bucket."""
        if asked.kind == "key":
            # Cost: no other source needs it.
            from urllib.parse import unquote_plus  # noqa: PLC0415 - as above

            return unquote_plus(unit.string("s3", "object", "key")) or None
        return super().find(unit, asked)
