// How long ago something was typed: what an edit cost to show is no part of the pause after it.
import { PAUSE_MILLISECONDS } from './asker';

let typedAt = Number.NEGATIVE_INFINITY;

document.addEventListener(
  'input',
  ({ timeStamp }) => {
    typedAt = timeStamp;
  },
  { capture: true },
);

/** Milliseconds since the last input of a field; 0 where that was before what happens now. */
export const sinceInput = (): number => {
  const since = performance.now() - typedAt;
  return since < PAUSE_MILLISECONDS ? since : 0;
};
