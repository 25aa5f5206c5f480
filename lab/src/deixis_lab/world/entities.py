"""The named things of the Scenes world: pictograms of the DejaVu fonts and their plain names.

Each name was checked by eye on the atlas (`deixis lab atlas`): no two look alike under different
names. The group says which things are met together and taken for one another.
"""

from dataclasses import dataclass
from functools import cache
from typing import final

from deixis.core.errors import UnknownNameError
from deixis_lab.things.names import bare_names


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A kind of thing: its name, the letter that draws it, its group."""

    name: str
    symbol: str
    group: str


LISTED: dict[str, str] = {
    "weather": """
        ☀ sun | ☁ cloud | ☂ umbrella | ☃ snowman | ☄ comet | ☽ moon | ❄ snowflake | ⚡ lightning
        | ★ star | ♨ steam""",
    "desk": """
        ☎ telephone | ✉ envelope | ✎ pencil | ✒ pen | ✂ scissors | ⌨ keyboard | ✆ receiver
        | ⌫ backspace | ☑ checkbox""",
    "home": """
        ⌂ house | ☕ cup | ⚑ flag | ⚱ vase | ⚰ coffin | ⚖ scales | ⊞ window | ⧓ bow tie
        | ☊ headphones | ⛃ drum | ⚲ lollipop""",
    "tools": """
        ⚙ gear | ⚒ hammers | ⚓ anchor | ⚔ swords | ☸ wheel | ☭ sickle | ⚗ alembic | ⋔ pitchfork
        | ➳ dart | ☍ dumbbell""",
    "signals": """
        ♿ wheelchair | ⚠ warning | ♻ recycling | ✈ airplane | ☠ skull | ☢ radiation | ☣ biohazard
        | ⚛ atom | ☮ peace | ☯ yin-yang | ⏏ eject | ⌘ command""",
    "emblems": """
        ☤ caduceus | ☥ ankh | ☧ chi-rho | ✝ cross | ✠ iron cross | ✡ hexagram
        | ⚜ fleur-de-lis | ♁ orb""",
    "plants": "⚘ tulip | ✿ blossom | ❦ vine | ❧ leaf | ❂ rosette | ✤ quatrefoil",
    "chess": "♚ king | ♛ queen | ♜ rook | ♝ bishop | ♞ knight | ♙ pawn",
    "games": "♥ heart | ♠ spade | ♦ diamond | ♣ club | ⚄ die | 🀴 domino | 🂡 playing card",
    "music": "♪ note | ♫ two notes | ♭ flat | ♯ sharp",
    "zodiac": """
        ♈ aries | ♉ taurus | ♊ gemini | ♋ cancer | ♌ leo | ♎ libra | ♏ scorpio
        | ♐ sagittarius | ♑ capricorn | ♒ aquarius | ♓ pisces""",
    "planets": """
        ♂ mars | ♃ jupiter | ♄ saturn | ♅ uranus | ♆ neptune | ♇ pluto | ⚶ vesta | ⚷ chiron
        | ⚸ lilith""",
    "animals": "🐭 mouse | 🐮 cow | 🐱 cat | 🐵 monkey",
    "faces": """
        😀 grinning face | ☹ sad face | 😇 angel | 😈 devil | 😎 sunglasses | 😭 crying face
        | 😷 face mask | 😱 screaming face | 😴 sleeping face""",
    "hands": "☛ pointing hand | ✌ victory hand | ✍ writing hand",
    "stars": "✦ sparkle | ✹ burst | ✱ asterisk | ❖ lozenges | ✪ star badge | ✚ plus",
    "shapes": """
        ● disc | ■ square | ▲ triangle | ⬟ pentagon | ◎ target | ◐ half disc
        | ▤ blinds | ▩ lattice | ◯ ring | ▰ parallelogram | ◔ pie chart | ◢ ramp | ❏ box
        | ⌬ benzene | ▚ checker | ⣿ dots""",
    "arrows": """
        ⬆ up arrow | ⬇ down arrow | ⬅ left arrow | ➡ right arrow | ⏎ return arrow | ↻ reload
        | ↶ undo | ↱ turn arrow | ⇄ swap arrows""",
    "punctuation": """
        ? question mark | ! exclamation mark | & ampersand | @ at sign | % percent | § section
        | ¶ paragraph | ❞ quotation mark | { brace | ✔ check mark | ✖ multiply sign
        | ⁂ asterism | ☰ menu bars | ℞ prescription | № numero""",
    "mathematics": """
        ∞ infinity | √ root | ∫ integral | ∑ sum | ∠ angle | ≠ unequal | ∿ sine wave | ÷ divide
        | ∴ therefore | ∀ for all | ∃ exists | ∪ union | ⊗ tensor | ⊥ perpendicular | ℵ aleph
        | ≫ much greater""",
    "money": "$ dollar | € euro | £ pound | ¥ yen | ₹ rupee | ₩ won | ₪ shekel | ₦ naira",
    "letters": """
        α alpha | β beta | δ delta | θ theta | λ lambda | μ mu | π pi | φ phi | ω omega
        | σ sigma | Ж zhe""",
}


PLURAL = (
    *("scissors", "hammers", "swords", "scales", "headphones", "sunglasses", "lozenges", "blinds"),
    *("dots", "two notes", "menu bars", "swap arrows"),
)
SPOKEN_WITH_A = ("union", "uranus", "euro", "unicorn")
VOWELS = ("a", "e", "i", "o", "u", "hour", "x-ray")


@cache
def entities() -> tuple[Entity, ...]:
    """All of them, in the order of the list."""
    return tuple(
        Entity(name=name, symbol=symbol, group=group)
        for group, listed in LISTED.items()
        for symbol, _, name in (entry.strip().partition(" ") for entry in listed.split("|"))
    )


@cache
def _by_name() -> dict[str, Entity]:
    return {entity.name: entity for entity in entities()}


def entity_named(name: str) -> Entity:
    """The entity of that name."""
    found = _by_name().get(name)
    if found is None:
        raise UnknownNameError(kind="entity", name=name, known=_by_name())
    return found


def with_article(phrase: str) -> str:
    """A name, or a colour and a name, as one says it: "an orange cup", "scissors"."""
    if (
        phrase.endswith(PLURAL)
        or phrase.partition(" ")[2] in bare_names()
        or phrase in bare_names()
    ):
        return phrase
    vowel = phrase.lower().startswith(VOWELS) and not phrase.startswith(SPOKEN_WITH_A)
    return f"{'an' if vowel else 'a'} {phrase}"
