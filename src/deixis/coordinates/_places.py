"""Words that look like places in some model's way of writing, for readers that know another way."""

import re

NUMBER = r"-?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})"
APART = r"(?:\s{0,3}[,;]\s{0,3}|\s{1,3})"
EDGE = (
    r"(?<![A-Za-z])(?:[xywh][12]?|[xy]_?(?:min|max|center|0|1|2)|left|top|right|bottom|width|height)"
    rf"[\"']?\s{{0,3}}[=:]\s{{0,3}}[\"']?{NUMBER}[\"']?"
)
SHORTEST = 4  # "[1,2"; most texts between lists are shorter
# repetitions are bounded: each costs the engine memory until the match ends
PLACES = re.compile(
    # <point x="61.5" y="40.4">, cut off or not: a tag with two numbers in its attributes
    r"<[A-Za-z|][^<>=]{0,200}=[^<>\d]{0,50}\d[^<>]{0,2000}?[^\d<>.][-.]?\d[^<>]{0,2000}>?"
    # <loc0042><loc0017>, <165><132>, <patch_index_0012><patch_index_0044>
    r"|(?:<\|?[A-Za-z_]{0,20}\d{1,6}\|?>[\s,]{0,3}){2,200}"
    r"|<\|?(?:loc|seg|patch_index)_?\d{1,6}\|?>"
    # <bbox>100 200 300 400, <point>500 300
    rf"|<\|?[A-Za-z_]\w{{0,20}}\|?>\s{{0,3}}[\[(]{{0,2}}{NUMBER}(?:{APART}{NUMBER}){{1,200}}"
    # x=500, y=300
    rf"|{EDGE}(?:[\s,;]{{0,5}}[\"']?{EDGE}){{1,50}}"
    # [412, 300, or (412, 300
    rf"|[\[({{]\s{{0,3}}{NUMBER}(?:{APART}{NUMBER}){{1,200}}\s{{0,3}}[\])}}]?"
    # 100 200 300 400
    rf"|(?<![\w.]){NUMBER}(?:{APART}{NUMBER}){{3,200}}(?!\w)"
)


def places_in(prose: str) -> list[str]:
    """The pieces of a text that look like places, each once, in their order."""
    if len(prose) < SHORTEST:
        return []
    return [found.group().strip() for found in PLACES.finditer(prose)]
