"""Point at a thing in a picture with LiteLLM, and read the answer's regions.

    pip install litellm
    deixis serve nano &
    python litellm_client.py http://127.0.0.1:8008/v1 ../../docs/scene.png [MODEL]

MODEL is one of those that are served, `nano` unless it is told.
"""

import base64
import mimetypes
import os
import sys
from pathlib import Path

import litellm

base_url, picture, model = [*sys.argv[1:], "nano"][:3]
kind = mimetypes.guess_type(picture)[0] or "image/png"
url = f"data:{kind};base64,{base64.b64encode(Path(picture).read_bytes()).decode()}"
it = {"kind": "box", "box": [181, 164, 335, 308]}  # pixels of the picture, from its upper left

content = [
    {"type": "image_url", "image_url": {"url": url}, "regions": {"it": it}},
    {"type": "text", "text": "What is {it}?"},
]
answer = litellm.completion(
    model=f"openai/{model}",
    api_base=base_url,
    api_key=os.environ.get("OPENAI_API_KEY", "none"),
    messages=[{"role": "user", "content": content}],
)
message = answer.choices[0].message
print(message.content)
for region in message.provider_specific_fields["regions"]:  # what LiteLLM does not know itself
    print(region["kind"], region.get("label", ""), region.get("box") or region)
