"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import flags

ROOT = Path(__file__).parents[2]
ROOMS = ("flags", "router", "rollouts", "admin_cli")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MODULE = re.compile(rf"({'|'.join(ROOMS)})(\.\w+)+")
# Users' tests rest on where it puts people.
SALTS = {"flags.testing"}
LONGEST_FILE = 350
LONGEST_FUNCTION = 50
PURE = {
    "admin_cli/rollouts/gauge.py",
    "admin_cli/rollouts/outcome.py",
    "admin_cli/rollouts/sight.py",
    "admin_cli/rollouts/steps.py",
    "admin_cli/rollouts/tree.py",
    "admin_cli/rollouts/view.py",
    "admin_cli/rollouts/watching.py",
    "flags/aborts.py",
    "flags/bucketing.py",
    "flags/codec.py",
    "flags/compiled.py",
    "flags/engine/branches.py",
    "flags/engine/conditions.py",
    "flags/engine/networks.py",
    "flags/engine/operators.py",
    "flags/engine/plans.py",
    "flags/engine/ramping.py",
    "flags/engine/regex/automaton.py",
    "flags/engine/regex/characters.py",
    "flags/engine/regex/positions.py",
    "flags/engine/regex/syntax.py",
    "flags/engine/semver.py",
    "flags/engine/serving.py",
    "flags/engine/times.py",
    "flags/engine/version_ranges.py",
    "flags/engine/wording.py",
    "flags/model.py",
    "flags/parts.py",
    "flags/powertools/comparisons.py",
    "flags/powertools/lines.py",
    "flags/release.py",
    "flags/snapshot.py",
    "flags/store/plans/agreement.py",
    "flags/store/plans/calls.py",
    "flags/store/plans/canon.py",
    "flags/store/plans/durations.py",
    "flags/store/plans/grammar.py",
    "flags/store/plans/measures.py",
    "flags/store/plans/numbers.py",
    "flags/store/plans/progress.py",
    "flags/store/plans/ready.py",
    "flags/token.py",
    "flags/seal.py",
    "rollouts/evidence/counting.py",
    "rollouts/evidence/judging.py",
    "rollouts/evidence/layout.py",
    "rollouts/evidence/look.py",
    "rollouts/judge/errors.py",
    "rollouts/judge/evidence.py",
    "rollouts/judge/floor.py",
    "rollouts/judge/process.py",
    "rollouts/judge/settings.py",
    "rollouts/judge/share.py",
    "rollouts/judge/state.py",
    "rollouts/judge/stored.py",
    "rollouts/judge/tally.py",
    "rollouts/judge/verdict.py",
    "rollouts/machine/dangers.py",
    "rollouts/machine/doubts.py",
    "rollouts/machine/moves.py",
    "rollouts/machine/phases.py",
    "rollouts/machine/plan.py",
    "rollouts/machine/refusals.py",
    "rollouts/machine/rollout.py",
    "rollouts/machine/seen.py",
    "rollouts/machine/tick.py",
    "rollouts/machine/transitions.py",
    "rollouts/publishing/alias.py",
    "rollouts/publishing/fingerprint.py",
    "rollouts/publishing/named.py",
    "rollouts/publishing/pruning.py",
    "rollouts/publishing/train.py",
    "rollouts/simulation/chance.py",
    "rollouts/simulation/crowd.py",
    "rollouts/simulation/forecast.py",
    "rollouts/simulation/model.py",
    "rollouts/simulation/play.py",
    "rollouts/simulation/thinness.py",
    "rollouts/moves.py",
    "router/choice.py",
    "router/document/edit.py",
    "router/document/node.py",
    "router/document/scan.py",
    "router/journal.py",
    "router/metrics.py",
    "router/passage.py",
    "router/routing.py",
    "router/sentinel/coldness.py",
    "router/sentinel/ledger.py",
    "router/sentinel/subjects.py",
    "router/sentinel/witness.py",
    "router/trust.py",
    "router/waves.py",
}
IMPURE = {"boto3", "botocore", "logging", "os", "random", "socket", "time"}


def name(path: Path) -> str:
    """A file's path from the root."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_size(path: Path) -> None:
    """No file and no function is too long to be read at once."""
    functions = [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [
        node.name
        for node in functions
        if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE
    assert [] == long


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_room_of_odds_and_ends(path: Path) -> None:
    """Files are named after what they are about."""
    assert path.stem not in {"utils", "util", "helpers", "common", "misc", "base"}


@pytest.mark.parametrize("file", sorted(PURE))
def test_purity(file: str) -> None:
    """What decides imports neither clock nor dice nor network."""
    imported = {module.partition(".")[0] for module in imports(ROOT / file)}

    assert set() == imported & IMPURE


@pytest.mark.parametrize("path", FILES, ids=name)
def test_what_is_published_can_be_renamed(path: Path) -> None:
    """Rooms are imported in one form, and no text is the path of a module of ours."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            assert not {it.name.partition(".")[0] for it in node.names} & set(ROOMS)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
        if isinstance(node, ast.Constant) and MODULE.fullmatch(str(node.value)):
            place = ROOT.joinpath(*str(node.value).split("."))
            assert not place.with_suffix(".py").is_file()
            assert not place.is_dir() or node.value in SALTS


def test_public_names() -> None:
    """The library's front door is small."""
    assert len(flags.__all__) <= 12


def test_rooms() -> None:
    """Nobody imports the command line, and the router but one file; all one way."""
    allowed = {
        "flags": {"flags"},
        "rollouts": {"flags", "rollouts"},
        "router": {"flags", "rollouts", "router"},
        "admin_cli": {"admin_cli", "flags", "rollouts"},
    }
    for path in FILES:
        room = name(path).partition("/")[0]
        ours = {m.partition(".")[0] for m in imports(path)} & set(ROOMS)
        # It shows what the router itself would do with an event.
        more = {"router"} if name(path) == "admin_cli/route.py" else set()
        assert ours <= allowed[room] | more, name(path)


def test_what_routers_know_of_rollouts() -> None:
    """They count and judge; plans, machine and controller are none of their code."""
    known = {"rollouts.evidence", "rollouts.judge"}
    for path in FILES:
        if path.is_relative_to(ROOT / "router"):
            found = {m for m in imports(path) if m.partition(".")[0] == "rollouts"}
            assert {".".join(m.split(".")[:2]) for m in found} <= known, name(path)


def imports(path: Path) -> set[str]:
    """The modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found
