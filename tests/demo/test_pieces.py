"""Steps are taken apart so that their deltas make them again, whole or broken off."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.demo.pieces import pieces_of, shell_of, so_far, text_pieces
from desktop_app.demo.seals import Seals
from desktop_app.interactions.content import TextContent, UrlCitation
from desktop_app.interactions.events import StepDelta, StepStart
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    GoogleSearchCallStep,
    GoogleSearchResultStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    UrlContextCallStep,
    UrlContextResultStep,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
WORDS = st.lists(st.sampled_from(["a", "word", " ", "\n\n", "長い文", "x" * 60]), min_size=1)
JSON = st.dictionaries(st.text(max_size=5), st.integers() | TEXTS | st.none(), max_size=4)
SIGNED = st.just("c2lnbmF0dXJl")

STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda text: ModelOutputStep((TextContent(text),)), TEXTS),
    st.builds(
        lambda text: ModelOutputStep((TextContent(text, (UrlCitation(0, 1, url="https://x/"),)),)),
        TEXTS,
    ),
    st.builds(lambda text, s: ThoughtStep(s, (TextContent(text),)), TEXTS, SIGNED),
    st.builds(ThoughtStep, SIGNED),
    st.builds(lambda a: FunctionCallStep(id="c", name="f", arguments=a), JSON),
    st.builds(
        lambda q, s: GoogleSearchCallStep(id="c", arguments={"queries": [q]}, signature=s),
        TEXTS,
        SIGNED,
    ),
    st.builds(
        lambda q, s: GoogleSearchResultStep(
            call_id="c", result=[{"search_suggestions": q}], is_error=False, signature=s
        ),
        TEXTS,
        SIGNED,
    ),
    st.builds(
        lambda u, s: UrlContextCallStep(id="c", arguments={"urls": [u]}, signature=s),
        TEXTS,
        SIGNED,
    ),
    st.builds(
        lambda u, s: UrlContextResultStep(call_id="c", result=[{"url": u}], signature=s),
        TEXTS,
        SIGNED,
    ),
    st.builds(
        lambda c, s: CodeExecutionCallStep(
            id="c", arguments={"language": "python", "code": c}, signature=s
        ),
        TEXTS,
        SIGNED,
    ),
    st.builds(
        lambda r, s: CodeExecutionResultStep(call_id="c", result=r, is_error=True, signature=s),
        TEXTS,
        SIGNED,
    ),
)


@given(TEXTS | WORDS.map("".join))
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    pieces = list(text_pieces(text))
    assert "".join(pieces) == text
    assert all(pieces)


@given(STEPS)
def test_the_deltas_of_a_step_make_the_step_in_the_fold_of_a_client(step: Step) -> None:
    interaction = Interaction()
    interaction.apply(StepStart(0, shell_of(step)))
    for piece in pieces_of(step):
        interaction.apply(StepDelta(0, piece.delta))
    assert interaction.steps == (step,)


@given(STEPS, st.integers(0, 40))
def test_a_step_that_was_broken_off_is_what_a_client_saw(step: Step, count: int) -> None:
    done = list(pieces_of(step))[:count]
    if not isinstance(step, ModelOutputStep | ThoughtStep) or (
        isinstance(step, ThoughtStep) and len(done) == len(list(pieces_of(step)))
    ):
        return  # a call or result comes in one piece; a thought with its signature is whole
    interaction = Interaction()
    interaction.apply(StepStart(0, shell_of(step)))
    for piece in done:
        interaction.apply(StepDelta(0, piece.delta))
    seen = interaction.steps[0]
    known = so_far(step, done)
    assert isinstance(seen, ModelOutputStep | ThoughtStep)
    assert known == (ModelOutputStep(()) if seen == ModelOutputStep() else seen)


@given(st.integers(), st.text())
def test_a_signature_is_known_again_and_only_by_its_own_server(seed: int, name: str) -> None:
    seals = Seals(seed)
    signature = seals.signature(name)
    assert seals.is_own_signature(signature)
    assert not Seals(seed + 1).is_own_signature(signature)
    assert not seals.is_own_signature(signature[:-4])
    assert not seals.is_own_signature("")
