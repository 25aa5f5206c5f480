"""Who drew the things: twelve openly licensed sets of emoji, as npm packages of plain SVG.

Sets of one house are related. What is share-alike is for tests alone: it enters no weights that
ship, no demo and no page.
"""

from dataclasses import dataclass
from typing import final

from deixis.core.errors import UnknownNameError

HELD_OUT_HOUSES = ("emojione", "openmoji")
SHARE_ALIKE = "CC-BY-SA-4.0"
LICENCES = {
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "MIT": "https://opensource.org/license/mit",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    SHARE_ALIKE: "https://creativecommons.org/licenses/by-sa/4.0/",
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Artist:
    """One set: its house, the package with its checksum, whose it is and under what licence.

    `source` is the address of the author's own files. A black artist draws in one ink.
    """

    name: str
    house: str
    version: str
    sha256: str
    author: str
    source: str
    licence: str
    is_black: bool = False

    @property
    def package(self) -> str:
        """What npm calls it."""
        return f"@iconify-json/{self.name}"

    @property
    def tarball(self) -> str:
        """What npm calls the file."""
        return f"iconify-json-{self.name}-{self.version}.tgz"

    @property
    def is_share_alike(self) -> bool:
        """Whether what is made of it must have its licence: then it is for tests alone."""
        return self.licence == SHARE_ALIKE

    @property
    def is_held_out(self) -> bool:
        """Whether no training has met its house."""
        return self.house in HELD_OUT_HOUSES

    @property
    def credit(self) -> str:
        """One line as licences ask for it, in Markdown."""
        licence = f"[{self.licence}]({LICENCES[self.licence]})"
        return (
            f"{self.name} by {self.author} ({self.source}), {licence}, from {self.package} "
            f"{self.version}; drawn as pixels, put on grounds, scaled, turned and tinted"
        )


ARTISTS = (
    Artist(
        name="noto",
        house="noto",
        version="1.2.9",
        sha256="3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
        author="Google Inc",
        source="https://github.com/googlefonts/noto-emoji",
        licence="Apache-2.0",
    ),
    Artist(
        name="noto-v1",
        house="noto",
        version="1.2.5",
        sha256="2bf62c26c2c2884aa99e90aec942cdaee17a5921f05690694f4978ad4b017c37",
        author="Google Inc",
        source="https://github.com/googlefonts/noto-emoji",
        licence="Apache-2.0",
    ),
    Artist(
        name="twemoji",
        house="twemoji",
        version="1.2.5",
        sha256="19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
        author="Twitter",
        source="https://github.com/jdecked/twemoji",
        licence="CC-BY-4.0",
    ),
    Artist(
        name="fluent-emoji",
        house="fluent",
        version="1.2.7",
        sha256="8044210dbf11e016d4de85f15d01a243423bd832457e7e2491df1b751c0e272b",
        author="Microsoft Corporation",
        source="https://github.com/microsoft/fluentui-emoji",
        licence="MIT",
    ),
    Artist(
        name="fluent-emoji-flat",
        house="fluent",
        version="1.2.6",
        sha256="7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
        author="Microsoft Corporation",
        source="https://github.com/microsoft/fluentui-emoji",
        licence="MIT",
    ),
    Artist(
        name="fluent-emoji-high-contrast",
        house="fluent",
        version="1.2.6",
        sha256="0b92d48c90d2200bd499e3cdd09a127ca6a8c8ddefd34c35eb5a1e4994012ae0",
        author="Microsoft Corporation",
        source="https://github.com/microsoft/fluentui-emoji",
        licence="MIT",
        is_black=True,
    ),
    Artist(
        name="streamline-emojis",
        house="streamline",
        version="1.2.4",
        sha256="5dac87c876b322500989828c5823143e0100d78881627a2e4081a4b897cbfdbc",
        author="Streamline",
        source="https://github.com/webalys-hq/streamline-vectors",
        licence="CC-BY-4.0",
    ),
    Artist(
        name="fxemoji",
        house="fxemoji",
        version="1.2.2",
        sha256="f3e72b3c59d05e1db03b7e308d55c0d05bd7ba3f625a90da1b79313c12858eef",
        author="Mozilla",
        source="https://github.com/mozilla/fxemoji",
        licence="Apache-2.0",
    ),
    Artist(
        name="emojione",
        house="emojione",
        version="1.2.3",
        sha256="26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e",
        author="Emoji One",
        source="https://github.com/EmojiTwo/emojitwo",
        licence="CC-BY-4.0",
    ),
    Artist(
        name="emojione-v1",
        house="emojione",
        version="1.2.3",
        sha256="6641d59d48a42823fdc2b84e7427e9f302944eb98d2c7d94d6e67c139e7b37b3",
        author="Emoji One",
        source="https://github.com/joypixels/emojione-legacy",
        licence="CC-BY-SA-4.0",
    ),
    Artist(
        name="emojione-monotone",
        house="emojione",
        version="1.2.1",
        sha256="40b90004bafb406b59266155ef9b7e1dd67bf2947fc8db8d07388776f4d0d04e",
        author="Emoji One",
        source="https://github.com/EmojiTwo/emojitwo",
        licence="CC-BY-4.0",
        is_black=True,
    ),
    Artist(
        name="openmoji",
        house="openmoji",
        version="1.2.29",
        sha256="03181e2c156cab35cf4a62f1f7886bd971d59212e75ac3f189d5a4cae3930fc5",
        author="OpenMoji",
        source="https://github.com/hfg-gmuend/openmoji",
        licence="CC-BY-SA-4.0",
    ),
)


def artist_named(name: str) -> Artist:
    """The artist of that name."""
    for artist in ARTISTS:
        if artist.name == name:
            return artist
    raise UnknownNameError(kind="artist", name=name, known=(artist.name for artist in ARTISTS))


def seen_artists() -> tuple[str, ...]:
    """Those that training may meet."""
    return tuple(artist.name for artist in ARTISTS if not artist.is_held_out)


def artists_of(*houses: str) -> tuple[str, ...]:
    """The names of some houses' artists."""
    return tuple(artist.name for artist in ARTISTS if artist.house in houses)
