"""Makes references.json: what the reference programs give on random captions.

    python -m venv /tmp/reference && /tmp/reference/bin/pip install nltk pycocoevalcap
    /tmp/reference/bin/python tests/evals/scores/make_references.py

METEOR 1.5 is the Java program that pycocoevalcap brings; it is run with its exact and stem stages.
"""

import json
import random
import re
import subprocess
import tempfile
from pathlib import Path

import pycocoevalcap
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import single_meteor_score
from pycocoevalcap.cider.cider_scorer import CiderScorer
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

LISTED = """
cup cups dog dogs running runs run table tables standing stands red reddish blue happily happy
happiness relational relate conditions conditional hopeful hoping hopping fizzed filing
generalization oscillators walking walked walker ponies caresses cats national rationalize bikes
riding rider rides houses housed boxes crying cries dying agreed plastered motoring conflated
troubled sized tanned falling hissing failing sky valency hesitancy digitizer conformably
radically differently vilely analogously vietnamization predication operator feudalism
decisiveness hopefulness callousness formality sensitivity sensibility triplicate formative
formalize electricity electrical goodness revival allowance inference airliner gyroscopic
adjustable defensible irritant replacement adjustment dependent adoption communism activate
angularity homologous effective bowdlerize probate rate cease controll roll"""
RAW = """
man woman dog t-shirt giraffe boy's girl's dogs' laptop 5-year-old two-year-old coca-cola tv teddy
person left/right umbrella A&W Mr. St. U.S. e.g. 3 1,000 3.5 2nd 12:30 $5 50% #12 #tag it's don't
can't that's he's they're didn't isn't won't o'clock ok dog’s"""
MARKED = """
the a red white black-and-white light-blue left-most far upper-left (left) (right) "red" big 'small'
striped , . ; ! ... - -- & / ? : on in of with and w/ next to, behind; holding wearing"""
FEW = "a the on of in is are with and to"
PLAIN = [
    "the",
    "a",
    "red",
    "cup",
    "dog",
    "sits",
    "on",
    "mat",
    "cats",
    "cat",
    "running",
    "runs",
    "blue",
    "of",
    "in",
    "table",
    "near",
    "big",
]
NAMES, SMALL = LISTED.split(), FEW.split()


class NoWordnet:
    def synsets(self, word):
        return []


def main():
    draws = random.Random(3)

    def caption(longest=14):
        kinds = [NAMES if draws.random() < 0.6 else SMALL for _ in range(draws.randint(1, longest))]
        return " ".join(draws.choice(kind) for kind in kinds)

    stemmer = PorterStemmer(mode="ORIGINAL_ALGORITHM")
    text = Path(__file__).parents[3].joinpath("README.md").read_text(encoding="utf-8")
    known = sorted(set(re.findall("[a-z]{3,18}", text)) | set(NAMES))
    pairs = [(caption(), caption()) for _ in range(60)]
    pairs += [(" ".join(draws.sample(NAMES[:40], 6)), caption(9)) for _ in range(40)]
    for _ in range(60):  # captions that are nearly alike, as good answers are
        theirs = caption().split()
        ours = [draws.choice(NAMES) if draws.random() < 0.2 else word for word in theirs]
        pairs.append((" ".join(ours), " ".join(theirs)))
    references = {
        "stems": {word: stemmer.stem(word) for word in known},
        "meteor_2005": [
            [said, other, round(nltk_meteor(said, other, stemmer), 12)] for said, other in pairs
        ],
        "meteor_1_5": java_meteor(pairs)[0],
        "meteor_captions": captions_by_java(draws),
        "cider": [cider(draws, caption) for _ in range(3)],
        **raw_captions(draws),
    }
    Path(__file__).with_name("references.json").write_text(json.dumps(references, indent=0))


def nltk_meteor(said, other, stemmer):
    return single_meteor_score(other.split(), said.split(), stemmer=stemmer, wordnet=NoWordnet())


def captions_by_java(draws):
    """Of each caption and of all, without weights by function words, whose list is not ours."""
    pairs = []
    for _ in range(300):
        theirs = [draws.choice(PLAIN) for _ in range(draws.randint(1, 10))]
        ours = [draws.choice(PLAIN) if draws.random() < 0.25 else word for word in theirs]
        pairs.append((" ".join(ours), " ".join(theirs)))
    final, each = java_meteor(pairs, delta=0.5)
    return {"pairs": pairs, "scores": each, "final": final}


def raw_captions(draws):
    """Captions with marks: their tokens, and CIDEr-D, by the caption tools."""
    raw = [
        " ".join(
            draws.choice((RAW if draws.random() < 0.5 else MARKED).split()) for _ in range(length)
        )
        + draws.choice(["", ".", "!"])
        for length in (draws.randint(2, 9) for _ in range(400))
    ]
    raw = [re.sub(r" ([,.;!?:])", r"\1", text) for text in raw]
    listed = PTBTokenizer().tokenize({i: [{"caption": text}] for i, text in enumerate(raw)})
    told = [listed[i][0] for i in range(len(raw))]
    groups = [(i + draws.choice([0, 3]), range(i, i + 3)) for i in range(0, len(raw), 4)]
    scorer = CiderScorer(n=4, sigma=6.0)
    for said, theirs in groups:
        scorer += (told[said], [told[i] for i in theirs])
    scores = [float(one) for one in scorer.compute_score()[1]]
    cider_raw = {
        "said": [raw[said] for said, _ in groups],
        "references": [[raw[i] for i in theirs] for _, theirs in groups],
        "scores": scores,
    }
    return {"ptb": dict(zip(raw, told, strict=True)), "cider_raw": cider_raw}


def java_meteor(pairs, delta=0.75):
    jar = Path(pycocoevalcap.__path__[0]) / "meteor" / "meteor-1.5.jar"
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / "said", Path(name) / "other"]
        for place, file in enumerate(files):
            file.write_text("".join(f"{pair[place]}\n" for pair in pairs))
        stages = ["-m", "exact stem", "-w", "1.0 0.6", "-p", f"0.85 0.2 0.6 {delta}"]
        command = ["java", "-Xmx1G", "-jar", jar, *files, "-l", "en", "-norm", *stages]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = printed.splitlines()
    final = next(line for line in lines if line.startswith("Final score"))
    each = [float(line.split()[-1]) for line in lines if line.startswith("Segment")]
    return float(final.split()[-1]), each


def cider(draws, caption):
    references = [[caption() for _ in range(draws.randint(1, 4))] for _ in range(12)]
    said = [caption() if draws.random() < 0.5 else draws.choice(one) for one in references]
    scorer = CiderScorer(n=4, sigma=6.0)
    for ours, theirs in zip(said, references, strict=True):
        scorer += (ours, theirs)
    scores = scorer.compute_score()[1]
    return {"said": said, "references": references, "scores": [float(one) for one in scores]}


if __name__ == "__main__":
    main()
