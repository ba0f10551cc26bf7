"""Makes demo/content/bai-giang.mp4 anew: slides by typst, Vietnamese speech by espeak-ng, joined by ffmpeg.

    .venv/bin/python -m demo.make_lecture        needs the programs espeak-ng and ffmpeg
"""

import subprocess
import tempfile
from pathlib import Path

import typst

CONTENT = Path(__file__).parent / "content"


def make_lecture(target: Path) -> None:
    """One still a slide for as long as it is spoken about, with a second of silence after it."""
    lines = (CONTENT / "bai-giang.txt").read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        typst.compile(CONTENT / "bai-giang.typ", output=folder / "slide{p}.png", ppi=102.0)
        scenes = [_make_scene(folder, number, line) for number, line in enumerate(lines, 1)]
        listing = folder / "scenes.txt"
        listing.write_text("".join(f"file '{scene}'\n" for scene in scenes))
        _run("ffmpeg", "-y", "-v", "error", "-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy",
             "-movflags", "+faststart", str(target))


def _make_scene(folder: Path, number: int, line: str) -> Path:
    speech, scene = folder / f"speech{number}.wav", folder / f"scene{number}.mp4"
    _run("espeak-ng", "-v", "vi", "-s", "150", "-w", str(speech), line)
    _run("ffmpeg", "-y", "-v", "error", "-loop", "1", "-framerate", "12", "-i", str(folder / f"slide{number}.png"),
         "-i", str(speech), "-af", "apad=pad_dur=1,loudnorm=I=-18", "-vf", "scale=1280:720,format=yuv420p",
         "-c:v", "libx264", "-preset", "veryslow", "-tune", "stillimage", "-crf", "27", "-c:a", "aac", "-b:a", "64k",
         "-ar", "44100", "-shortest", str(scene))
    return scene


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    make_lecture(CONTENT / "bai-giang.mp4")
