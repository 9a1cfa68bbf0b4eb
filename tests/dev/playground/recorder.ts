import { talkTo } from "../../../dev/playground/talk";
import type { Talk, TalkStream } from "../../../dev/playground/talk";

/** A stream that remembers what was written. */
export function fakeStream(isTTY = false): TalkStream & { text(): string } {
  let text = "";
  return {
    isTTY,
    write: (part) => {
      text += part;
    },
    text: () => text,
  };
}

/** Talk that remembers what was said. */
export function recorder(): { talk: Talk; said: () => string } {
  const stream = fakeStream();
  return { talk: talkTo(stream, {}), said: () => stream.text() };
}
