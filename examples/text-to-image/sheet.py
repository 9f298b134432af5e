"""Some images of each fault on one sheet, to be looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from generator import SIZE
from PIL import Image, ImageDraw

MOST = 8
MARGIN, LABEL = 6, 110


def save_sheet(file: Path, images: Mapping[str, Sequence[Path]]) -> None:
    """Draw a row for each fault, with its name.

    Args:
        file: Where the sheet goes.
        images: Image files by fault.
    """
    step = SIZE + MARGIN
    sheet = Image.new("RGB", (LABEL + MOST * step, len(images) * step + MARGIN), (225, 225, 225))
    pen = ImageDraw.Draw(sheet)
    for row, (fault, files) in enumerate(images.items()):
        top = MARGIN + row * step
        pen.text((MARGIN, top + SIZE // 2), fault, fill="black")
        for column, path in enumerate(files[:MOST]):
            with Image.open(path) as image:
                sheet.paste(image, (LABEL + column * step, top))
    sheet.save(file)
