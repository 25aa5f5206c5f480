import pytest

from deixis.core.errors import UsageError
from deixis.mcp.roots import Roots
from tests.mcp.clients import picture


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root/inner").mkdir(parents=True)
    picture(tmp_path / "root/street.png")
    picture(tmp_path / "root/inner/cup.png")
    picture(tmp_path / "secret.png")
    return tmp_path / "root"


def test_relative_absolute_and_file_addresses_are_the_same_file(root):
    roots = Roots.of([root])
    street = root / "street.png"
    for path in ("street.png", str(street), street.as_uri(), "inner/../street.png"):
        assert roots.to_read(path) == street


@pytest.mark.parametrize("path", ["../secret.png", "inner/../../secret.png", "{}/secret.png"])
def test_what_is_outside_is_refused_there_or_not(root, path):
    roots = Roots.of([root])
    told = []
    for name in ("secret.png", "nothing.png"):
        where = path.format(root.parent).replace("secret.png", name)
        with pytest.raises(UsageError, match="is outside of what may be read here") as refused:
            roots.to_read(where)
        told.append(str(refused.value).replace(name, ""))
    assert told[0] == told[1]


def test_a_link_that_leads_outside_is_refused_and_one_inside_is_not(root):
    (root / "out.png").symlink_to(root.parent / "secret.png")
    (root / "up").symlink_to(root.parent)
    (root / "in.png").symlink_to(root / "street.png")
    roots = Roots.of([root])
    for path in ("out.png", "up/secret.png"):
        with pytest.raises(UsageError, match="outside"):
            roots.to_read(path)
        with pytest.raises(UsageError, match="outside"):
            roots.to_write(path, overwrites=True)
    assert roots.to_read("in.png") == root / "street.png"


def test_links_in_a_circle_are_refused(root):
    (root / "a.png").symlink_to(root / "b.png")
    (root / "b.png").symlink_to(root / "a.png")
    with pytest.raises(UsageError):
        Roots.of([root]).to_read("a.png")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a\0b.png",
        "http://example.org/a.png",
        "file://elsewhere/a.png",
        "x" * 5000,
        f"{'y' * 300}.png",
    ],
)
def test_what_is_no_path_is_refused(root, path):
    with pytest.raises(UsageError):
        Roots.of([root]).to_read(path)


def test_a_client_narrows_the_roots_and_never_widens_them(root):
    roots = Roots.of([root])
    inner = roots.narrowed([(root / "inner").as_uri()])
    assert inner.to_read("cup.png") == root / "inner/cup.png"
    with pytest.raises(UsageError, match="outside"):
        inner.to_read(str(root / "street.png"))
    assert roots.narrowed([root.parent.as_uri()]) == roots
    assert roots.narrowed([]) == roots
    with pytest.raises(UsageError, match="no folder in common"):
        roots.narrowed(["file:///nowhere", "https://example.org"]).to_read("street.png")


def test_a_file_that_is_there_is_overwritten_only_where_one_says_so(root):
    roots = Roots.of([root])
    with pytest.raises(UsageError, match="overwrite=true"):
        roots.to_write("street.png")
    assert roots.to_write("street.png", overwrites=True) == root / "street.png"
    assert roots.to_write("new.png") == root / "new.png"


@pytest.mark.parametrize("path", [".bashrc", "run.sh", "nowhere/new.png", "inner"])
def test_only_pictures_are_written_in_folders_that_are_there(root, path):
    with pytest.raises(UsageError):
        Roots.of([root]).to_write(path, overwrites=True)


def test_new_names_beside_a_picture_are_free(root):
    roots = Roots.of([root])
    first = roots.beside(root / "street.png", "marked")
    assert first == root / "street-marked.png"
    picture(first)
    assert roots.beside(root / "street.png", "marked") == root / "street-marked-2.png"


def test_a_root_is_a_folder(root):
    with pytest.raises(UsageError, match="a root is a folder"):
        Roots.of([root / "street.png"])
