"""A damaged history: kept as it is, and what can be read goes on as a whole."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import AttachmentContent
from desktop_app.store import conversations as queries
from desktop_app.store import files, mending
from desktop_app.store.backups import back_up, list_backups
from desktop_app.store.database import Database, open_connection
from desktop_app.store.errors import DatabaseDamaged
from desktop_app.store.mending import Opener, ask_for_restore, mend, restore
from desktop_app.store.outlines import load_outline
from desktop_app.store.relinking import RECOVERED, relink
from desktop_app.store.rows import Draft, read_contents, restore_interaction
from desktop_app.store.soundness import MENDED, damage_mark, mark_damaged
from tests.faults.histories import copy_profile, left_open, read_rows, write_history

FILE = "history.db"
KEPT = ".damaged.db"


def harm(profile: Path) -> bytes:
    """Destroy the first page of a history, so that SQLite reads nothing of it any more."""
    file = profile / FILE
    image = bytearray(file.read_bytes())
    image[:4096] = bytes(4096)
    file.write_bytes(image)
    return bytes(image)


def kept_in(profile: Path) -> list[Path]:
    return sorted(profile.glob(f"*{KEPT}*"))


def opened(profile: Path) -> tuple[apsw.Connection, list[str]]:
    opener = Opener(profile / FILE)
    return opener.open(), opener.notices


def test_a_damaged_history_is_kept_and_all_of_it_goes_on(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    before = read_rows(tmp_path / FILE)
    image = harm(tmp_path)
    db, notices = opened(tmp_path)
    db.close()
    (kept,) = kept_in(tmp_path)
    assert kept.read_bytes() == image
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert read_rows(tmp_path / FILE) == before
    (said,) = notices
    count, turns = len(before["conversation"]), len(before["interaction"])
    assert said.startswith("The history was damaged.")
    assert f"{count} conversations with {turns} messages" in said
    assert said.endswith(f"The damaged file is kept as {kept.name}.")


def test_the_wal_is_kept_with_it_and_read(tmp_path: Path) -> None:
    with left_open(tmp_path / "open", 2):
        copy_profile(tmp_path / "open", tmp_path / "killed")
    profile = tmp_path / "killed"
    copy_profile(profile, tmp_path / "apart")
    before = read_rows(tmp_path / "apart" / FILE)
    log = bytearray((profile / f"{FILE}-wal").read_bytes())
    log[:32] = bytes(32)  # SQLite would throw all of it away without a word
    (profile / f"{FILE}-wal").write_bytes(log)
    main = (profile / FILE).read_bytes()
    db, notices = opened(profile)
    db.close()
    assert [one.read_bytes() for one in kept_in(profile)] == [main, log]
    assert read_rows(profile / FILE) == before
    assert len(notices) == 1


def test_an_empty_file_and_a_missing_one_beside_a_wal_are_no_new_history(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    (tmp_path / FILE).write_bytes(b"")
    db, notices = opened(tmp_path)
    db.close()
    assert "nothing in it could be read" in notices[0]
    with left_open(tmp_path / "open", 2):
        copy_profile(tmp_path / "open", tmp_path / "killed")
    (tmp_path / "killed" / FILE).unlink()
    db, notices = opened(tmp_path / "killed")
    assert len(queries.list_conversations(db)) > 0
    db.close()
    (log,) = kept_in(tmp_path / "killed")
    assert log.name in notices[0]


def test_two_damages_on_one_day_have_two_names(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    first = harm(tmp_path)
    opened(tmp_path)[0].close()
    second = harm(tmp_path)
    opened(tmp_path)[0].close()
    assert sorted(one.read_bytes() for one in kept_in(tmp_path)) == sorted([first, second])


STEPS = ("mark", "keep", "salvage", "put", "end")


@pytest.mark.parametrize("step", STEPS)
def test_mending_can_be_killed_at_any_step(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with left_open(tmp_path / "open", 2):
        copy_profile(tmp_path / "open", tmp_path / "killed")
    profile = tmp_path / "killed"
    copy_profile(profile, tmp_path / "apart")
    before = read_rows(tmp_path / "apart" / FILE)
    image, log = harm(profile), bytes(32) + (profile / f"{FILE}-wal").read_bytes()[32:]
    (profile / f"{FILE}-wal").write_bytes(log)

    class Killed(BaseException):
        pass

    def killed_after(work: Callable[..., object]) -> Callable[..., object]:
        def run(*values: object) -> object:
            work(*values)
            raise Killed

        return run

    with monkeypatch.context() as patch:
        match step:
            case "mark":
                patch.setattr(mending, "mark_damaged", killed_after(mark_damaged))
            case "keep":
                patch.setattr(mending, "keep_under", killed_after(files.keep_under))
            case "salvage":
                patch.setattr(mending, "sync_file", killed_after(files.sync_file))
            case "put":
                patch.setattr(mending, "_put_in_place", _half_put(Killed))
            case _:
                patch.setattr(Path, "replace", _replace_then(Killed, Path.replace))
        with pytest.raises(Killed):
            Opener(profile / FILE).open()
    db, notices = opened(profile)
    db.close()
    assert len(notices) == 1
    assert [one.read_bytes() for one in kept_in(profile)] == [image, log]
    assert not damage_mark(profile / FILE).exists()
    assert {one.name for one in profile.iterdir() if one.is_file()} == {
        FILE,
        *(one.name for one in kept_in(profile)),
    }
    assert read_rows(profile / FILE) == before


def _half_put(error: type[BaseException]) -> Callable[[Path, Path], None]:
    def put(_new: Path, file: Path) -> None:
        file.with_name(f"{file.name}-wal").unlink()
        raise error

    return put


def _replace_then(
    error: type[BaseException], replace: Callable[[Path, Path], Path]
) -> Callable[[Path, Path], Path]:
    def run(path: Path, target: Path) -> Path:
        made = replace(path, target)
        if target.name == FILE:
            raise error
        return made

    return run


def test_a_disk_without_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_history(tmp_path, 1)
    image = harm(tmp_path)

    def refuse(*_values: object) -> None:
        raise OSError

    monkeypatch.setattr("os.link", refuse)
    opened(tmp_path)[0].close()
    (kept,) = kept_in(tmp_path)
    assert kept.read_bytes() == image


def test_what_is_lost_comes_from_the_latest_backup(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    back_up(db, tmp_path)
    db.execute("UPDATE conversation SET title = 'renamed later'")
    db.close()
    before = read_rows(tmp_path / FILE)
    image = bytearray((tmp_path / FILE).read_bytes())
    for page in range(3, len(image) // 4096, 2):
        image[page * 4096 : page * 4096 + 4096] = b"?" * 4096
    (tmp_path / FILE).write_bytes(image)
    db, notices = opened(tmp_path)
    after = read_rows(tmp_path / FILE)
    assert {row[0] for row in after["interaction"]} == {row[0] for row in before["interaction"]}
    assert len(after["step"]) == len(before["step"])
    assert "from a backup" in notices[0]
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


def test_a_whole_history_takes_nothing_from_a_backup(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    back_up(db, tmp_path)
    deleted = queries.list_conversations(db)[0].key
    queries.delete_conversations(db, [deleted])
    db.close()
    image = bytearray((tmp_path / FILE).read_bytes())
    image[18:20] = b"\x07\x07"
    (tmp_path / FILE).write_bytes(image)
    db, notices = opened(tmp_path)
    assert "All of it was saved" in notices[0]
    assert deleted not in [row.key for row in queries.list_conversations(db)]
    db.close()


# --- the tree -------------------------------------------------------------------------------------


def a_history(folder: Path) -> tuple[apsw.Connection, str]:
    """A history, and the conversation of it with the most turns."""
    write_history(folder, 1)
    db = open_connection(folder / FILE)
    db.execute("PRAGMA foreign_keys = OFF")
    ((longest,),) = db.execute(
        "SELECT conversation FROM interaction GROUP BY conversation ORDER BY count(*) DESC LIMIT 1"
    ).fetchall()
    return db, str(longest)


def mended(db: apsw.Connection, folder: Path) -> None:
    relink(db, folder / "attachments")
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    for row in queries.list_conversations(db):
        outline = load_outline(db, row.key)
        assert row.head is None or row.head in outline.keys
        for number, previous in enumerate(outline.previous):
            assert previous is None or previous in outline.keys[:number]
        for turn in queries.load_interactions(db, row.key):
            restore_interaction(turn)


def test_an_answer_without_its_question_stays_at_its_place(tmp_path: Path) -> None:
    db, conversation = a_history(tmp_path)
    outline = load_outline(db, conversation)
    keys, lost = outline.keys, outline.previous[-1]
    db.execute("DELETE FROM interaction WHERE key = ?", (lost,))
    mended(db, tmp_path)
    assert list(load_outline(db, conversation).keys) == list(keys)
    assert lost is not None
    row = queries.load_interaction(db, lost)
    assert row is not None
    turn = restore_interaction(row)
    assert turn.output_text
    assert turn.failure is not None
    assert turn.failure.code == "damaged"
    db.close()


def test_answers_of_nobody_come_into_a_conversation_of_their_own(tmp_path: Path) -> None:
    db, conversation = a_history(tmp_path)
    keys = load_outline(db, conversation).keys
    db.execute("DELETE FROM interaction WHERE conversation = ?", (conversation,))
    db.execute("DELETE FROM conversation WHERE key = ?", (conversation,))
    mended(db, tmp_path)
    assert sorted(load_outline(db, RECOVERED).keys) == sorted(keys)
    assert RECOVERED in [row.key for row in queries.list_conversations(db)]
    db.close()


def test_a_conversation_that_lost_its_row_gets_a_title_of_its_first_words(tmp_path: Path) -> None:
    db, conversation = a_history(tmp_path)
    keys = load_outline(db, conversation).keys
    db.execute("DELETE FROM conversation WHERE key = ?", (conversation,))
    mended(db, tmp_path)
    (row,) = [one for one in queries.list_conversations(db) if one.key == conversation]
    first = queries.load_interaction(db, keys[0])
    assert first is not None
    assert row.title.rstrip("…") in first.input
    assert row.head == keys[-1]
    db.close()


def test_a_turn_whose_forerunner_is_gone_follows_the_one_before(tmp_path: Path) -> None:
    db, conversation = a_history(tmp_path)
    keys = load_outline(db, conversation).keys
    db.execute("UPDATE interaction SET previous = 'nobody' WHERE key = ?", (keys[-1],))
    db.execute("UPDATE interaction SET previous = ? WHERE key = ?", (keys[-1], keys[1]))
    db.execute("UPDATE conversation SET head = 'nobody' WHERE key = ?", (conversation,))
    mended(db, tmp_path)
    previous = load_outline(db, conversation).previous
    assert (previous[-1], previous[1]) == (keys[-2], keys[0])
    db.close()


def test_no_attachment_is_tidied_away_after_a_mending(tmp_path: Path) -> None:
    db, _ = a_history(tmp_path)
    there = {path.name for path in (tmp_path / "attachments").rglob("*") if path.is_file()}
    db.execute("DELETE FROM attachment_use")
    used = {
        content.sha256
        for (text,) in db.execute("SELECT input FROM interaction").fetchall()
        for content in read_contents(str(text))
        if isinstance(content, AttachmentContent)
    }
    db.execute("DELETE FROM attachment WHERE sha256 = ?", (min(used),))
    mended(db, tmp_path)
    assert queries.forget_unused_attachments(db, 9e9) == []
    known = {str(digest) for (digest,) in db.execute("SELECT sha256 FROM attachment")}
    assert known >= used
    assert known == there
    db.close()


def test_a_text_that_is_no_json_any_more_is_shown_as_it_is(tmp_path: Path) -> None:
    db, conversation = a_history(tmp_path)
    key = load_outline(db, conversation).keys[0]
    db.execute('UPDATE step SET body = \'{"type": "model_ou\' WHERE interaction = ?', (key,))
    db.execute("UPDATE interaction SET input = 'What is', header = '' WHERE key = ?", (key,))
    db.close()
    harm(tmp_path)
    db, _ = opened(tmp_path)
    row = queries.load_interaction(db, key)
    assert row is not None
    turn = restore_interaction(row)
    assert turn.output_text == '{"type": "model_ou'
    assert "What is" in row.input
    db.close()


# --- found while it runs --------------------------------------------------------------------------


async def test_damage_that_the_first_read_finds_is_mended_before_anything_is_shown(
    tmp_path: Path,
) -> None:
    write_history(tmp_path, 1)
    before = read_rows(tmp_path / FILE)
    db = apsw.Connection(str(tmp_path / FILE))
    ((root,),) = db.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'conversation'"
    ).fetchall()
    db.close()
    image = bytearray((tmp_path / FILE).read_bytes())
    image[(root - 1) * 4096 : root * 4096] = b"x" * 4096
    (tmp_path / FILE).write_bytes(image)
    opener = Opener(tmp_path / FILE)
    database = Database(tmp_path / FILE, opener)
    rows = await database.begin(queries.list_conversations)
    assert {row.key for row in rows} == {row[1] for row in before["interaction"]}
    assert len(opener.notices) == 1
    assert not database.damaged
    database.close()
    (kept,) = kept_in(tmp_path)
    assert kept.read_bytes() == image


async def test_damage_that_a_later_read_finds_is_told_and_mended_at_the_next_start(
    tmp_path: Path,
) -> None:
    write_history(tmp_path, 1)
    database = Database(tmp_path / FILE, Opener(tmp_path / FILE))
    told: list[bool] = []
    database.on_damage = lambda: told.append(True)

    def damaged(_db: apsw.Connection) -> None:
        raise apsw.CorruptError

    for _ in range(2):
        with pytest.raises(DatabaseDamaged):
            await database.read(damaged)
    assert told == [True]
    database.close()
    db, notices = opened(tmp_path)
    assert "All of it was saved" in notices[0]
    db.close()


async def test_what_could_not_be_written_is_written_when_the_program_ends(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    database = Database(tmp_path / FILE, Opener(tmp_path / FILE))
    tried: list[bool] = []

    def write(db: apsw.Connection) -> None:
        tried.append(True)
        queries.save_draft(db, "", Draft("typed on a damaged history"))
        if len(tried) == 1:
            raise apsw.CorruptError

    refused = database.write_and_forget(write)
    database.close()
    assert isinstance(refused.exception(), DatabaseDamaged)
    db, notices = opened(tmp_path)
    assert notices == [], "it is mended already"
    assert queries.load_draft(db, "").text == "typed on a damaged history"
    assert queries.load_meta(db)[MENDED].startswith("The history was damaged.")
    db.close()
    assert len(kept_in(tmp_path)) == 1


# --- restoring ------------------------------------------------------------------------------------


def test_a_backup_takes_the_place_of_the_history_which_is_kept(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    backup = back_up(db, tmp_path)
    before = read_rows(backup)
    queries.delete_conversations(db, [row.key for row in queries.list_conversations(db)][:2])
    db.close()
    changed = read_rows(tmp_path / FILE)
    assert restore(tmp_path / FILE, backup) == len(before["conversation"])
    db, notices = opened(tmp_path)
    assert db.pragma("journal_mode") == "wal"
    db.close()
    assert notices == []
    assert read_rows(tmp_path / FILE) == before
    kept = next(one for one in list_backups(tmp_path) if one.label == "before-restore")
    assert read_rows(kept.file) == changed


def test_a_backup_that_was_asked_for_is_restored_at_the_start(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    backup = back_up(db, tmp_path)
    queries.delete_conversations(db, [row.key for row in queries.list_conversations(db)])
    db.close()
    ask_for_restore(tmp_path, backup.name)
    db, notices = opened(tmp_path)
    assert notices == ["The backup was restored. What was there before is kept as a backup too."]
    assert queries.list_conversations(db) != []
    db.close()
    db, notices = opened(tmp_path)
    assert notices == [], "once"
    db.close()


def test_a_backup_that_cannot_be_restored_leaves_the_history_as_it_is(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    backup = back_up(db, tmp_path)
    db.close()
    before = (tmp_path / FILE).read_bytes()
    image = bytearray(backup.read_bytes())
    image[4096:8192] = bytes(4096)
    backup.write_bytes(image)
    for name in (backup.name, "history-nowhere.db", "../../etc/passwd"):
        ask_for_restore(tmp_path, name)
        db, notices = opened(tmp_path)
        db.close()
        assert notices[0].startswith("The backup was not restored.")
        assert (tmp_path / FILE).read_bytes() == before


def test_a_damaged_history_is_kept_too_when_a_backup_is_restored(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    backup = back_up(db, tmp_path)
    db.close()
    image = harm(tmp_path)
    restore(tmp_path / FILE, backup)
    (kept,) = kept_in(tmp_path)
    assert kept.read_bytes() == image
    db, notices = opened(tmp_path)
    assert notices == []
    db.close()


def test_mending_again_is_mending_nothing(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    before = read_rows(tmp_path / FILE)
    for _ in range(2):
        mend(tmp_path / FILE)
        assert read_rows(tmp_path / FILE) == before
