"""What OpenGL says of itself, and what is chosen because of it."""

import json
from dataclasses import replace

import pytest

from brainviewer.core.graphics.choice import (
    FEWEST_RAYS,
    MOST_RAYS,
    DrawnBy,
    Wanted,
    choose_graphics,
)
from brainviewer.core.graphics.probe import (
    GraphicsProbe,
    Outcome,
    opengl_words,
    probe_of,
    version_number,
)

CARD = GraphicsProbe(
    Outcome.DRAWN,
    "NVIDIA",
    "RTX 3060/PCIe/SSE2",
    "4.6.0 NVIDIA 535.54",
    (4, 6),
    16384,
    False,
    0.004,
)
CRASHED = replace(CARD, outcome=Outcome.CRASHED, problem="The driver crashed.", seconds=0.0)
NONE = GraphicsProbe(Outcome.NO_OPENGL, problem="OpenGL 3.2 is not available.")


def test_words_of_opengl_are_found_among_those_of_the_window_system() -> None:
    said = (
        "EGL version string:  1.5\nEGL vendor string:  Mesa Project\n"
        "OpenGL vendor string:  Intel\r\nOpenGL renderer string:  Mesa Intel(R) UHD 620 \n"
        "OpenGL version string:  4.6 (Core Profile) Mesa 23\nOpenGL extensions:\n  GL_ARB_x\n"
        "OpenGL renderer string:  another\n"
    )
    assert opengl_words(said) == {
        "vendor": "Intel",
        "renderer": "Mesa Intel(R) UHD 620",
        "version": "4.6 (Core Profile) Mesa 23",
    }


def test_a_name_that_is_not_said_is_not_that_of_the_next_line() -> None:
    said = "OpenGL vendor string:\nOpenGL renderer string: \x1b[31mX" + "y" * 1000
    words = opengl_words(said)
    assert words["vendor"] == words["version"] == ""
    assert words["renderer"].startswith("�[31mX")
    assert len(words["renderer"]) == 300
    assert opengl_words("") == {"vendor": "", "renderer": "", "version": ""}


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("4.5 (Core Profile) Mesa 22.3.6", (4, 5)),
        ("2.1 INTEL-18.8.6", (2, 1)),
        ("4.6.0 NVIDIA 535.54.03", (4, 6)),
        ("OpenGL ES 3.2 Mesa", (0, 0)),
        ("", (0, 0)),
        ("99999.1", (0, 0)),
    ],
)
def test_version_number(version: str, number: tuple[int, int]) -> None:
    assert version_number(version) == number


def test_a_probe_comes_back_from_its_record() -> None:
    for probe in (CARD, CRASHED, NONE):
        assert probe_of(json.loads(json.dumps(probe.record()))) == probe


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", "splendid"),
        ("vendor", 7),
        ("renderer", "x" * 301),
        ("number", [4]),
        ("number", "46"),
        ("number", [4, True]),
        ("largest_3d_texture", -1),
        ("largest_3d_texture", 2.5),
        ("largest_3d_texture", 1 << 60),
        ("software", 1),
        ("seconds", float("nan")),
        ("seconds", -1.0),
        ("seconds", "1"),
        ("more", 1),
    ],
)
def test_a_damaged_record_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError):
        probe_of({**CARD.record(), field: value})


@pytest.mark.parametrize("record", [None, [], "probe", {}, 3])
def test_what_is_no_record_is_refused(record: object) -> None:
    with pytest.raises(ValueError):
        probe_of(record)


OLD = replace(CARD, number=(2, 1), version="2.1")
LIMITED = replace(CARD, largest_3d_texture=128)
SLOW = replace(CARD, seconds=0.4)
SOFTWARE = replace(CARD, software=True, renderer="llvmpipe")
HUNG = replace(CRASHED, outcome=Outcome.HUNG)
GARBAGE = replace(CRASHED, outcome=Outcome.SENSELESS)
UNTRIED = GraphicsProbe(Outcome.NOT_TRIED, problem="It could not be probed.")
ENDED = replace(CARD, outcome=Outcome.ENDED_PROGRAM, problem="BrainViewer ended.")
G, P, N = DrawnBy.GRAPHICS_CARD, DrawnBy.PROCESSOR, DrawnBy.NOTHING


@pytest.mark.parametrize(
    ("probe", "automatic", "card", "processor"),
    [
        (CARD, G, G, P),
        (SOFTWARE, P, G, P),
        (LIMITED, P, G, P),
        (SLOW, P, G, P),
        (OLD, P, P, P),
        (NONE, P, P, P),
        (CRASHED, P, G, P),
        (HUNG, P, G, P),
        (GARBAGE, P, G, P),
        (UNTRIED, P, G, P),
        (ENDED, P, P, P),
    ],
)
def test_what_draws(
    probe: GraphicsProbe, automatic: DrawnBy, card: DrawnBy, processor: DrawnBy
) -> None:
    chosen = {wanted: choose_graphics(probe, wanted) for wanted in Wanted}
    assert chosen[Wanted.AUTOMATIC].by is automatic
    assert chosen[Wanted.GRAPHICS_CARD].by is card
    assert chosen[Wanted.PROCESSOR].by is processor
    assert chosen[Wanted.OFF].by is N
    for choice in chosen.values():
        assert choice.why.endswith(".")
        assert ".;" not in choice.why
        assert bool(choice.advice) is (choice.by is N or not choice.opengl)


def test_a_driver_that_fails_is_left_alone_unless_the_user_chose_it() -> None:
    for probe in (OLD, NONE, ENDED):
        assert not any(choose_graphics(probe, one).opengl for one in Wanted if one != Wanted.OFF)
    for probe in (CRASHED, HUNG, GARBAGE):
        assert not choose_graphics(probe).opengl
        assert not choose_graphics(probe, Wanted.PROCESSOR).opengl
        assert choose_graphics(probe, Wanted.GRAPHICS_CARD).opengl
    for probe in (CARD, SOFTWARE, LIMITED, SLOW):
        assert all(choose_graphics(probe, wanted).opengl for wanted in Wanted)


def test_sentences_say_what_is_wrong_and_whose_choice_it_is() -> None:
    assert choose_graphics(OLD).why == (
        "The graphics driver offers OpenGL 2.1, and the 3D view needs 3.2. "
        "The processor draws all of the 3D view."
    )
    assert "Install the graphics driver" in choose_graphics(NONE).advice
    assert choose_graphics(NONE, Wanted.GRAPHICS_CARD).why == (
        "OpenGL 3.2 is not available; the graphics card, chosen by you, cannot draw. "
        "The processor draws all of the 3D view."
    )
    assert choose_graphics(ENDED, Wanted.GRAPHICS_CARD).why == (
        "BrainViewer ended; the graphics card, chosen by you, is not tried again. "
        "The processor draws all of the 3D view."
    )
    assert "128 voxels" in choose_graphics(LIMITED).why
    assert choose_graphics(CRASHED, Wanted.GRAPHICS_CARD).why == (
        "The driver crashed; the graphics card was chosen by you."
    )
    assert "Probe again" in choose_graphics(CRASHED).advice
    assert "by you, as it would be without" in choose_graphics(CARD, Wanted.GRAPHICS_CARD).why
    assert "400 ms" in choose_graphics(SLOW).why
    assert "switched off in the settings" in choose_graphics(CRASHED, Wanted.OFF).why


def test_quality_while_turning_follows_the_time_of_an_image() -> None:
    rays = [
        choose_graphics(replace(CARD, seconds=seconds)).rays_while_turning
        for seconds in (1e-5, 0.002, 0.01, 0.09)
    ]
    assert rays == sorted(rays, reverse=True)
    assert rays[0] == MOST_RAYS
    assert rays[-1] >= FEWEST_RAYS
    assert rays[1] == pytest.approx(256 * (1 / 30 / 0.002) ** 0.5, abs=1)
    assert choose_graphics(replace(CARD, largest_3d_texture=512)).largest_side == 512
    assert choose_graphics(LIMITED, Wanted.GRAPHICS_CARD).largest_side == 128


def test_a_choice_that_draws_in_the_same_way_changes_nothing() -> None:
    usual = choose_graphics(CARD)
    assert usual.draws_as(choose_graphics(replace(CARD, seconds=0.005)))
    assert usual.draws_as(choose_graphics(CARD, Wanted.GRAPHICS_CARD))
    assert not usual.draws_as(choose_graphics(CARD, Wanted.PROCESSOR))
    assert not choose_graphics(NONE).draws_as(choose_graphics(NONE, Wanted.OFF))
    assert not choose_graphics(NONE).draws_as(choose_graphics(SOFTWARE))
