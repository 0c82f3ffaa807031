"""The installation's secret: made once, kept private, never used itself."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from muster.base.errors import InvalidInput, Unavailable
from muster.secret_key import SecretKeys, load_secret_keys
from muster.services.sealing import seal, unseal

FIRST, SECOND = "a" * 32, "b" * 40


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = load_secret_keys(None, folder)
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert load_secret_keys(None, folder) == first
    assert load_secret_keys(" ", folder) == first
    assert len(first.secrets[0]) >= 48
    assert [path.name for path in folder.iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: load_secret_keys(None, tmp_path), range(40)))
    assert len(found) == 1


def test_what_is_configured_goes_first_and_makes_no_file(tmp_path: Path) -> None:
    assert load_secret_keys(FIRST, tmp_path).secrets == (FIRST.encode(),)
    assert load_secret_keys(f"{SECOND}, {FIRST}", tmp_path).secrets == (
        SECOND.encode(),
        FIRST.encode(),
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["short", f"{FIRST},short", ","])
def test_a_short_secret_is_refused_without_being_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_secret_keys(text, tmp_path)
    assert caught.value.code == "BAD_SECRET_KEY"
    assert "short" not in caught.value.sentence


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    load_secret_keys(None, tmp_path)
    (tmp_path / "secret.key").chmod(mode)
    with pytest.raises(Unavailable) as caught:
        load_secret_keys(None, tmp_path)
    assert caught.value.code == "SECRET_KEY_EXPOSED"


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Unavailable) as caught:
        load_secret_keys(None, tmp_path / "data")
    assert caught.value.code == "SECRET_KEY_UNREADABLE"


def test_purposes_and_secrets_give_different_keys() -> None:
    keys = SecretKeys((FIRST.encode(), SECOND.encode()))
    found = {*keys.derive("seal/webhook"), *keys.derive("cookies")}
    assert len(found) == 4
    assert {len(key) for key in found} == {32}
    assert keys.derive("cookies") == keys.derive("cookies")
    assert FIRST not in repr(keys)


def test_a_sealed_text_is_read_with_the_former_key_and_for_its_purpose_alone() -> None:
    former, new = SecretKeys((FIRST.encode(),)), SecretKeys((SECOND.encode(),))
    both = SecretKeys((*new.secrets, *former.secrets))
    sealed = seal(former, "geheim „1“", purpose="webhook")
    assert "geheim" not in sealed
    assert unseal(both, sealed, purpose="webhook") == "geheim „1“"
    assert unseal(new, seal(both, "x", purpose="webhook"), purpose="webhook") == "x"
    for keys, purpose, text in (
        (new, "webhook", sealed),
        (former, "other", sealed),
        (former, "webhook", sealed[:-8]),
        (former, "webhook", "Schlüssel"),
    ):
        with pytest.raises(Unavailable) as caught:
            unseal(keys, text, purpose=purpose)
        assert caught.value.code == "SECRET_KEY_CHANGED"
