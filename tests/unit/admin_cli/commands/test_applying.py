"""`apply`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.unit.flags.store.plans.running import put, release

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.admin_cli.conftest import Canary, Table

SHOP = "flags: {shop: {release: {services: [shop-checkout]}}}"


def test_apply_reads_a_file(canary: Canary, empty: Table, tmp_path: Path) -> None:
    """A file by its path does what standard input does."""
    path = tmp_path / "rules.yaml"
    path.write_text(SHOP)

    result = canary("apply", "-f", str(path), "--author", "ana", "--reason", "new")

    assert 0 == result.code
    (entry,) = empty.store.history("shop")
    assert ("ana", "new", "apply") == (entry.author, entry.reason, entry.action)


@pytest.mark.usefixtures("empty")
def test_apply_takes_json(canary: Canary) -> None:
    """JSON is a rules file too."""
    result = canary("apply", "-f", "-", stdin=json.dumps(yaml.safe_load(SHOP)))

    assert 0 == result.code
    assert ["shop"] == [change["name"] for change in result.data["changes"]]


def test_a_new_release_starts_on_blue(canary: Canary, empty: Table) -> None:
    """The stable colour is written down even where the file has none."""
    canary("apply", "-f", "-", stdin=SHOP)

    assert "blue" == empty.body("shop")["release"]["stable"]


def test_apply_leaves_the_traffic_to_the_operator(canary: Canary, table: Table) -> None:
    """Weight and stable colour that the file doesn't name stay as they are."""
    canary("set-weight", "shop", "50")
    canary("promote", "shop")
    canary("set-weight", "shop", "5")

    result = canary("apply", "-f", "-", stdin=SHOP)

    assert 0 == result.code
    body = table.body("shop")
    assert body.pop("rollout")["phase"] == "completed"
    assert body == {
        "release": {"services": ["shop-checkout"], "stable": "green"},
        "weight": 5,
    }


def test_apply_sets_the_traffic_that_the_file_names(
    canary: Canary, table: Table
) -> None:
    """A weight in the file is a weight in force."""
    file = SHOP.replace("{release", "{weight: 7, release")

    assert 0 == canary("apply", "-f", "-", stdin=file).code
    assert 7 == table.body("shop")["weight"]


BROKEN = """
flags:
  shop:
    release: {services: [shop-checkout], stable: red}
    weight: 101
  pay:
    release: {services: [shop-email]}
    weight: .nan
  search:
    variants: {on: true, off: false}
    off: of
    serve: {on: 60, off: 60}
    rules:
      - {when: {attribute: country, equal: DE}, serve: onn}
  extra:
    enabld: true
routing:
  routes:
    - {name: web, service: shop-checkout, match: {source: htp}}
"""


def test_a_broken_file_lists_every_problem_and_writes_nothing(
    canary: Canary, table: Table
) -> None:
    """All that is wrong comes out at once, each with its place."""
    before = table.items()

    result = canary("apply", "-f", "-", stdin=BROKEN)

    assert (2, "") == (result.code, result.out)
    places = [line.split(": ")[2] for line in result.err.splitlines()]
    assert all(line.startswith("canary: error: ") for line in result.err.splitlines())
    assert {
        "flags.shop.release.stable",
        "flags.shop.weight",
        "flags.pay.weight",
        "flags.search.off",
        "flags.search.serve",
        "flags.search.rules[0].when.equal",
        "flags.search.rules[0].serve",
        "flags.extra.enabld",
        "flags.extra.variants",
        "flags.extra.off",
        "flags.extra.serve",
        "routing.routes[0].match.source[0]",
    } <= set(places)
    assert before == table.items()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("flags: [", "standard input:1:9: "),
        (
            "",
            "standard input: empty; expected a mapping with flags, segments, groups",
        ),
        (
            "flag: {}",
            "flag: unknown key; a file has flags, segments, groups and routing",
        ),
        ("[]", "standard input: expected a mapping with flags, segments, groups or"),
        ("a: 1\n---\nb: 2", "standard input:2:1: another document begins here; a file"),
        ("[" * 5000, "standard input: nested too deep to be read; the limit is 64"),
        ("flags: {a: {}, a: {}}", "standard input:1:16: a: this key stands twice"),
    ],
)
@pytest.mark.usefixtures("table")
def test_what_is_no_rules_file_is_refused(
    canary: Canary, text: str, error: str
) -> None:
    """Bad syntax is bad input, with its line and column."""
    result = canary("apply", "-f", "-", stdin=text)

    assert 2 == result.code
    assert result.err.startswith(f"canary: error: {error}")


def test_a_missing_file_is_bad_input(canary: Canary, tmp_path: Path) -> None:
    """A path that can't be read is named with the reason."""
    path = tmp_path / "rules.yaml"

    result = canary("apply", "-f", str(path))

    assert 2 == result.code
    assert (
        f"canary: error: {path}: can't be read: No such file or directory\n"
        == result.err
    )


def test_a_file_in_another_encoding_is_bad_input(
    canary: Canary, tmp_path: Path
) -> None:
    """Bytes that are no UTF-8 are refused with the remedy."""
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"\xff\xfe")

    result = canary("apply", "-f", str(path))

    assert 2 == result.code
    assert f"{path}: not text in UTF-8; save it as UTF-8\n" in result.err


def test_a_service_of_another_release_is_refused(canary: Canary, table: Table) -> None:
    """A file may contradict what the table holds; then nothing of it is written."""
    file = "flags: {other: {release: {services: [shop-email]}}}"

    result = canary("apply", "-f", "-", stdin=file)

    assert 2 == result.code
    assert "shop-email belongs to the release" in result.err
    assert 0 == table.version("other")


def test_a_dry_run_shows_the_change_and_writes_nothing(
    canary: Canary, table: Table
) -> None:
    """What would change is told in the same shape as what did."""
    before = table.items()

    result = canary("apply", "-f", "-", "--dry-run", stdin=SHOP)

    assert 0 == result.code
    assert result.data["dry_run"] is True
    paths = [field["path"] for field in result.data["changes"][0]["fields"]]
    assert ["description", "release.services", "targets", "rules"] == paths
    assert "canary: a dry run: nothing was written\n" == result.err
    assert before == table.items()


def test_a_dry_run_finds_what_the_write_would_refuse(
    canary: Canary, table: Table
) -> None:
    """A rehearsal goes as far as the commit."""
    file = "flags: {other: {release: {services: [shop-email]}}}"

    assert 2 == canary("apply", "-f", "-", "--dry-run", stdin=file).code
    assert 0 == table.version("other")


def test_a_version_of_another_table_says_nothing(canary: Canary, empty: Table) -> None:
    """A document that isn't here is new, whatever version it has elsewhere."""
    file = SHOP.replace("{release", "{version: 3, release")

    assert 0 == canary("apply", "-f", "-", stdin=file).code
    assert 1 == empty.version("shop")


def test_an_expected_version_of_nothing_conflicts(canary: Canary, empty: Table) -> None:
    """Who asks for a version means this table's; the remedy is told."""
    result = canary("apply", "-f", "-", "--if-version", "3", stdin=SHOP)

    assert 4 == result.code
    assert "  shop is not in this table: remove `version` to create it" in result.err
    assert [] == empty.items()


@pytest.mark.parametrize(("version", "code"), [("1", 0), ("2", 4)])
@pytest.mark.usefixtures("table")
def test_if_version_guards_a_file_of_one_document(
    canary: Canary, version: str, code: int
) -> None:
    """The option stands for the document's own version."""
    argv = ("apply", "-f", "-", "--if-version", version)

    assert code == canary(*argv, stdin=SHOP).code


@pytest.mark.usefixtures("table")
def test_if_version_is_refused_for_several_documents(canary: Canary) -> None:
    """One number can't guard two documents."""
    file = canary("export").out

    result = canary("apply", "-f", "-", "--if-version", "1", stdin=file)

    assert 2 == result.code
    assert "--if-version: the file holds 3 documents" in result.err


LINKED = """
flags:
  one: {variants: {a: 1, b: 2}, off: a, serve: c}
  two:
    variants: {a: 1, b: 2}
    off: a
    serve: b
    requires: [{flag: thre, variant: a}]
    rules:
      - {when: {segment: beta}, serve: b}
      - {when: {segment: nobody}, serve: b}
  three:
    {variants: {a: 1}, off: a, serve: a, requires: [{flag: four, variant: a}]}
  four:
    {variants: {a: 1}, off: a, serve: a, requires: [{flag: three, variant: a}]}
segments:
  beta: {included: 5}
"""


@pytest.mark.parametrize("command", [("apply",), ("diff",), ("lint", "--offline")])
def test_links_are_checked_along_with_shapes(
    canary: Canary, empty: Table, command: tuple[str, ...]
) -> None:
    """One wrong document hides no other; what it is itself is not called missing."""
    result = canary(*command, "-f", "-", "-o", "json", stdin=LINKED)

    told = result.out if command[0] == "lint" else result.err
    assert (2, []) == (result.code, empty.items())
    for expected in (
        "flags.one.serve",
        "segments.beta.included",
        "no flag 'thre'; did you mean three?",
        "no segment 'nobody'",
        "these flags require each other: three -> four -> three",
    ):
        assert expected in told
    assert "no segment 'beta'" not in told


def test_a_broken_file_needs_no_table(canary: Canary) -> None:
    """What is wrong with the file itself is told even if the table is away."""
    result = canary("apply", "-f", "-", stdin=LINKED)

    assert 2 == result.code
    assert "flags.one.serve" in result.err


@pytest.mark.parametrize("option", ["--reason", "--author"])
def test_a_signature_is_text(canary: Canary, table: Table, option: str) -> None:
    """Bytes that are no UTF-8 can't be stored."""
    result = canary("abort", "shop", option, "a\udcffb")

    assert (2, f"canary: error: {option}: not text in UTF-8\n") == (
        result.code,
        result.err,
    )
    assert 1 == table.version("shop")


def test_apply_while_a_rollout_runs(canary: Canary, table: Table) -> None:
    """Traffic stays the rollout's, which is said; `diff` says so too."""
    put(table.store, "shop", release(5))
    wanted = SHOP.replace("}}}", "}, weight: 50}}")

    compared = canary("diff", "-f", "-", stdin=wanted)
    result = canary("apply", "-f", "-", stdin=wanted)

    for said in (compared.err, result.err):
        assert "shop: a rollout runs, so weight and stable colour stay" in said
    assert 0 == result.code
    assert 5 == table.body("shop")["weight"]
    assert "baking" == table.body("shop")["rollout"]["phase"]
