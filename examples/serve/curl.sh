#!/bin/sh
# Point at a thing in a picture with nothing but curl; the answer's JSON holds its regions.
#
#     deixis serve nano &
#     sh curl.sh http://127.0.0.1:8008/v1 ../../docs/scene.png [MODEL]
set -eu
base_url=$1 picture=$2 model=${3:-nano}

curl --silent --show-error --fail-with-body "$base_url/chat/completions" \
  --header "Authorization: Bearer ${OPENAI_API_KEY:-none}" \
  --header "Content-Type: application/json" \
  --data-binary @- <<EOF
{
  "model": "$model",
  "messages": [{"role": "user", "content": [
    {"type": "image_url",
     "image_url": {"url": "data:image/png;base64,$(base64 < "$picture" | tr -d '\n')"},
     "regions": {"it": {"kind": "box", "box": [181, 164, 335, 308]}}},
    {"type": "text", "text": "What is {it}?"}]}]
}
EOF
