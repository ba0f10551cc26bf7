"""The ladder: for any picture there are two rungs or more, even, never larger than the source."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from content_repo.media.ladder import HIGHEST_FPS, frame_rate, ladder

SIDES = st.integers(min_value=2, max_value=8192)


def names(width, height):
    return [rung.name for rung in ladder(width, height)]


def test_full_hd_gets_all_five():
    assert names(1920, 1080) == ["240", "360", "540", "720", "1080"]


def test_ultra_hd_stops_at_1080():
    assert names(3840, 2160) == ["240", "360", "540", "720", "1080"]


def test_own_size_is_a_rung_when_it_stands_well_above_the_steps():
    assert names(640, 480) == ["240", "360", "480"]


def test_own_size_is_not_a_rung_when_a_step_is_near():
    assert names(1024, 576) == ["240", "360", "540"]


def test_upright_phone_video_is_measured_by_its_short_side():
    rungs = ladder(1080, 1920)
    assert [(rung.width, rung.height) for rung in rungs][-1] == (1080, 1920)
    assert names(1080, 1920) == ["240", "360", "540", "720", "1080"]


def test_small_source_gets_its_half_below_it():
    assert [(rung.width, rung.height) for rung in ladder(320, 240)] == [(160, 120), (320, 240)]


def test_tiny_source_gets_half_the_rate_instead():
    low, top = ladder(100, 80)
    assert (low.width, low.height) == (top.width, top.height)
    assert low.rate < top.rate
    assert low.quality > top.quality
    assert low.name != top.name


@settings(deadline=None)
@given(SIDES, SIDES)
def test_every_source_gets_a_usable_ladder(width, height):
    rungs = ladder(width, height)
    assert len(rungs) >= 2
    assert len({rung.name for rung in rungs}) == len(rungs)
    for rung in rungs:
        assert 2 <= rung.width <= max(2, width)
        assert 2 <= rung.height <= max(2, height)
        assert rung.width % 2 == rung.height % 2 == 0
        assert rung.rate > 0
    assert [rung.rate for rung in rungs] == sorted(rung.rate for rung in rungs)


@settings(deadline=None)
@given(st.integers(240, 2160), st.integers(240, 2160))
def test_the_shape_is_kept(width, height):
    for rung in ladder(width, height):
        drift = abs(Fraction(rung.width, rung.height) - Fraction(width, height)) / Fraction(width, height)
        assert drift < Fraction(4, min(rung.width, rung.height))


@settings(deadline=None)
@given(st.one_of(st.none(), st.fractions(min_value=-5, max_value=100000)))
def test_frame_rate_is_sane_whatever_the_source_says(fps):
    chosen = frame_rate(fps)
    assert 1 <= chosen <= HIGHEST_FPS
    assert chosen.denominator <= 1001


def test_ntsc_rate_is_kept_exactly():
    assert frame_rate(Fraction(30000, 1001)) == Fraction(30000, 1001)
