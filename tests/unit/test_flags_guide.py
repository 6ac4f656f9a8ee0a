"""What `docs/flags.md` shows works as shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags
from openfeature import api
from typer.main import get_command

from admin_cli.app import app
from flags import Flags, Reason
from flags.openfeature import CanaryProvider
from flags.powertools import CanaryStore
from flags.store.syntax import parse
from flags.testing import flags_from, override

GUIDE = (Path(__file__).parents[2] / "docs" / "flags.md").read_text("utf-8")
RULES = next(
    block
    for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    if "flags:" in block
)
COMMANDS = re.findall(r"^canary .*$", GUIDE, re.MULTILINE)
ANN = {"user": "alice", "country": "DE"}
BOB = {"user": "bob", "country": "DE"}

Scope = dict[str, Any]


@pytest.fixture(scope="module")
def scope() -> Iterator[Scope]:
    """All the code of the page, run from top to bottom without a table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
        patch.setenv("CANARY_TABLE", "table")
        names: Scope = {"__name__": "guide"}
        for code in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
            exec(compile(code, "flags.md", "exec"), names)  # noqa: S102 - that's the test
        yield names
    api.shutdown()


@pytest.fixture
def features() -> Flags:
    """The flag of the page, with no table."""
    return flags_from(parse(RULES, "flags.md"))  # type: ignore[arg-type]


def test_without_a_table(scope: Scope) -> None:
    """Every handler answers with its defaults."""
    assert "no gift" == scope["handler"](ANN, None)
    assert scope["openfeature_handler"](ANN, None) is False
    assert scope["powertools_handler"](ANN, None) is False
    assert (False, "light") == scope["both"](ANN)
    assert "light" == scope["for_tenant"]("ann")
    assert (False, None, Reason.ERROR, None, None) == scope["why"]("ann")


def test_with_rules(
    scope: Scope, features: Flags, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every handler answers by the rules of the page."""
    monkeypatch.setitem(scope, "features", features)
    api.set_provider_and_wait(CanaryProvider(features))
    monkeypatch.setitem(scope, "feature_flags", FeatureFlags(CanaryStore(features)))

    assert "a gift" == scope["handler"](ANN, None)
    assert "no gift" == scope["handler"](BOB, None)
    assert [True, False] == [
        scope["openfeature_handler"](who, None) for who in (ANN, BOB)
    ]
    assert (True, "gift", "TARGETING_MATCH", "targets", 1) == scope["why"]("alice")
    with override(features, {"dark-mode": True}):
        assert scope["powertools_handler"](ANN, None) is True


def test_the_tests(
    scope: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests of the page pass."""
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    monkeypatch.chdir(tmp_path)

    with ExitStack() as stack:
        scope["test_gift"](lambda *given: stack.enter_context(override(*given)))
    scope["test_rules"]()


@pytest.mark.parametrize("line", COMMANDS)
def test_commands(line: str) -> None:
    """Each command is one, and has the options that the page gives it."""
    words = shlex.split(line.partition(" > ")[0], comments=True)[1:]
    command: Any = get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}

    assert {word for word in words if word.startswith("-")} <= known


def test_reasons() -> None:
    """The page names every reason that a client can meet."""
    carried = {Reason.OVERRIDE, Reason.CARRIED, Reason.HEALED}
    table = GUIDE.partition("### Reasons")[2].partition("\n## ")[0]

    assert {reason.value for reason in set(Reason) - carried} == set(
        re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)
    )
