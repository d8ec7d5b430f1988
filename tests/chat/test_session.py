"""A conversation as it lives: committed before shown, shown before sent, and nothing lost."""

import asyncio
import json
from collections.abc import Awaitable, Sized
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.chat.session import ChatSession
from desktop_app.chat.titles import NEW_TITLE, title_of
from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS
from desktop_app.store import conversations as queries
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import Draft, restore_interaction
from tests.pictures import encoded, picture
from tests.samples import stream_bytes
from tests.scriptserver import (
    STREAM_HEAD,
    Request,
    Script,
    Writer,
    answer,
    answers,
    script_server,
    stream,
)
from tests.world import World, until, world

PLAIN = stream_bytes("01_plain_text")
NOWHERE = "http://127.0.0.1:1"
CUT = stream_bytes("15_truncated_clean")


def body(request: Request) -> JsonObject:
    return json.loads(request.body)


def completed(text: str, interaction_id: str = "v1_a", status: str = "completed") -> bytes:
    """A whole small stream that says a text."""
    head: JsonObject = {"id": interaction_id, "status": "in_progress"}
    events: list[JsonObject] = [
        {"event_type": "interaction.created", "interaction": head},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": text}},
        {"event_type": "step.stop", "index": 0},
        {
            "event_type": "interaction.completed",
            "interaction": {"id": interaction_id, "status": status},
        },
    ]
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def streams(*bodies: bytes) -> Script:
    return answers(*(answer(one, media_type="text/event-stream") for one in bodies))


# --- sending --------------------------------------------------------------------------------------


async def test_an_input_is_on_the_disk_before_it_is_shown_and_shown_before_it_is_sent(
    tmp_path: Path,
) -> None:
    order: list[str] = []
    looks: list[Awaitable[Sized]] = []

    async def script(request: Request, writer: Writer) -> None:
        order.append("sent")
        writer.write(answer(PLAIN, media_type="text/event-stream"))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()

        def shown(turn: Interaction) -> None:
            order.append("shown")
            rows = w.database.read(lambda db: db.execute("SELECT key FROM interaction").fetchall())
            looks.append(asyncio.ensure_future(rows))

        session.turn_added.connect(shown)
        await w.ask(session, "hi")
        (on_disk,) = [len(await look) for look in looks]
    assert order == ["shown", "sent"]
    assert on_disk == 1


async def test_an_answer_is_folded_stored_and_said(tmp_path: Path) -> None:
    steps: list[int] = []
    async with (
        script_server(streams(PLAIN)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        session.step_changed.connect(lambda turn, position: steps.append(position))
        turn = await w.ask(session, "What is a hash map?")
        assert turn.outcome is Outcome.COMPLETE
        (stored,) = await w.stored(session)
    back = restore_interaction(stored)
    assert back.output_text == turn.output_text
    assert back.steps == turn.steps
    assert back.outcome is Outcome.COMPLETE
    assert set(steps) == {0, 1}
    assert session.title == "What is a hash map?"


async def test_the_second_question_knows_the_first(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("one", "v1_a"), completed("two", "v1_b"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await w.ask(session, "first")
        await w.ask(session, "second")
    first, second = map(body, server.requests)
    assert "previous_interaction_id" not in first
    assert second["previous_interaction_id"] == "v1_a"
    assert second["input"] == [{"type": "text", "text": "second"}]


async def test_without_store_everything_goes_along(tmp_path: Path) -> None:
    settings = replace(DEFAULTS, store=False)
    async with (
        script_server(streams(PLAIN, completed("two"))) as server,
        world(tmp_path, server.base_url, settings=settings) as w,
    ):
        session = await w.open()
        await w.ask(session, "first")
        await w.ask(session, "second")
    second = body(server.requests[1])
    assert second["store"] is False
    assert "previous_interaction_id" not in second
    kinds = [step["type"] for step in second["input"]]  # type: ignore[index, union-attr]
    assert kinds == ["user_input", "thought", "model_output", "user_input"]
    assert second["input"][1]["signature"]  # type: ignore[index]


async def test_settings_and_choice_reach_the_request(tmp_path: Path) -> None:
    settings = replace(
        DEFAULTS, temperature=2.0, max_output_tokens=500, system_instruction=" be brief "
    )
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url, settings=settings) as w,
    ):
        session = await w.open()
        session.choose_model("gemini-3.8-flash", "low")
        await w.ask(session, "hi")
        assert session.row is not None
        assert (session.row.model, session.row.thinking_level) == ("gemini-3.8-flash", "low")
    assert body(server.requests[0]) == {
        "model": "gemini-3.8-flash",
        "stream": True,
        "system_instruction": "be brief",
        "input": [{"type": "text", "text": "hi"}],
        "generation_config": {
            "temperature": 2.0,
            "max_output_tokens": 500,
            "thinking_level": "low",
            "thinking_summaries": "auto",
        },
    }


async def test_a_level_that_the_model_does_not_take_is_not_sent(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        session.choose_model("gemini-3-pro-preview", "medium")
        await w.ask(session, "hi")
    config = body(server.requests[0])["generation_config"]
    assert config == {"thinking_summaries": "auto"}


@pytest.mark.parametrize("word", ["temperature", "thinking level"])
async def test_what_a_model_refuses_is_left_out_once_and_said(tmp_path: Path, word: str) -> None:
    refusal = json.dumps(
        {"error": {"code": "invalid_request", "message": f"This model takes no {word}."}}
    ).encode()
    settings = replace(DEFAULTS, temperature=0.5)
    script = answers(
        answer(refusal, "400 Bad Request"),
        answer(completed("ok"), media_type="text/event-stream"),
    )
    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=settings) as w,
    ):
        session = await w.open()
        session.choose_model("gemini-3.8-flash", "low")
        turn = await w.ask(session, "hi")
        notices = [notice.text for notice in w.notices]
    assert turn.outcome is Outcome.COMPLETE
    left_out = "temperature" if word == "temperature" else "thinking_level"
    first, second = (body(request)["generation_config"] for request in server.requests)
    assert left_out in first  # type: ignore[operator]
    assert left_out not in second  # type: ignore[operator]
    assert any("asked without" in text for text in notices)


async def test_an_expired_conversation_is_sent_from_our_copy_and_that_is_said(
    tmp_path: Path,
) -> None:
    gone = b'{"error":{"code":"not_found","message":"gone"}}'
    script = answers(
        answer(completed("one"), media_type="text/event-stream"),
        answer(gone, "404 Not Found"),
        answer(completed("two", "v1_b"), media_type="text/event-stream"),
    )
    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        await w.ask(session, "first")
        turn = await w.ask(session, "second")
        assert turn.outcome is Outcome.COMPLETE
        assert any("sent from your copy" in notice.text for notice in w.notices)
        first, _ = await w.stored(session)
        assert first.expired
    assert body(server.requests[1])["previous_interaction_id"] == "v1_a"
    third = body(server.requests[2])
    assert "previous_interaction_id" not in third
    texts = json.dumps(third["input"])
    assert all(word in texts for word in ("first", "one", "second"))


async def test_an_expired_conversation_can_be_said_inside_the_stream(tmp_path: Path) -> None:
    async with (
        script_server(
            streams(completed("one"), stream_bytes("43_error_first_event"), completed("two"))
        ) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await w.ask(session, "first")
        assert (await w.ask(session, "second")).output_text == "two"
    assert len(server.requests) == 3


# --- when it breaks -------------------------------------------------------------------------------


async def test_a_broken_stream_keeps_what_came_and_says_how_much(tmp_path: Path) -> None:
    async def script(request: Request, writer: Writer) -> None:
        if request.method == "POST":
            writer.write(STREAM_HEAD + CUT)
            writer.close()
        else:
            writer.write(answer(b'{"error":{"code":"not_found","message":"x"}}', "404 Not Found"))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        turn = await w.ask(session, "laws?")
        assert turn.outcome is Outcome.INTERRUPTED
        assert turn.output_text.startswith("The three laws")
        assert turn.failure is not None
        assert "words above are kept" in turn.failure.advice
        (stored,) = await w.stored(session)
        assert restore_interaction(stored).output_text == turn.output_text


async def test_what_was_on_screen_is_known_to_the_next_question(tmp_path: Path) -> None:
    first = True

    async def script(request: Request, writer: Writer) -> None:
        nonlocal first
        if request.method == "GET":
            writer.write(answer(b"{}", "404 Not Found"))
        elif first:
            first = False
            writer.write(STREAM_HEAD + CUT)
            writer.close()
        else:
            writer.write(answer(completed("on"), media_type="text/event-stream"))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        await w.ask(session, "laws?")
        await w.ask(session, "go on")
    texts = json.dumps(body(server.requests[-1])["input"])
    assert "The three laws" in texts
    assert "go on" in texts


async def test_a_broken_stream_that_the_server_has_ended_is_taken_from_it(tmp_path: Path) -> None:
    whole = {
        "id": "v1_a",
        "status": "completed",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "all of it"}]}],
    }

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "POST":
            writer.write(STREAM_HEAD + CUT)
            writer.close()
        else:
            writer.write(answer(json.dumps(whole).encode()))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        turn = await w.ask(session, "laws?")
        assert (turn.output_text, turn.outcome) == ("all of it", Outcome.COMPLETE)
        (stored,) = await w.stored(session)
        assert restore_interaction(stored).output_text == "all of it"
        assert len(stored.steps) == 1


async def test_a_broken_stream_that_still_runs_is_resumed_after_its_last_event(
    tmp_path: Path,
) -> None:
    records = completed("").split(b"\n\n")[:-1]
    marked: list[bytes] = []
    for number, record in enumerate(records):
        event = json.loads(record[6:]) | {"event_id": f"e{number}"}
        if event["event_type"] == "step.delta":
            for part, word in enumerate(("Hel", "lo")):
                event["delta"]["text"] = word
                event["event_id"] = f"e{number}{part}"
                marked.append(b"data: " + json.dumps(event).encode() + b"\n\n")
        else:
            marked.append(b"data: " + json.dumps(event).encode() + b"\n\n")

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "POST":
            writer.write(STREAM_HEAD + b"".join(marked[:3]))
            writer.close()
        elif "stream=true" in request.target:
            assert request.target.endswith("last_event_id=e20")
            writer.write(STREAM_HEAD + b"".join(marked[2:]))  # repeats the one it follows
            writer.close()
        else:
            writer.write(answer(b'{"id":"v1_a","status":"in_progress"}'))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        words: list[str] = []
        session.waiting_changed.connect(lambda turn, text: words.append(text))
        turn = await w.ask(session, "hi")
    assert (turn.output_text, turn.outcome) == ("Hello", Outcome.COMPLETE)
    assert any("Trying again" in text for text in words)
    assert words[-1] == ""
    assert len([r for r in server.requests if r.method == "POST"]) == 1


async def test_continue_takes_an_interrupted_answer_up_again(tmp_path: Path) -> None:
    online = False

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "POST":
            writer.write(STREAM_HEAD + CUT)
            writer.close()
        elif not online:
            writer.transport.abort()
        else:
            whole = {
                "id": "v1_a",
                "status": "completed",
                "steps": [{"type": "model_output", "content": [{"type": "text", "text": "all"}]}],
            }
            writer.write(answer(json.dumps(whole).encode()))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        turn = await w.ask(session, "laws?")
        assert turn.resumable
        online = True
        session.resume(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        assert (turn.output_text, turn.outcome) == ("all", Outcome.COMPLETE)
        assert turn.failure is None


async def test_an_answer_is_never_asked_of_another_server_than_its_own(tmp_path: Path) -> None:
    async def script(request: Request, writer: Writer) -> None:
        if request.method == "POST":
            w.preferences.update(base_url=other.base_url)
            w.use_key()
            writer.write(STREAM_HEAD + CUT)
        writer.close()

    async with script_server(script) as server, script_server(streams(PLAIN)) as other:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            turn = await w.ask(session, "laws?")
            assert turn.outcome is Outcome.INTERRUPTED
            session.resume(turn.key)
            await until(lambda: not session.busy, session.busy_changed)
            assert turn.resumable
            assert turn.failure is not None
            assert turn.failure.sentence.startswith("This was asked of another server")
            assert not other.requests


async def test_retry_asks_again_beside_the_first_try(tmp_path: Path) -> None:
    script = answers(
        answer(b'{"error":{"code":"api_error","message":"x"}}', "500 Internal Server Error"),
        answer(completed("now"), media_type="text/event-stream"),
    )
    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        failed = await w.ask(session, "hi")
        assert failed.outcome is Outcome.FAILED
        replaced: list[str] = []
        session.turn_replaced.connect(lambda key, turn: replaced.append(key))
        session.retry(failed.key)
        await until(lambda: not session.busy, session.busy_changed)
        assert replaced == [failed.key]
        assert [turn.output_text for turn in session.turns] == ["now"]
        assert len(session.conversation.siblings(failed.key)) == 2
        assert len(await w.stored(session)) == 2
    assert body(server.requests[0]) == body(server.requests[1])


async def test_only_the_last_turn_is_asked_again(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("one"), completed("two", "v1_b"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        first = await w.ask(session, "a")
        await w.ask(session, "b")
        session.retry(first.key)
        assert not session.busy
        assert len(session.turns) == 2


async def test_a_failure_inside_the_stream_is_put_into_words(tmp_path: Path) -> None:
    for name, word in (("13_error_midstream", "too long"), ("17_failed", "failed")):
        async with (
            script_server(stream(stream_bytes(name))) as server,
            world(tmp_path / name, server.base_url) as w,
        ):
            session = await w.open()
            turn = await w.ask(session, "hi")
            assert turn.outcome is Outcome.FAILED
            assert turn.failure is not None
            assert word in turn.failure.sentence
            assert turn.failure.details


async def test_a_refused_key_is_said_in_the_servers_words(tmp_path: Path) -> None:
    refusal = b'{"error":{"code":"authentication","message":"No such key."}}'
    async with (
        script_server(answers(answer(refusal, "401 Unauthorized"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        said: list[str] = []
        session.key_refused.connect(lambda turn, sentence: said.append(sentence))
        turn = await w.ask(session, "hi")
        assert turn.outcome is Outcome.FAILED
    assert said == ["No such key."]


async def test_a_key_refused_while_an_answer_is_continued_is_said_too(tmp_path: Path) -> None:
    refusal = b'{"error":{"code":"authentication","message":"No such key."}}'
    refused = False

    async def script(request: Request, writer: Writer) -> None:
        if refused:
            writer.write(answer(refusal, "401 Unauthorized"))
        elif request.method == "POST":
            writer.write(STREAM_HEAD + CUT)
            writer.close()
        else:
            writer.transport.abort()

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        turn = await w.ask(session, "laws?")
        said: list[str] = []
        session.key_refused.connect(lambda _turn, words: said.append(words))
        refused = True
        session.resume(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        assert said == ["No such key."]
        assert turn.resumable


async def test_what_cannot_be_read_is_counted_and_can_be_copied_without_its_text(
    tmp_path: Path,
) -> None:
    torn = b'data: {"event_type":"step.delta","secret text\n\n'
    async with (
        script_server(streams(torn + torn + completed("the rest"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        assert (await w.ask(session, "hi")).output_text == "the rest"
        (notice,) = w.notices
    assert notice.text == "2 parts of the answer could not be read."
    assert notice.action == "Copy details"
    assert "characters that are no event" in notice.details
    assert "secret" not in notice.details


# --- stopping -------------------------------------------------------------------------------------


def endless(started: asyncio.Event) -> Script:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD + CUT)
        await writer.drain()
        started.set()
        while not writer.is_closing():
            writer.write(b": \n")
            await writer.drain()
            await asyncio.sleep(0.01)

    return script


@pytest.mark.parametrize(
    ("error", "outcome", "said"),
    [
        (LookupError("a bug"), Outcome.INTERRUPTED, "Something in Castor went wrong."),
        (DiskFull("The disk is full."), Outcome.FAILED, "The disk is full."),
    ],
)
async def test_whatever_goes_wrong_here_an_answer_ends(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    outcome: Outcome,
    said: str,
) -> None:
    async def prepare(*_args: object) -> None:
        raise error

    async with world(tmp_path, NOWHERE) as w:
        monkeypatch.setattr(w.connection.uploads, "prepare", prepare)
        session = await w.open()
        turn = await w.ask(session, "hi")
        assert (turn.outcome, turn.failure and turn.failure.sentence) == (outcome, said)
        (stored,) = await w.stored(session)
        assert stored.outcome == outcome


async def test_a_file_attached_while_an_input_is_committed_stays_in_the_draft(
    tmp_path: Path,
) -> None:
    async with script_server(streams(PLAIN)) as server, world(tmp_path, server.base_url) as w:
        late = AttachmentContent("image", "a" * 64, "late.png", "image/png", 3)
        await w.database.write(lambda db: queries.add_attachment(db, late.sha256, late.size))
        session = await w.open()
        session.send("hi")
        session.attach(late)
        await until(lambda: not session.busy, session.busy_changed)
        assert session.draft == Draft(attachments=(late,))
        key = session.key
        assert await w.database.read(lambda db: queries.load_draft(db, key)) == session.draft
        assert await w.database.read(lambda db: queries.load_draft(db, "")) == Draft()
        assert session.turns[0].input == (TextContent("hi"),)


async def test_stop_keeps_what_came_and_closes_the_socket(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with script_server(endless(started)) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        session.send("laws?")
        await started.wait()
        await until(lambda: bool(session.turns[-1].output_text), session.step_changed)
        session.stop()
        await until(lambda: not session.busy, session.busy_changed)
        turn = session.turns[-1]
        assert turn.outcome is Outcome.CANCELLED
        assert turn.output_text
        await asyncio.wait_for(server.closed.wait(), 5)
        (stored,) = await w.stored(session)
        assert restore_interaction(stored).outcome is Outcome.CANCELLED
        assert restore_interaction(stored).output_text == turn.output_text


async def test_quitting_while_it_streams_leaves_it_interrupted(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with script_server(endless(started)) as server:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            session.send("laws?")
            await started.wait()
            await until(lambda: bool(session.turns[-1].output_text), session.step_changed)
            key = session.key
        async with world(tmp_path, server.base_url) as w:
            session = await w.open(key)
            (turn,) = session.turns
            assert turn.outcome is Outcome.INTERRUPTED
            assert turn.output_text.startswith("The three laws")
            assert turn.failure is not None
            assert "Castor was closed" in turn.failure.sentence


async def test_a_partial_answer_is_on_the_disk_within_a_second(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with script_server(endless(started)) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        session.send("laws?")
        await started.wait()
        await asyncio.sleep(1.3)
        (stored,) = await w.stored(session)
        assert restore_interaction(stored).output_text == session.turns[-1].output_text != ""
        assert stored.outcome == "streaming"


async def test_while_it_answers_nothing_else_is_sent(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with script_server(endless(started)) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        session.send("one")
        session.send("two")
        await started.wait()
        session.send("three")
        assert len(session.turns) == 1


# --- drafts, attachments, titles ------------------------------------------------------------------


async def attach(w: World, session: ChatSession, name: str = "red.png") -> AttachmentContent:
    file = w.folder / name
    file.write_bytes(encoded(picture(64, 48)))
    w.attachments.attach_files(session.key, [file], 0)
    await until(lambda: bool(session.draft.attachments), session.attachments_changed)
    file.unlink()
    return session.draft.attachments[-1]


async def test_a_draft_with_its_attachments_survives_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        session = await w.open()
        session.write_draft("half a ques")
        attachment = await attach(w, session)
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        session = await w.open()
        assert session.draft.text == "half a ques"
        assert session.draft.attachments == (attachment,)


async def test_a_draft_belongs_to_its_conversation(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        first = await w.open()
        await w.ask(first, "a")
        first.write_draft("for a")
        second = await w.open()
        assert second.draft.text == ""
        second.write_draft("for new")
        again = await w.open(first.key)
        assert again.draft.text == "for a"


async def test_a_picture_goes_out_with_the_question_from_our_copy(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("red"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        attachment = await attach(w, session)
        turn = await w.ask(session, "colour?")
        assert turn.input == (attachment, TextContent("colour?"))
        assert session.draft.attachments == ()
    sent = body(server.requests[0])["input"]
    assert sent[0]["mime_type"] == "image/png"  # type: ignore[index]
    assert len(sent[0]["data"]) > 50  # type: ignore[index]
    assert sent[1] == {"type": "text", "text": "colour?"}  # type: ignore[index]


async def test_a_picture_alone_can_be_sent(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("red"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await attach(w, session, "sunset.png")
        await w.ask(session, "  ")
        assert session.title == "sunset.png"


async def test_a_picture_taken_out_is_not_sent(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        attachment = await attach(w, session)
        session.detach(attachment.sha256)
        turn = await w.ask(session, "hi")
        assert turn.input == (TextContent("hi"),)


async def test_an_input_that_cannot_be_committed_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        session = await w.open()
        refused: list[object] = []
        session.send_refused.connect(refused.append)

        def full(*arguments: object) -> int:
            raise DiskFull("The disk is full.")

        monkeypatch.setattr("desktop_app.store.conversations.add_turn", full)
        session.send("hi")
        await until(lambda: bool(refused), session.send_refused)
        assert str(refused[0]) == "The disk is full."
        assert session.turns == []
        assert not session.busy


async def test_a_conversation_can_be_renamed(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        session.rename("too early")
        await w.ask(session, "first words")
        session.rename("  My \n title ")
        session.rename("   ")
        assert session.title == "My title"
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        assert [row.title for row in w.library.rows] == ["My title"]


def test_a_title_is_the_first_line() -> None:
    long = "word " * 40
    image = AttachmentContent("image", "a" * 64, "x.png", "image/png", 1)
    assert title_of((TextContent("\n  first  line\nsecond"),)) == "first line"
    assert len(title_of((TextContent(long),))) <= 60
    assert title_of((TextContent(long),)).endswith("…")
    assert title_of((image, TextContent("  "))) == "x.png"
    assert title_of(()) == NEW_TITLE
