"""The pictures of pages that the documentation shows, drawn by a headless Chromium; `make pictures` calls it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

#: Width of a page, and a height that no shown part of one reaches; pixels.
_WIDTH, _HEIGHT = 1000, 3000
_MARGIN = 24
_COLOURS = 64

#: For each picture the page of the demo it is taken from, and what of it is left out.
_PICTURES = {
    "summary": ("summary/summary.html", "nav, section:not([aria-labelledby='section-2.1'])"),
    "audit": ("audit.html", "nav, section:not([aria-labelledby='headline']), .notes, .scroll"),
}

_OFFLINE = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
)


def draw_pictures(demo: Path, target: Path) -> None:
    """Write a picture of each page below `demo` into the folder `target`."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("make pictures needs Chromium on the PATH (Debian, Ubuntu: apt install chromium)")
    for name, (page, left_out) in _PICTURES.items():
        with TemporaryDirectory() as work:
            shown, shot = Path(work, "page.html"), Path(work, "shot.png")
            hidden = f"<style>{left_out} {{ display: none }}</style></head>"
            shown.write_text((demo / page).read_text("utf-8").replace("</head>", hidden, 1), "utf-8")
            window = [f"--user-data-dir={work}/profile", f"--window-size={_WIDTH},{_HEIGHT}", f"--screenshot={shot}"]
            subprocess.run([browser, *_OFFLINE, *window, shown.as_uri()], check=True, capture_output=True)  # noqa: S603
            _cropped(Image.open(shot).convert("RGB")).quantize(_COLOURS).save(target / f"{name}.png", optimize=True)


def _cropped(picture: Image.Image) -> Image.Image:
    """The picture without the empty space below."""
    blank = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, blank).getbbox()
    bottom = picture.height if box is None else min(picture.height, box[3] + _MARGIN)
    return picture.crop((0, 0, picture.width, bottom))


if __name__ == "__main__":
    draw_pictures(Path(sys.argv[1]), Path(sys.argv[2]))
