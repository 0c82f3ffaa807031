// The number that a curve turns, written into the condition it stands in.
import type { Json, JsonObject, Leaf } from '../tree/types';

export type End = 'value' | 'low' | 'high';

/** In the way the present one is written: a length of days, a text, or a number. */
const like = (present: Json, number: number | string): Json => {
  if (typeof present === 'string' && /^P\d+D$/.test(present)) return `P${number}D`;
  return typeof present === 'string' ? String(number) : number;
};

const replaced = (present: Json, end: End, number: number | string): Json => {
  if (!Array.isArray(present)) return like(present, number);
  const place = end === 'high' ? 1 : 0;
  return present.map((one, nth) => (nth === place ? like(one, number) : one));
};

const times = (present: Json, end: End, number: number | string): Json => {
  if (typeof present === 'number') return number;
  const said = (present ?? { op: '>=' }) as JsonObject;
  return { ...said, n: replaced(said.n ?? 1, end, number) };
};

/** The condition's value with another number; null where none of its numbers can be turned. */
export const turned = (leaf: Leaf, end: End, number: number | string): Json | null => {
  if (leaf.kind === 'did') return { ...leaf.value, times: times(leaf.value.times, end, number) };
  if (leaf.kind === 'attribute' || leaf.kind === 'metric')
    return { ...leaf.value, value: replaced(leaf.value.value, end, number) };
  return null;
};
