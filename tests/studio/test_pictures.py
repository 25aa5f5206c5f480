"""Pictures are kept as upright pixels under their hash, and shown as files that we wrote."""

import io

import numpy as np
import PIL.Image
import pytest

import deixis as dx
from deixis.core.size import Size
from deixis.serve.settings import Fetching, Serving
from deixis.studio.home import Home, home_folder
from deixis.studio.keep_job import KeepJob, _num_levels
from tests.studio.running import LIMITS, SERVER, file_of, pixels, studio


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with studio(tmp_path_factory.mktemp("home")) as found:
        yield found


def kept(visitor, data):
    answer = visitor.post("/api/pictures", content=data)
    assert answer.status_code == 200, answer.text
    return answer.json()


def opened(answer):
    return np.asarray(PIL.Image.open(io.BytesIO(answer.content)))


def test_a_picture_is_named_by_its_pixels_and_shown_exactly(house):
    made, visitor, _ = house
    array = pixels(70, 50)
    told = kept(visitor, file_of(array))
    assert told["id"] == dx.open_image(array).sha256
    assert (told["width"], told["height"]) == (70, 50)
    answer = visitor.get(told["url"])
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert np.array_equal(opened(answer), array)
    assert np.array_equal(made.pictures.image(told["id"]).pixels, array)
    assert visitor.get(f"/api/pictures/{told['id']}").json() == told


def test_a_photograph_is_kept_as_it_is_looked_at_with_nothing_else_of_its_file(house):
    made, visitor, _ = house
    picture = PIL.Image.fromarray(pixels(60, 40, seed=1))
    exif = picture.getexif()
    exif[0x0112], exif[0x010E] = 6, "where I live"
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif, comment=b"<script>")
    told = kept(visitor, buffer.getvalue())
    assert (told["width"], told["height"]) == (40, 60)
    answer = visitor.get(told["url"])
    assert answer.headers["content-type"] == "image/jpeg"
    upright = dx.open_image(buffer.getvalue())
    assert made.pictures.image(told["id"]) == upright
    for place in (made.pictures.folder / told["id"]).rglob("*.*"):
        content = place.read_bytes()
        assert b"where I live" not in content
        assert b"<script>" not in content


def test_the_same_pixels_are_kept_once(house):
    _, visitor, _ = house
    array = pixels(30, 20, seed=2)
    assert kept(visitor, file_of(array)) == kept(visitor, file_of(array, "BMP"))


def test_pixels_that_came_as_a_photograph_and_then_not_are_one_picture(tmp_path):
    photograph = file_of(pixels(seed=4), "JPEG")
    exact = file_of(dx.open_image(photograph).pixels)
    for first, second in ((photograph, exact), (exact, photograph)):
        home = tmp_path / str(len(first))
        with studio(home) as (made, visitor, _link):
            told = kept(visitor, first)
            assert kept(visitor, second) == told
            assert made.pictures.image(told["id"]) == dx.open_image(photograph)
            assert visitor.get(told["url"]).status_code == 200


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_large_picture_comes_in_tiles_that_are_its_pixels(tmp_path, kind):
    array = np.kron(pixels(75, 41, seed=3), np.ones((32, 32, 1), dtype=np.uint8))
    job = KeepJob(
        data=file_of(array, kind, quality=95),
        folder=str(tmp_path),
        limits=LIMITS.images,
        largest_whole=1000,
    )
    about = job.do()
    folder = tmp_path / about.id
    assert about.num_levels == 4  # 2400, 1200, 600 and 300 pixels
    seen = np.zeros_like(array)
    for y in range(3):
        for x in range(5):
            tile = dx.open_image(folder / f"tiles/0/{x}_{y}.{about.shown}").pixels
            seen[y * 512 : y * 512 + 512, x * 512 : x * 512 + 512] = tile
    assert np.abs(seen.astype(int) - dx.open_image(job.data).pixels).mean() < 3
    last = dx.open_image(folder / f"tiles/3/0_0.{about.shown}")
    assert last.size == Size(width=300, height=164)
    assert about.record()["tiles"]["levels"] == 4
    assert job.do() == about
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("size", "levels"), [(1, 1), (512, 1), (513, 2), (1024, 2), (1025, 3), (32_768, 7)]
)
def test_levels_end_with_one_tile(size, levels):
    assert _num_levels(Size(width=size, height=1)) == levels


@pytest.mark.parametrize(
    "name", ["...", "%2e%2e", "..%2f..%2fetc", "0" * 63, "0" * 64, "G" * 64, "A" * 64, "x\0", "é"]
)
@pytest.mark.parametrize("form", ["/pictures/{}", "/api/pictures/{}", "/pictures/{}/tiles/0/0/0"])
def test_no_name_is_a_path(house, name, form):
    answer = house[1].get(form.format(name.replace("\0", "%00")))
    assert answer.status_code in (400, 401, 404)


@pytest.mark.parametrize("place", ["0/0/1", "9/0/0", "-1/0/0", "0/0/..", f"{10**20}/0/0"])
def test_there_are_no_other_tiles(house, place):
    _, visitor, _ = house
    told = kept(visitor, file_of(pixels()))
    assert visitor.get(f"{told['url']}/tiles/{place}").status_code in (400, 404)


def test_web_addresses_are_not_opened_unless_it_is_said(house, tmp_path):
    _, visitor, _ = house
    answer = visitor.post("/api/pictures", json={"url": "http://127.0.0.1/x.png"})
    assert answer.json()["error"]["code"] == "url_denied"
    serving = Serving(server=SERVER, limits=LIMITS, pictures=Fetching(urls="fetch"))
    with studio(tmp_path, serving=serving) as (_, other, _link):
        answer = other.post("/api/pictures", json={"url": "http://127.0.0.1/x.png"})
        assert answer.json()["error"]["code"] == "picture_not_fetched"  # no public address
        assert other.post("/api/pictures", json={"url": 7}).status_code == 400


def test_the_home_is_its_owners_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DEIXIS_STUDIO", str(tmp_path / "mine"))
    home = Home.made(home_folder())
    assert home.folder == tmp_path / "mine"
    assert home.folder.stat().st_mode & 0o777 == 0o700
    assert home.part("history").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(dx.UsageError, match="cannot make"):
        Home.made(tmp_path / "file")


def test_the_pictures_that_a_command_named_are_there_at_the_start(tmp_path):
    place = tmp_path / "<img src=x onerror=alert(1)>.png"
    place.write_bytes(file_of(pixels()))
    with studio(tmp_path / "home") as (made, visitor, _link):
        made.given.append(place)
        (told,) = visitor.get("/api/start").json()["pictures"]
        assert told["name"] == place.name
        assert visitor.get(told["url"]).status_code == 200
