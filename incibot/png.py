"""A picture as a PNG, for Slack, which shows no SVG."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from incibot.core.review.pictures import Box, Line, Picture, Sign, Words

SCALE = 2  # pixels for each unit of the plane, for dense screens
MARGIN = 22  # units above the plane, for the title
INK, PAPER = (29, 28, 29), (255, 255, 255)
PALE = tuple(round(0.55 * ink + 0.45 * paper) for ink, paper in zip(INK, PAPER, strict=True))

Point = tuple[float, float]


def png(picture: Picture) -> bytes:
    """The same bytes for the same picture.

    Its font has no letters but those of English: what people wrote is better drawn as SVG.
    """
    size = round(picture.width * SCALE), round((picture.height + MARGIN) * SCALE)
    image = Image.new("RGB", size, PAPER)
    drawing = ImageDraw.Draw(image)
    _write(drawing, Words(6, -6, picture.title), 12)
    for box in picture.boxes:
        _box(drawing, box)
    for line in picture.lines:
        _line(drawing, line)
    for sign in picture.signs:
        drawing.polygon(_outline(sign), fill=INK)
    for words in picture.words:
        _write(drawing, words, 10)
    held = BytesIO()
    image.quantize(32).save(held, "PNG", optimize=True)
    return held.getvalue()


def _at(x: float, y: float) -> Point:
    return x * SCALE, (y + MARGIN) * SCALE


def _box(drawing: ImageDraw.ImageDraw, box: Box) -> None:
    corners = (_at(box.x, box.y), _at(box.x + box.width, box.y + box.height))
    match box.look:
        case "gap":
            drawing.rectangle(corners, outline=INK, width=SCALE)
            step = 6.0
            while step < box.width + box.height:  # from its left or lower edge up to the right
                low = min(step, box.height)
                high = min(step, box.width)
                drawing.line(
                    (
                        _at(box.x + step - low, box.y + low),
                        _at(box.x + high, box.y + step - high),
                    ),
                    fill=INK,
                    width=SCALE,
                )
                step += 6
        case "closed":
            (left, top), (right, floor) = corners
            for begin, end in (
                ((left, top), (right, top)),
                ((right, top), (right, floor)),
                ((right, floor), (left, floor)),
                ((left, floor), (left, top)),
            ):
                _dashed(drawing, begin, end, (3, 2))
        case _:
            drawing.rectangle(corners, fill=PALE if box.look in ("bar", "step") else INK)


def _line(drawing: ImageDraw.ImageDraw, line: Line) -> None:
    begin, end = _at(line.x, line.y), _at(line.to_x, line.to_y)
    if line.look == "milestone":
        _dashed(drawing, begin, end, (4, 3))
    else:
        drawing.line((begin, end), fill=INK, width=SCALE)


def _dashed(
    drawing: ImageDraw.ImageDraw, begin: Point, end: Point, pattern: tuple[int, int]
) -> None:
    """A line that is level or upright. `pattern`: how long it is drawn, and how long it is not."""
    drawn, left_out = (units * SCALE for units in pattern)
    long = abs(end[0] - begin[0]) + abs(end[1] - begin[1])
    done = 0.0
    while done < long:
        shares = (done / long, min(done + drawn, long) / long)
        points = [
            (begin[0] + (end[0] - begin[0]) * share, begin[1] + (end[1] - begin[1]) * share)
            for share in shares
        ]
        drawing.line(points, fill=INK, width=SCALE)
        done += drawn + left_out


def _outline(sign: Sign) -> list[Point]:
    x, y = sign.x, sign.y
    if sign.look == "change":
        return [_at(x, y - 4), _at(x + 4, y), _at(x, y + 4), _at(x - 4, y)]
    return [_at(x, y - 4), _at(x + 4, y + 4), _at(x - 4, y + 4)]


def _write(drawing: ImageDraw.ImageDraw, words: Words, size: int) -> None:
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[words.anchor]
    font = ImageFont.load_default(size * SCALE)
    drawing.text(_at(words.x, words.y), words.text, fill=INK, font=font, anchor=anchor)
