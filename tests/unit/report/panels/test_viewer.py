"""Arrays in a page: what comes out is what went in, to half a step."""

import base64
import zlib
from typing import Any

import numpy as np
import pytest

from harness.judge.evidence import Evidence
from harness.report.images import CaseImages
from harness.report.panels import viewer
from harness.report.pictures import Colours


def unpacked(layer: dict[str, Any]) -> np.ndarray:
    """What pixels.js does."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(layer["data"])), dtype=np.uint8).astype(int)
    high, low = planes.reshape(2, -1)
    codes = (high * 256 + low).reshape(layer["shape"])
    return np.where(codes == viewer.NOTHING, np.nan, layer["low"] + layer["step"] * codes)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e6])
def test_values_survive_to_half_a_step(scale: float) -> None:
    values = scale * np.random.default_rng(0).standard_normal((7, 5))
    values[2, 3], values[0, 0] = np.nan, np.inf
    layer = viewer.packed(values)
    found = unpacked(layer)
    finite = np.isfinite(values)
    assert (np.isnan(found) == ~finite).all()
    assert np.abs(found - values)[finite].max() <= 0.5001 * layer["step"]
    assert layer["step"] == pytest.approx(np.ptp(values[finite]) / viewer.LEVELS)


@pytest.mark.parametrize("value", [0.0, -3.5, np.nan])
def test_pictures_of_one_value(value: float) -> None:
    np.testing.assert_array_equal(unpacked(viewer.packed(np.full((2, 3), value))), value)


def test_large_pictures_are_thinned_out_and_it_is_said(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    images = CaseImages(Evidence(made / "small", ("toy", "other")))
    whole = viewer.viewer(images)
    assert whole
    assert whole["stride"] == 1
    monkeypatch.setattr(viewer, "LARGEST", viewer.LARGEST // 40)
    thin = viewer.viewer(images)
    assert thin
    assert thin["stride"] > 1
    for before, after in zip(whole["parts"]["phase"]["layers"], thin["parts"]["phase"]["layers"], strict=True):
        expected = unpacked(before)[:: thin["stride"], :: thin["stride"]]
        assert after["shape"] == list(expected.shape)
        np.testing.assert_allclose(unpacked(after), expected, atol=before["step"] + after["step"])


@pytest.mark.parametrize("name", ["gray", "twilight", "RdBu_r"])
def test_a_page_colours_as_the_pictures_do(name: str, made: Any) -> None:
    """256 colours from the lowest to the highest value, of a map that may have more."""
    found = viewer.viewer(CaseImages(Evidence(made / "small", ("toy", "other"))))
    assert found
    shown = np.frombuffer(base64.b64decode(found["maps"][name]), dtype=np.uint8).reshape(-1, 3)
    painted = Colours(name, 0.0, 1.0).paint(np.linspace(0, 1, 256))
    np.testing.assert_array_equal(shown, painted)


def test_nothing_was_stitched(made: Any, tmp_path: Any) -> None:
    assert viewer.viewer(CaseImages(Evidence(tmp_path, ("toy", "other")))) is None
