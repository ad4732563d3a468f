"""The page of a case, as its reader uses it."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from harness.files import read_json, read_npy, read_npz
from tests.unit.report.browser.conftest import Open
from tests.unit.report.conftest import DESCRIPTION

pytestmark = pytest.mark.browser


def values(page: Page) -> dict[str, str]:
    names, texts = (page.locator(f"#readout-{what} > *").all_inner_texts() for what in ("names", "values"))
    return dict(zip(names, texts, strict=True))


def pointed(page: Page, screen: int, across: float, down: float) -> tuple[int, int]:
    """Point at a share of a picture; returns row and column on the canvas."""
    canvas = page.locator("#screens canvas").nth(screen)
    box = canvas.bounding_box()
    assert box
    canvas.hover(position={"x": across * box["width"], "y": down * box["height"]})
    row, column = re.findall(r"\d+", values(page)["row, column"])
    return int(row), int(column)


def picture(page: Page, screen: int = 0) -> str:
    drawn: str = page.locator("#screens canvas").nth(screen).evaluate("canvas => canvas.toDataURL()")
    return drawn


@pytest.mark.parametrize("part", ["amplitude", "phase"])
def test_values_under_the_pointer_are_those_of_the_files(several: Path, opened: Open, part: str) -> None:
    page = opened(several / "small" / "index.html").page
    page.get_by_label(part, exact=True).check()
    folder = several / "small" / "comparison"
    judged, difference = read_npz(folder / "pictures.npz"), read_npy(folder / f"{part}_diff.npy")
    scale = read_json(several / "small" / "dataset" / "truth.json")["model_scale"]
    of = np.abs if part == "amplitude" else np.angle
    found = 0
    for across, down in np.random.default_rng(0).uniform(0.02, 0.98, (20, 2)):
        at = pointed(page, 0, across, down)
        shown = {name: text.split()[0] for name, text in values(page).items()}
        wanted = {
            "truth": (of(scale * judged["truth"]), judged["mask_0"] | judged["mask_1"]),
            "toy": (of(judged["side_0"]), judged["mask_0"]),
            "other": (of(judged["side_1"]), judged["mask_1"]),
            "other - toy": (difference, np.isfinite(difference)),
        }
        for name, (array, mask) in wanted.items():
            if mask[at]:
                assert float(shown[name]) == pytest.approx(
                    float(array[at]), abs=1e-4 * float(np.ptp(array[mask])) + 1e-9
                )
                found += 1
            else:
                assert shown[name] == "nothing"
        if shown["toy - truth"] != "nothing":
            gap = float(shown["toy"]) - float(shown["truth"])
            assert float(shown["toy - truth"]) == pytest.approx(
                np.angle(np.exp(1j * gap)) if part == "phase" else gap, abs=1e-3
            )
    assert found > 20


def test_arrow_keys_move_the_cursor(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html").page
    row, column = pointed(page, 0, 0.5, 0.5)
    page.locator("#screens canvas").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert values(page)["row, column"] == f"{row + 2}, {column + 1}"


def test_all_pictures_zoom_and_move_together(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html").page
    count = page.locator("#screens canvas").count()
    assert count == 6
    whole = [pointed(page, screen, 0.1, 0.9) for screen in range(count)]
    pointed(page, 0, 0.5, 0.5)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    near = [pointed(page, screen, 0.1, 0.9) for screen in range(count)]
    assert len(set(whole)) == len(set(near)) == 1
    assert near[0][0] < whole[0][0]
    assert near[0][1] > whole[0][1]
    pointed(page, 0, 0.5, 0.5)
    page.mouse.down()
    page.mouse.move(0, 0)
    page.mouse.up()
    moved = [pointed(page, screen, 0.1, 0.9) for screen in range(count)]
    assert len(set(moved)) == 1
    assert moved[0][0] > near[0][0]
    assert moved[0][1] > near[0][1]
    page.locator("#screens canvas").nth(2).focus()
    page.keyboard.press("0")
    assert pointed(page, 3, 0.1, 0.9) == whole[0]


def test_the_slider_uncovers_one_picture_from_the_other(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html", reduced_motion="reduce").page
    page.get_by_label("slider").check()
    assert page.locator("#screens canvas").count() == 1
    expect(page.locator("#screens figcaption")).to_have_text("left: toy, right: other")
    page.get_by_label("first picture").select_option("truth")  # the pictures of the toys are equal
    split = page.get_by_label("split")
    drawn = {}
    for percent in ("0", "50", "100"):
        split.fill(percent)
        drawn[percent] = picture(page)
    assert len(set(drawn.values())) == 3
    split.focus()
    page.keyboard.press("ArrowLeft")
    assert split.input_value() == "99"
    page.get_by_label("second picture").select_option("truth")
    split.fill("100")
    assert picture(page) == drawn["100"]  # all of the first
    page.get_by_label("first picture").select_option("other")
    page.get_by_label("second picture").select_option("other")
    split.fill("0")
    assert picture(page) == drawn["0"]  # all of the second
    split.fill("50")
    assert picture(page) != drawn["50"]


def test_blinking_changes_the_picture_and_its_name(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html").page
    page.get_by_label("blink").check()
    button, screen = page.get_by_role("button", name="Blink"), page.locator("#screens figure")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.get_by_label("first picture").select_option("truth")  # the pictures of the toys are equal
    drawn = dict[str, set[str]]()
    for name in ("truth", "other", "truth"):
        expect(screen.locator("figcaption")).to_have_text(name)
        both = "figure => [figure.querySelector('figcaption').textContent, figure.querySelector('canvas').toDataURL()]"
        caption, picture_ = screen.evaluate(both)  # at one moment: the next picture may come any time
        drawn.setdefault(caption, set()).add(picture_)
    assert {name: len(found) for name, found in drawn.items()} == {"truth": 1, "other": 1}
    assert drawn["truth"] != drawn["other"]
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_who_wants_no_motion_gets_none(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html", reduced_motion="reduce").page
    page.get_by_label("blink").check()
    expect(page.get_by_role("button", name="Blink")).to_have_attribute("aria-pressed", "false")


def test_charts_tell_their_values(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html").page
    chart = page.locator("figure.chart", has_text="Training: intensity scale")
    chart.locator(".plot").focus()
    page.keyboard.press("End")
    expect(chart.locator(".at")).to_have_text("at epoch 1")
    for number, side in enumerate(("toy", "other")):
        epochs = read_json(several / "small" / side / "train_outputs" / "history.json")["epochs"]
        shown = float(chart.locator(".value").nth(number).inner_text())
        assert shown == pytest.approx(epochs[-1]["metrics"]["intensity_scale"], rel=1e-3)
    page.keyboard.press("Escape")
    expect(chart.locator(".at")).to_have_text("")
    box = chart.locator("svg").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.12 * box["width"], box["y"] + 0.5 * box["height"])
    expect(chart.locator(".at")).to_have_text("at epoch 0")


def test_markup_in_a_scenario_is_text(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html").page
    expect(page.locator("main > p:not(.compared)").first).to_have_text(DESCRIPTION)
    assert page.locator("main > p:not(.compared) b").count() == 0


def test_readable_without_scripts(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html", java_script_enabled=False).page
    expect(page.locator("#montage img")).to_be_visible()
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("figure.chart svg").first).to_be_visible()
    expect(page.locator("h3#stages")).to_be_visible()
