/** @file A stream of events, read from a request that was posted. */

/**
 * @param {Response} answer
 * @param {(name: string, told: any) => void} hear
 */
export async function hearEvents(answer, hear) {
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (left + value).split('\n\n');
    left = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parsed(block);
      if (event) hear(event.name, event.told);
    }
  }
}

/** @param {string} block */
function parsed(block) {
  let name = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  return data ? { name, told: JSON.parse(data) } : null;
}
