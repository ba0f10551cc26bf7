"""An import that is taken back takes its pictures with it, but for those that something else shows."""

import base64
import io

import pytest
from PIL import Image
from sqlalchemy import select

from assessment.bank import services as bank
from assessment.bank.autosaves import keep_autosave
from assessment.bank.editor_models import ItemMedia
from assessment.bank.media import media_ids, open_media
from assessment.interchange import services
from assessment.interchange.services import ImportPlace
from lms.core.db import db
from lms.core.storage import storage
from tests.factories.bank import make_item
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school


def picture(colour: str) -> str:
    out = io.BytesIO()
    Image.new("RGB", (3, 3), colour).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def question(number: int, colour: str) -> str:
    return f"""<question type="shortanswer"><name><text>{number}</text></name><questiontext format="html">
<text><![CDATA[<p>Hình {number} <img src="@@PLUGINFILE@@/a.png" alt="a"></p>]]></text>
<file name="a.png" encoding="base64">{picture(colour)}</file></questiontext>
<answer fraction="100"><text>a</text></answer></question>"""


@pytest.fixture
def teacher(context):
    return make_actor(make_person("teacher", make_school()))


def imported(teacher, *colours):
    """An import of one question a picture: its batch, and the bank's medium by colour."""
    text = f"<quiz>{''.join(question(number, each) for number, each in enumerate(colours))}</quiz>"
    batch = services.stage_import(teacher, file_name="a.xml", stream=io.BytesIO(text.encode()),
                                  place=ImportPlace(make_subject().id))
    services.confirm_import(teacher, batch.id)
    contents = [bank.get_item(teacher, each).version.content for each in services.imported_items(teacher, batch.id)]
    return batch.id, dict(zip(colours, (media_ids(each)[0] for each in contents), strict=True))


def kept(media):
    rows = set(db.session.scalars(select(ItemMedia.id).where(ItemMedia.id.in_(media.values()))))
    bytes_there = {each for each in media.values() if storage().exists(f"item-media/{each}")}
    assert rows == bytes_there
    return {colour for colour, each in media.items() if each in rows}


def test_what_nothing_else_shows_goes(teacher, run_jobs):
    batch, media = imported(teacher, "red", "green", "blue", "gold", "teal")
    _other, again = imported(teacher, "green")
    assert again["green"] == media["green"]
    make_item(prompt=f'<p>Của tôi <img src="/items/media/{media["blue"]}" alt="b"></p>')
    keep_autosave(teacher, "new:essay", [("prompt", f'<img src="/items/media/{media["gold"]}" alt="c">')])
    db.session.commit()
    services.undo_import(teacher, batch)
    assert kept(media) == set(media)
    db.session.commit()
    run_jobs()
    assert kept(media) == {"green", "blue", "gold"}


def test_the_same_file_can_go_in_again_with_its_pictures(teacher, run_jobs):
    batch, media = imported(teacher, "navy")
    services.undo_import(teacher, batch)
    db.session.commit()
    run_jobs()
    assert kept(media) == set()
    _batch, again = imported(teacher, "navy")
    assert set(open_media(again.values())) == set(again.values())
