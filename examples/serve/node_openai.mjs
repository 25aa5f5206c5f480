// Point at a thing in a picture with OpenAI's own package for Node, and read the answer's regions.
//
//     npm install openai
//     deixis serve nano &
//     node node_openai.mjs http://127.0.0.1:8008/v1 ../../docs/scene.png [MODEL]

import { readFile } from "node:fs/promises";
import OpenAI from "openai";

const [baseURL, picture, model = "nano"] = process.argv.slice(2);
const url = `data:image/png;base64,${(await readFile(picture)).toString("base64")}`;
const it = { kind: "box", box: [181, 164, 335, 308] }; // pixels of the picture, from its upper left

const client = new OpenAI({ baseURL, apiKey: process.env.OPENAI_API_KEY ?? "none" });
const content = [
  { type: "image_url", image_url: { url }, regions: { it } },
  { type: "text", text: "What is {it}?" },
];
const answer = await client.chat.completions.create({
  model,
  messages: [{ role: "user", content }],
});
const { message } = answer.choices[0];
console.log(message.content);
for (const region of message.regions) {
  console.log(region.kind, region.label ?? "", region.box ?? region);
}
