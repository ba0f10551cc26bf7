"""Who looked, over everything that a page of a secure bank shows: a picture of slanted lines of a name and a time."""

from html import escape

WIDTH, HEIGHT = 420, 220


def draw_watermark(name: str, time: str) -> str:
    """An SVG that fills whatever it is laid over; its words are the viewer's, never the question's."""
    words = escape(f"{name} · {time}")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%">'
        f'<defs><pattern id="w" width="{WIDTH}" height="{HEIGHT}" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-24)">'
        f'<text x="10" y="60" font-family="sans-serif" font-size="17" fill="#7a7a7a" fill-opacity="0.28">{words}</text>'
        f'<text x="120" y="170" font-family="sans-serif" font-size="17" fill="#7a7a7a" fill-opacity="0.28">{words}'
        '</text></pattern></defs><rect width="100%" height="100%" fill="url(#w)"/></svg>')
