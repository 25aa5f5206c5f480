"""Point at a thing in a picture with LangChain's ChatOpenAI, and read the answer's regions.

    pip install langchain-openai
    deixis serve nano &
    python langchain_chat.py http://127.0.0.1:8008/v1 ../../docs/scene.png [MODEL]

LangChain sends what it does not know, and keeps of an answer what it knows; so the regions are
taken from the answer as it came.
"""

import base64
import mimetypes
import os
import sys
from pathlib import Path

import httpx
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI

base_url, picture, model = [*sys.argv[1:], "nano"][:3]
kind = mimetypes.guess_type(picture)[0] or "image/png"
url = f"data:{kind};base64,{base64.b64encode(Path(picture).read_bytes()).decode()}"
it = {"kind": "box", "box": [181, 164, 335, 308]}  # pixels of the picture, from its upper left
answers = []


def keep(response: httpx.Response) -> None:
    """An answer is kept as it came."""
    response.read()
    answers.append(response.json())


chat = ChatOpenAI(
    model=model,
    base_url=base_url,
    api_key=os.environ.get("OPENAI_API_KEY", "none"),
    http_client=httpx.Client(event_hooks={"response": [keep]}),
)
content = [
    {"type": "image_url", "image_url": {"url": url}, "regions": {"it": it}},
    {"type": "text", "text": "What is {it}?"},
]
message = chat.invoke([HumanMessage(content)])
print(message.content)
for region in answers[-1]["choices"][0]["message"]["regions"]:
    print(region["kind"], region.get("label", ""), region.get("box") or region)
