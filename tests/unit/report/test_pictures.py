"""The pictures: shared ranges, and what has no value looks like nothing else."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from harness.files import read_json, read_npy
from harness.report import pictures
from harness.report.pictures import OUTSIDE, Colours

UNIT = Colours("gray", 0.0, 1.0)


def test_one_range_holds_all_pictures() -> None:
    low, high = np.full((20, 20), 1.0), np.full((20, 20), 3.0)
    colours = pictures.amplitude_colours([low, high])
    assert (colours.low, colours.high) == (1.0, 3.0)
    assert colours.paint(low)[0, 0].tolist() == [0, 0, 0]
    assert colours.paint(high)[0, 0].tolist() == [255, 255, 255]


def test_one_hot_pixel_does_not_hide_the_rest() -> None:
    values = np.linspace(0, 1, 10_000).reshape(100, 100)
    values[0, 0] = 1e6
    assert pictures.amplitude_colours([values]).high < 2


def test_differences_are_symmetric_about_zero() -> None:
    colours = pictures.difference_colours([np.array([[-1.0, 3.0]])], UNIT)
    assert colours.low == -colours.high
    assert np.ptp(colours.paint(np.zeros((1, 1)))) <= 1  # no colour at zero


@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_pixels_without_a_value_have_a_colour_of_their_own(missing: float) -> None:
    painted = Colours("gray", 0, 1).paint(np.array([[0.5, missing]]))
    assert tuple(painted[0, 1]) == OUTSIDE != tuple(painted[0, 0])


@pytest.mark.parametrize("values", [np.full((3, 3), np.nan), np.ones((3, 3)), np.zeros((0, 0))])
def test_pictures_without_contrast_or_values_can_be_painted(values: np.ndarray) -> None:
    shared = pictures.amplitude_colours([values]), pictures.phase_colours([values])
    for colours in (*shared, pictures.difference_colours([values], UNIT), pictures.own_colours(values, UNIT)):
        assert colours.paint(values).shape == (*values.shape, 3)


def test_phases_that_fill_the_circle_get_the_whole_cyclic_map() -> None:
    assert pictures.phase_colours([np.array([[-3.0, 3.0]])]) == Colours("twilight", -np.pi, np.pi)
    assert pictures.phase_colours([np.array([[0.1, 0.4]])]).map == "gray"


def test_the_scan_shows_the_canvases_of_both_sides(made: Path) -> None:
    """They lie on each other. Above the map, 48 pixels of keys have these colours too."""
    with Image.open(made / "small" / "dataset" / "scan.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))[48:].reshape(-1, 3)
    for colour in ("#1f5fa8", "#b4490c"):
        assert (pixels == ImageColor.getrgb(colour)).all(axis=1).any()


def test_grid_places_patches_row_by_row() -> None:
    patches = np.arange(3.0)[:, None, None] * np.ones((1, 4, 4))
    sheet = pictures.grid(patches, Colours("gray", 0, 2), columns=2, gap=1)
    assert sheet.shape == (9, 9, 3)
    assert [int(sheet[at][0]) for at in ((0, 0), (0, 5), (5, 0), (5, 5))] == [0, 128, 255, 255]


def test_grid_with_a_range_of_each_patch() -> None:
    ramp = np.linspace(0, 1, 16).reshape(4, 4)
    patches = np.stack([ramp, 1000 * ramp])
    own = [pictures.own_colours(patch, UNIT) for patch in patches]
    sheet = pictures.grid(patches, own, columns=2, gap=0)
    assert (sheet[:, :4] == sheet[:, 4:]).all()


def test_numerical_noise_is_not_stretched_to_look_like_a_picture() -> None:
    noise = 1e-4 * np.random.default_rng(0).standard_normal((40, 40))
    phases = pictures.phase_colours([noise])
    assert phases.held
    assert phases.span == pytest.approx(pictures.LEAST_PHASE)
    amplitudes = pictures.amplitude_colours([3 + noise])
    assert amplitudes.held
    assert amplitudes.span == pytest.approx(0.15, rel=1e-3)
    differences = pictures.difference_colours([1e-6 * noise], phases)
    assert differences.held
    assert differences.high == pytest.approx(0.01 * phases.span)
    own = pictures.own_colours(1e-3 * noise, phases)
    for colours, shown in ((phases, noise), (amplitudes, 3 + noise), (differences, 1e-6 * noise), (own, 1e-3 * noise)):
        assert np.ptp(colours.paint(shown).astype(int)[..., 0]) <= 255 * 0.05


def test_what_has_contrast_keeps_its_own_range() -> None:
    ramp = np.linspace(-0.5, 0.5, 10_000)
    colours = pictures.phase_colours([ramp])
    assert not colours.held
    assert (colours.low, colours.high) == pytest.approx((-0.495, 0.495), abs=1e-3)


def test_a_picture_without_colour_is_kept_without_colour(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 12).reshape(3, 4)
    for number, (colours, mode) in enumerate([(UNIT, "L"), (Colours("RdBu_r", 0, 1), "RGB")]):
        path = tmp_path / f"{number}.png"
        pictures.save(path, colours.paint(values))
        with Image.open(path) as found:
            assert found.mode == mode
            assert (np.asarray(found.convert("RGB")) == colours.paint(values)).all()


def test_box_of() -> None:
    mask = np.zeros((5, 6), dtype=bool)
    mask[1:3, 2:5] = True
    assert pictures.box_of(mask) == (slice(1, 3), slice(2, 5))
    assert pictures.box_of(np.zeros((2, 2), dtype=bool)) == (slice(None), slice(None))


def test_reconstructions_are_drawn_pixel_by_pixel_in_the_ranges_that_are_written_down(made: Path) -> None:
    ranges = read_json(made / "small" / "comparison" / "colours.json")
    canvas = read_npy(made / "small" / "toy" / "inference_outputs" / "amplitude.npy")
    judged = np.load(made / "small" / "comparison" / "pictures.npz")
    picture = np.asarray(Image.open(made / "small" / "toy" / "inference_outputs" / "amplitude.png").convert("RGB"))
    assert picture.shape == (*canvas.shape, 3)
    field = np.where(judged["mask_0"], np.abs(judged["side_0"]), np.nan)
    assert (picture == Colours(**ranges["amplitude"]).paint(field)).all()
