"""OpenTelemetry's instrumentation of botocore, with a provider that exports nothing."""

from __future__ import annotations

from typing import Any

from opentelemetry import context, trace
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.sdk.trace import TracerProvider


def hook() -> None:
    """Wrap botocore, inside a trace."""
    provider = TracerProvider()
    BotocoreInstrumentor().instrument(tracer_provider=provider)
    span = provider.get_tracer("invocation").start_span("invocation")
    # Left open: what is sent belongs to an invocation.
    kept.append(context.attach(trace.set_span_in_context(span)))


kept: list[Any] = []
