import functools
import logging

import numpy as np
import pytest

import deixis as dx
from deixis.ask import mark_visibility as limits
from deixis.ask.mark_visibility import Sight
from deixis.cli import main as cli
from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.size import Size
from deixis.core.view import PILLOW_FILTERS, Resized, View, centre_window
from deixis.models.interface import Completion, VisionLanguageModel
from deixis.remote.model import from_name
from tests.ask.test_model import NOTHING

GREY = dx.Image(pixels=np.full((300, 400, 3), 90, dtype=np.uint8))
CUP = dx.box(100, 80, 220, 200)
SHORT = dx.Generation(max_new_tokens=3)


class Looking(VisionLanguageModel):
    """Sees the picture at the sizes given, each cut to its middle square if `is_cut`."""

    name, dialect, abilities = "looking", "qwen3_vl", NOTHING

    def __init__(self, *sides, is_cut=False):
        self.sides, self.is_cut = sides, is_cut
        self.num_asked = 0

    def generate(self, questions, settings=None):
        self.num_asked += len(questions)
        return [Completion(text="a cup") for _ in questions]

    def views(self, size, *, alone=True):
        views = []
        for side in self.sides:
            share = side / min(size.width, size.height)
            after = Size(width=round(size.width * share), height=round(size.height * share))
            view = View(original=size, steps=(Resized(size=after, resample="bilinear"),))
            if self.is_cut:
                view = view.then(centre_window(after, Size(width=side, height=side)))
            views.append(view)
        return tuple(views)


class Blind(Looking):
    views = VisionLanguageModel.views


def mark(shape="rectangle", region=CUP, profile="plain", **style):
    return dx.Mark(shape=shape, region=region, style=dx.Style(profile=profile, **style))


def left(one, *sides, image=GREY, **options):
    return Sight(Looking(*sides, **options), image).survival(one)


def test_all_of_a_mark_is_left_where_the_picture_is_seen_as_it_is():
    found = left(mark(alpha=255, width=4), 300)
    assert found.width == mark(width=4).line_width(GREY.size)
    assert found.contrast == pytest.approx(165 / 255)
    assert found.visible == 1
    assert found.losses == ()


def test_lines_shrink_with_the_picture():
    assert left(mark(width=4), 150).width == pytest.approx(left(mark(width=4), 300).width / 2)


def test_a_side_that_shrinks_more_decides_on_the_width():
    model = Looking()
    model.views = lambda size, *, alone: (
        View(original=size, steps=(Resized(size=Size(width=100, height=150), resample="box"),)),
    )
    one = mark(width=8)
    assert Sight(model, GREY).survival(one).width == pytest.approx(one.line_width(GREY.size) / 4)


def test_thin_lines_lose_contrast_when_they_shrink():
    thin = mark(alpha=255, width=1)
    assert left(thin, 30).contrast < 0.3 * left(thin, 300).contrast


@pytest.mark.parametrize(("alpha", "share"), [(255, 1.0), (128, 0.5), (0, 0.0)])
def test_contrast_follows_alpha(alpha, share):
    assert left(mark(alpha=alpha), 300).contrast == pytest.approx(share * 165 / 255, abs=0.01)


def test_a_mark_of_the_colour_below_it_has_no_contrast():
    found = left(dx.Mark(shape="mask", region=CUP, style=grey_style()), 300)
    assert found.contrast == 0
    assert "a colour that differs" in found.losses[0]


def grey_style():
    from deixis.marks import color_of

    return dx.Style(color=color_of((90, 90, 90)), profile="plain")


def test_what_a_model_cuts_off_is_not_visible():
    found = left(mark(region=dx.box(2, 80, 40, 200)), 224, is_cut=True)
    assert found.visible == 0
    assert "only 0% of it lies in what the model sees" in found.losses[0]


def test_what_it_cuts_through_is_visible_in_part():
    half = dx.box(0, 100, 100, 200)  # of 400 columns, 50 on either side are cut off
    assert left(mark("mask", half), 224, is_cut=True).visible == pytest.approx(0.5, abs=0.02)


def test_the_largest_of_several_views_counts():
    assert left(mark(width=4), 60, 300).width == left(mark(width=4), 300).width


@pytest.mark.parametrize("family", ["llava", "vipllava", "llava_next", "qwen2_5_vl", "idefics3"])
def test_real_families_tell_what_is_left(family):
    found = Sight(dx.load(f"tiny:{family}").vlm, GREY).survival(mark(width=8, alpha=255))
    assert 0 < found.width < 12
    assert 0 < found.contrast <= 1
    assert 0 < found.visible <= 1


def test_a_family_that_crops_loses_a_mark_at_the_edge():
    model = tiny("llava").vlm
    wide = dx.Image(pixels=np.full((100, 900, 3), 90, dtype=np.uint8))
    is_cropped = model.views(wide.size)[0].transform.inverse().shift_x > 0
    found = Sight(model, wide).survival(mark(region=dx.box(5, 20, 60, 80)))
    assert (found.visible == 0) == is_cropped


def test_a_mask_has_no_lines_to_lose():
    found = left(mark("mask"), 20)
    assert found.width is None
    assert found.losses == ()
    assert "lines" not in found.told


def test_a_mark_is_widened_just_as_far_as_it_needs():
    sight = Sight(Looking(20), GREY)
    wider = sight.widened(mark(width=1))
    assert sight.survival(wider).is_wide
    narrower = mark(width=wider.style.width - 1)
    assert not sight.survival(narrower).is_wide


def test_a_mark_that_is_wide_enough_stays_as_it_is():
    one = mark()
    assert Sight(Looking(300), GREY).widened(one) is one
    assert Sight(Looking(300), GREY).thickened(one) is one


def test_widening_ends():
    assert Sight(Looking(1), GREY).widened(mark()).style.width <= limits.WIDEST


def test_a_faint_mark_is_made_stronger():
    sight = Sight(Looking(150), GREY)
    faint = mark(alpha=5)
    assert sight.survival(faint).losses != ()
    stronger = sight.thickened(faint)
    assert stronger.style.alpha > 5
    assert sight.survival(stronger).losses == ()


def ask(model, region, **options):
    return dx.Model(model).ask(GREY, "What is {cup}?", cup=region, settings=SHORT, **options)


def sent_pixels(answer):
    return answer.sent.frames[0].image


def test_asking_widens_a_mark_whose_width_was_left_open():
    answer = ask(Looking(20), dx.drawn(CUP, style="plain"))
    wider = Sight(Looking(20), GREY).widened(mark())
    assert wider.style.width is not None
    assert sent_pixels(answer) == dx.draw(GREY, [wider])


def test_asking_keeps_the_width_that_was_given(caplog):
    answer = ask(Looking(20), dx.drawn(CUP, width=2, style="plain"))
    assert sent_pixels(answer) == dx.draw(GREY, [mark(width=2)])
    assert "gets lost in looking: its lines are 0." in caplog.text


def test_asking_tells_nothing_of_a_mark_that_survives(caplog):
    with caplog.at_level(logging.WARNING):
        answer = ask(Looking(300), dx.drawn(CUP, style="plain"))
    assert sent_pixels(answer) == dx.draw(GREY, [mark()])
    assert caplog.text == ""


def test_strict_asking_refuses_before_anything_is_sent():
    model = Looking(20)
    with pytest.raises(UsageError, match=r"rectangle of 'cup' gets lost in .* nothing was sent"):
        ask(model, dx.drawn(CUP, width=1, style="plain"), strict=True)
    assert model.num_asked == 0


def test_strict_streaming_refuses_too():
    regions = {"cup": dx.drawn(CUP, width=1, style="plain")}
    with pytest.raises(UsageError, match="nothing was sent"):
        dx.Model(Looking(20)).stream(GREY, "What is {cup}?", regions=regions, strict=True)


def test_a_model_that_cannot_tell_is_asked_unless_strict():
    assert sent_pixels(ask(Blind(20), dx.drawn(CUP, style="plain"))) == dx.draw(GREY, [mark()])
    with pytest.raises(UnsupportedError, match="cannot tell what it sees"):
        ask(Blind(20), dx.drawn(CUP, style="plain"), strict=True)


def test_regions_that_are_not_drawn_need_no_sight():
    assert ask(Blind(20), CUP, strict=True).text == "a cup"


def test_a_tag_that_can_be_read_is_not_told_of(caplog):
    ask(Looking(300), dx.tagged(CUP), strict=True)
    assert caplog.text == ""


def test_a_tag_too_small_to_be_read_is_told_and_refused(caplog):
    ask(Looking(60), dx.tagged(CUP))
    assert "the tag of 'cup' gets lost in looking: its letters are 2 pixels" in caplog.text
    with pytest.raises(UsageError, match="nothing was sent"):
        ask(Looking(60), dx.tagged(CUP), strict=True)


def test_a_server_that_shrinks_pictures_is_known_to():
    remote = from_name("openai:m@http://127.0.0.1:9/v1", longest_side=100)
    (view,) = remote.views(GREY.size)
    assert view.size == Size(width=100, height=75)
    assert from_name("openai:m@http://127.0.0.1:9/v1").views(GREY.size)[0].size == GREY.size
    remote.close()


def test_the_file_that_is_sent_counts():
    noise = np.random.default_rng(3).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    image = dx.Image(pixels=noise)
    one = mark(width=4)
    with from_name("openai:m@http://127.0.0.1:9/v1", image_format="jpeg") as jpeg:
        assert jpeg.received(image) != image
        lossy = Sight(jpeg, image).survival(one)
    with from_name("openai:m@http://127.0.0.1:9/v1") as png:
        assert png.received(image) == image
        exact = Sight(png, image).survival(one)
    assert lossy.contrast != exact.contrast
    assert lossy.contrast == pytest.approx(exact.contrast, abs=0.1)


@functools.cache
def tiny(family):
    return dx.load(f"tiny:{family}")


def test_every_filter_of_pillow_can_be_looked_through():
    for resample in PILLOW_FILTERS.values():
        model = Looking()
        steps = (Resized(size=Size(width=80, height=60), resample=resample),)
        view = View(original=GREY.size, steps=steps)
        model.views = lambda size, *, alone, view=view: (view,)
        assert Sight(model, GREY).survival(mark(width=8, alpha=255)).contrast > 0.2


@pytest.fixture
def red_picture(tmp_path):
    path = tmp_path / "red.png"
    path.write_bytes(dx.Image(pixels=np.full((48, 64, 3), (255, 0, 0), dtype=np.uint8)).png())
    return str(path)


def command(picture, *more):
    words = ("What is {cup}?", "cup=drawn:box:8,12,40,30", "--model", "tiny:llava")
    return cli.main(["ask", picture, *words, "--max-new-tokens", "2", *more])


@pytest.fixture
def wide_picture(tmp_path):
    path = tmp_path / "wide.png"
    path.write_bytes(dx.Image(pixels=np.full((48, 900, 3), 90, dtype=np.uint8)).png())
    return str(path)


def test_the_command_refuses_a_lost_mark_if_strict(wide_picture, capsys):
    assert command(wide_picture, "--strict") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "only 0% of it lies in what the model sees" in printed.err


def test_the_command_tells_of_a_lost_mark(wide_picture, caplog):
    assert command(wide_picture) == 0
    assert "the rectangle of 'cup' gets lost in tiny:llava" in caplog.text


def test_the_command_draws_no_red_mark_on_red(red_picture, caplog):
    assert command(red_picture, "--strict") == 0
    assert "gets lost" not in caplog.text


def test_what_the_large_providers_shrink_to_is_known():
    with from_name("openai:m", api_key="none") as remote:
        assert max(v.size.width for v in remote.views(Size(width=4096, height=300))) == 2048
    with from_name("openai:m", api_key="none", longest_side=None) as remote:
        assert remote.views(Size(width=4096, height=300))[0].size.width == 4096
