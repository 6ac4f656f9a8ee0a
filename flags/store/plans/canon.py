"""A plan as it is carried out: every default written out, every name resolved.

Laws
1. A plan that is carried out is written out, so that a later release of this library
   with other defaults doesn't change it half way.
2. The canonical form of a canonical plan is itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from flags.errors import InvalidDocument, Problem
from flags.store.plans.agreement import KINDS, plan_problems
from flags.store.plans.grammar import PlanDocument, StepDocument
from flags.store.plans.ready import WRITTEN
from flags.store.strict import problems_of


def canonical(plan: str | Mapping[str, Any], path: str = "plan") -> dict[str, Any]:
    """The plan written out; raises `InvalidDocument` with all that is wrong.

    `path` is where the plan stands, for the places of problems.
    """
    problems: list[Problem] = []
    document: PlanDocument | None = None
    if isinstance(plan, str) and plan in READY:
        return deepcopy(dict(READY[plan]))
    if not isinstance(plan, str):
        try:
            document = PlanDocument.model_validate(plan)
        except ValidationError as error:
            problems += problems_of(path, error)
    problems += plan_problems(plan, path)
    if problems or document is None:
        raise InvalidDocument(problems)
    return written_out(document)


def written_out(document: PlanDocument) -> dict[str, Any]:
    """A checked plan with all that it leaves to defaults."""
    plan = document.model_dump(exclude_none=True)
    plan["steps"] = [_step(step) for step in document.steps]
    return plan


def canonical_document(plan: object) -> object:
    """A stored plan as it is; raises `ValidationError` or ValueError if it is none."""
    document = PlanDocument.model_validate(plan)
    if problems := list(plan_problems(plan, "")):
        raise ValueError("; ".join(map(str, problems)))
    if written_out(document) != plan:
        msg = "a plan that is carried out has all its defaults written out"
        raise ValueError(msg)
    return plan


def _step(step: StepDocument) -> dict[str, Any]:
    data = step.model_dump(exclude_none=True)
    if step.gate is not None:
        return {"gate": data["gate"]}
    kind = next(kind for kind in KINDS if kind in data)
    return {name: data[name] for name in (kind, "bake", "before", "during")}


READY: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        name: written_out(PlanDocument.model_validate(plan))
        for name, plan in WRITTEN.items()
    }
)
