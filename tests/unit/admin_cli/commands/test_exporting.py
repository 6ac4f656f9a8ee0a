"""`export`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from flags.codec import decode

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary, Table


@pytest.mark.usefixtures("table")
def test_export_is_yaml_with_versions_even_in_a_pipe(canary: Canary) -> None:
    """A file is for people to edit, so YAML unless they ask for JSON."""
    result = canary("export", "search", "routing")

    exported = yaml.safe_load(result.out)
    assert {"flags", "routing"} == set(exported)
    assert ["search"] == list(exported["flags"])
    assert 1 == exported["routing"]["version"]
    assert "version: 1" in result.out.splitlines()[2]


@pytest.mark.usefixtures("table")
def test_export_of_an_unknown_name_is_not_found(canary: Canary) -> None:
    """A misspelt name fails instead of giving an empty file."""
    result = canary("export", "serch")

    assert (3, "") == (result.code, result.out)


def test_a_snapshot_is_what_routers_read(canary: Canary, table: Table) -> None:
    """The exported snapshot is the table's, byte for byte."""
    result = canary("export", "--snapshot")

    (item,) = [i for i in table.items() if i["sk"]["S"] == "body"]
    assert (0, "") == (result.code, result.err)
    assert item["body"]["S"] == result.out.rstrip("\n")
    assert {"search", "shop"} == set(decode(result.out).flags)


@pytest.mark.usefixtures("table")
def test_a_snapshot_with_a_live_rollout_says_so(canary: Canary) -> None:
    """A bootstrap that would send users to a canary is worth a word."""
    canary("set-weight", "shop", "10")

    result = canary("export", "--snapshot")

    assert 0 == result.code
    told = "canary: shop has a live rollout: this snapshot would keep it going\n"
    assert told == result.err


@pytest.mark.parametrize("extra", [("shop",), ("-o", "yaml"), ("--archived",)])
def test_a_snapshot_takes_no_names(canary: Canary, extra: tuple[str, ...]) -> None:
    """Half a snapshot is none."""
    result = canary("export", "--snapshot", *extra)

    assert 2 == result.code
    assert "--snapshot is the whole table as JSON" in result.err


@pytest.mark.usefixtures("grown")
def test_a_snapshot_holds_its_lists(canary: Canary) -> None:
    """A file can't fetch what stands beside a snapshot in the table."""
    ids = "\n".join(f"user-{number}" for number in range(500))
    canary("segment", "add", "beta", "--from-file", "-", stdin=ids)

    rules = decode(canary("export", "--snapshot").out)

    assert {"ana", "user-499"} <= rules.segments["beta"].included


def test_archived_documents_are_exported_to_look_at(
    canary: Canary, table: Table
) -> None:
    """They are left out unless asked for, and one that is named says so."""
    canary("archive", "search")
    named = canary("export", "search")

    assert table.version("search")
    assert 2 == named.code
    assert "search: archived; add --archived to look at it" in named.err
    assert ["shop"] == list(yaml.safe_load(canary("export").out)["flags"])
    exported = yaml.safe_load(canary("export", "--archived").out)
    assert exported["flags"]["search"]["archived"] is True


def test_segments_and_groups_are_exported(canary: Canary, grown: Table) -> None:
    """Each kind of document has its part of the file."""
    exported = yaml.safe_load(canary("export").out)

    assert {"version": 1, **grown.body("segment:beta")} == exported["segments"]["beta"]
    assert ["q4"] == list(exported["groups"])
    assert {"segments"} == set(yaml.safe_load(canary("export", "segment:beta").out)) - {
        "flags"
    }


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_export_and_apply_is_a_no_op(canary: Canary, grown: Table, form: str) -> None:
    """What is exported is applied again without a change."""
    canary("set-weight", "shop", "12.5")
    exported = canary("export", "-o", form)
    before = grown.items()

    result = canary("apply", "-f", "-", stdin=exported.out)

    assert (0, []) == (result.code, result.data["changes"])
    assert "nothing changed" in result.err
    assert before == grown.items()


def test_an_old_export_conflicts(canary: Canary, table: Table) -> None:
    """A file that was exported before a change is refused, and says what changed."""
    exported = canary("export", "shop").out
    canary("set-weight", "shop", "10", "--author", "ana")
    before = table.items()

    result = canary("apply", "-f", "-", stdin=exported)

    assert 4 == result.code
    assert "ana, set-weight" in result.err
    assert before == table.items()
