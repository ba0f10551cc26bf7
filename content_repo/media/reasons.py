"""Why a video cannot be used, in words that its teacher understands and can act on."""

from typing import Any

from lms.core.i18n import _l

REASONS: dict[str, Any] = {
    "empty": _l("The file is empty (0 bytes). Please upload it again."),
    "not_video": _l("This file is not a video, whatever its name says. "
                    "Please upload an MP4, MOV, MKV, WebM, AVI, FLV or TS file."),
    "broken": _l("The video is damaged and cannot be read. Please check that it plays on your computer, "
                 "export or copy it again, and upload it once more."),
    "cut_short": _l("The video is incomplete: its end is missing. "
                    "The copy or recording was probably interrupted; please upload the whole file."),
    "no_picture": _l("The file has sound but no picture. Please upload a video with a picture."),
    "no_sound": _l("The video has no sound. Please upload one with sound, or tick "
                   "“This video is silent on purpose” and run it again."),
    "picture_too_large": _l("The picture is larger than 8192 × 4320 pixels. "
                            "Please export the video at 1920 × 1080."),
    "too_long": _l("The video is longer than 12 hours. Please split it into parts."),
    "took_too_long": _l("Converting the video took longer than allowed and was stopped. "
                        "Please run it again, or upload a shorter or smaller video."),
    "file_missing": _l("The uploaded file is no longer there. Please upload it again."),
}


class MediaProblem(Exception):
    """The source cannot become a lecture; `code` is a key of REASONS and no retry would change it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    @property
    def text(self) -> str:
        """The reason in the current language."""
        return str(REASONS[self.code])
