"""What the demo can do: memory, manners, the tour, sums, writing, going on."""

import re

import pytest

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.calling import Demo, number_at, object_at, output_text, steps_of, thoughts
from tests.demo.calling import user_input as said


def answered(text: str) -> JsonObject:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}


@pytest.mark.parametrize("input", ["hello", "a tour", "12 * 7 = ?", "a story", "what did I say?"])
def test_every_answer_says_that_it_is_the_offline_demo(demo: Demo, input: str) -> None:  # noqa: A002
    first_line = demo.text(input).splitlines()[0]
    assert first_line.startswith("I am Castor's offline demo, not a Gemini model")


def test_later_answers_say_so_in_fewer_words(demo: Demo) -> None:
    first = demo.create("hello")
    text = demo.text("hello again", previous_interaction_id=first["id"])
    assert "offline demo" in text.splitlines()[0]
    assert "not a Gemini model" not in text


def test_a_question_that_no_rule_fits_is_quoted_with_what_can_be_tried(demo: Demo) -> None:
    text = demo.text("Does {this} break *anything*?")
    assert "“Does {this} break *anything*?”" in text
    assert "tour" in text


# --- memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is my name?", "**Ada**"),
        ("What did I say first?", "“My name is Ada. I have two cats.”"),
        ("what did I just ask", "“Do you like boats?”"),
        ("What was my first message?", "“My name is Ada. I have two cats.”"),
        ("What did you say?", "“I like all boats.”"),
        ("What did you say first?", "“Hello, Ada.”"),
        ("Tell me everything I've said: what have I said so far?", "2. “Do you like boats?”"),
        ("How many cats do I have?", "“I have two cats.”"),
    ],
)
def test_it_answers_from_the_conversation(demo: Demo, question: str, expected: str) -> None:
    steps: list[JsonValue] = [
        said("My name is Ada. I have two cats."),
        answered("Hello, Ada."),
        said("Do you like boats?"),
        answered("I like all boats."),
        said(question),
    ]
    assert expected in demo.text(steps, store=False)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is my name?", "You have not told me your name"),
        ("What did I say before?", "the first thing you have said"),
        ("What did you say?", "I have not said anything yet"),
        ("Who are you?", "no name of my own"),
    ],
)
def test_it_does_not_make_up_what_was_not_said(demo: Demo, question: str, expected: str) -> None:
    assert expected in demo.text(question)


# --- going on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["go on", "Please continue.", "Continue!", "weiter"])
def test_an_answer_that_was_broken_off_goes_on_where_it_was(demo: Demo, words: str) -> None:
    config: JsonObject = {"max_output_tokens": 60, "thinking_level": "minimal"}
    broken = demo.create("write a long story", generation_config=config)
    assert broken["status"] == "incomplete"
    start = output_text(broken)
    whole = demo.text("write a long story", generation_config={"thinking_level": "minimal"})
    text = demo.text(words, previous_interaction_id=broken["id"])
    last_words = " ".join(start.split()[-8:])
    assert text.startswith(f"“…{last_words}”")
    rest = text.partition("\n\n")[2]
    assert whole == start + " " * (len(whole) - len(start) - len(rest)) + rest


def test_a_broken_answer_can_be_sent_back_as_it_was_seen(demo: Demo) -> None:
    whole = demo.text("write a poem")
    steps: list[JsonValue] = [said("write a poem"), answered(whole[:130]), said("go on")]
    text = demo.text(steps, store=False)
    assert text.endswith(whole[130:].lstrip())


def test_an_answer_that_was_whole_gets_something_more(demo: Demo) -> None:
    first = demo.create("write a poem")
    text = demo.text("go on", previous_interaction_id=first["id"])
    assert text.startswith("“…")
    assert len(text) > 300


def test_a_conversation_that_ends_with_an_answer_goes_on_too(demo: Demo) -> None:
    whole = demo.text("write a poem")
    steps: list[JsonValue] = [said("write a poem"), answered(whole[:130])]
    assert demo.text(steps, store=False).endswith(whole[130:].lstrip())


def test_there_is_nothing_to_go_on_with_at_first(demo: Demo) -> None:
    assert "You wrote “go on”" in demo.text("go on")


# --- the system instruction -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instruction", "pattern"),
    [
        ("Answer in French.", r"^Je suis la démo hors ligne de Castor.* Vous avez écrit « hi »"),
        ("Antworte auf Deutsch.", r"^Ich bin Castors Offline-Demo.* Sie schrieben „hi“"),
        ("Please reply in Spanish only", r"^Soy la demo sin conexión de Castor.* Usted escribió"),
        ("Use capital letters.", r"^I AM CASTOR'S OFFLINE DEMO[^a-z]*$"),
        ("Call me Captain.", r"^Captain: I am Castor's"),
        ("End every answer with 'Ahoy, sailor!'", r"\n\nAhoy, sailor!$"),
        ("End each reply with: over and out.", r"\n\nover and out$"),
        ("You are a cat. Your name is Neko.", r"\(I was told: You are a cat\. Your name is Neko"),
        ("Never lie.", r"\(I was told: Never lie\.\)$"),
    ],
)
def test_the_system_instruction_is_obeyed_visibly(
    demo: Demo, instruction: str, pattern: str
) -> None:
    text = demo.text("hi", system_instruction=instruction)
    assert re.search(pattern, text, re.DOTALL), text


def test_brevity_is_obeyed(demo: Demo) -> None:
    brief = demo.text("hi", system_instruction="Be brief, one sentence.")
    assert len(brief) < len(demo.text("hi")) / 2
    assert "I was told" not in brief


def test_several_wishes_are_obeyed_at_once(demo: Demo) -> None:
    wishes = "Call me Bo. Use capital letters. Answer in German. End every answer with Ahoy!"
    text = demo.text("hi", system_instruction=wishes)
    assert text.startswith("BO: ICH BIN CASTORS OFFLINE-DEMO")
    assert text.endswith("\n\nAhoy!")


def test_it_knows_the_name_it_was_given(demo: Demo) -> None:
    text = demo.text("What's your name?", system_instruction="Your name is Neko.")
    assert "**Neko**" in text


def test_no_instruction_leaves_no_trace(demo: Demo) -> None:
    assert demo.text("hi", system_instruction="  ") == demo.text("hi")


# --- the tour -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        r"^# ",
        r"^## ",
        r"\*\*bold\*\*",
        r"\*italic\*",
        r"`inline code`",
        r"\[link to example\.com\]\(https://example\.com/\)",
        r"^1\. .*\n   - .*\n     - ",
        r"^- \[x\] ",
        r"^- \[ \] ",
        r"^> ",
        r"^```python\n",
        r"^```javascript\n",
        r"^\|:-+\|-+:\|-+:\|:-+:\|$",
        r"\$d = \\frac\{1\}\{p\}\$",
        r"^\$\$\n.*\n\$\$$",
        r"日本語",
        r"中文",
        r"العربية",
        r"👩‍🚀",
    ],
)
def test_the_tour_shows_what_an_answer_can_hold(demo: Demo, pattern: str) -> None:
    assert re.search(pattern, demo.text("Give me a tour"), re.MULTILINE)


def test_the_tour_closes_all_its_code_blocks(demo: Demo) -> None:
    assert demo.text("tour").count("```") % 2 == 0


# --- sums, counting, writing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("what is 12*7?", "84"),
        ("What is 12 times 7", "84"),
        ("how much is 1,000 + 5?", "1005"),
        ("calculate (2 + 3) * -4.", "-20"),
        ("0.1 + 0.2 =", "0.3"),
        ("2^10", "1024"),
        ("what is 10 divided by 4", "2.5"),
        ("What is 10 / 3?", "3.3333333333 (rounded)"),
        ("7 % 4", "3"),
        ("Compute 3 plus 4 minus 5, please", "2"),
    ],
)
def test_sums_are_worked_out(demo: Demo, question: str, result: str) -> None:
    assert f"= **{result}**." in demo.text(question)


@pytest.mark.parametrize(
    "question",
    ["3-4 people came on 2024-05-01", "what is 9**9**9**9?", "what is ((((1+?", "what is 1//2?"],
)
def test_what_is_no_sum_is_not_worked_out(demo: Demo, question: str) -> None:
    assert "= **" not in demo.text(question)


def test_nothing_can_be_divided_by_zero(demo: Demo) -> None:
    assert "divided by zero" in demo.text("what is 1/0?")


def test_it_counts(demo: Demo) -> None:
    text = demo.text("Count to 25")
    assert "1, 2, 3" in text
    assert text.endswith("25.")
    assert demo.text("count up to 999999999").endswith("I stop at 2000.")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many words are in “one two three”?", 3),
        ("How many words are in this: a b c d", 4),
        ("how many words is this", 5),
        ("How many words has “hello”", 1),
    ],
)
def test_it_counts_words(demo: Demo, question: str, words: int) -> None:
    assert f"**{words} word{'' if words == 1 else 's'}**" in demo.text(question)


def test_it_writes_verse(demo: Demo) -> None:
    haiku = demo.text("Write a haiku").partition("\n\n")[2]
    assert len(haiku.split("  \n")) == 3
    assert "Castor was a rider" in demo.text("a poem, please")


def test_a_long_text_has_about_1500_words_and_does_not_repeat_itself(demo: Demo) -> None:
    text = demo.text("Write a long story")
    assert 1200 < len(text.split()) < 1800
    paragraphs = text.split("\n\n")
    assert len(set(paragraphs)) == len(paragraphs)


def test_another_topic_gives_another_story(demo: Demo) -> None:
    assert demo.text("a story about boats") != demo.text("a story about trains")


# --- thinking -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "headings"), [("minimal", 0), ("low", 1), ("medium", 2), ("high", 4)]
)
def test_higher_levels_think_longer(demo: Demo, level: str, headings: int) -> None:
    config: JsonObject = {"thinking_level": level, "thinking_summaries": "auto"}
    interaction = demo.create("hello", generation_config=config)
    text = thoughts(interaction)
    assert len(re.findall(r"^\*\*[A-Z].+\*\*$", text, re.MULTILINE)) == headings
    usage = object_at(interaction, "usage")
    assert number_at(usage, "total_thought_tokens") == (len(text) + 3) // 4


def test_thinking_counts_although_it_is_not_shown(demo: Demo) -> None:
    def thought(level: str) -> int:
        interaction = demo.create("hello", generation_config={"thinking_level": level})
        assert thoughts(interaction) == ""
        return number_at(object_at(interaction, "usage"), "total_thought_tokens")

    assert 0 == thought("minimal") < thought("low") < thought("medium") < thought("high")


@pytest.mark.parametrize(
    ("model", "same_as"),
    [("gemini-3.5-flash-lite", "minimal"), ("gemini-3.8-flash", "medium"), ("demo-x", "medium")],
)
def test_a_model_thinks_at_its_own_level_unasked(demo: Demo, model: str, same_as: str) -> None:
    config: JsonObject = {"thinking_level": same_as}
    asked = demo.create("hello", generation_config=config)
    unasked = demo.create("hello", model=model)
    for name in ("total_thought_tokens", "total_output_tokens"):
        assert object_at(unasked, "usage")[name] == object_at(asked, "usage")[name]
    kinds = [[step["type"] for step in steps_of(i)] for i in (asked, unasked)]
    assert kinds[0] == kinds[1]
