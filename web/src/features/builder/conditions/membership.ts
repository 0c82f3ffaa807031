// Membership of a segment: in it or not, or just entered or left.
import { kept } from '../tree/json';
import type { LeafOf, Values, WindowValue } from '../tree/types';
import type { Word } from './WordSelect';

export type Member = Values['segment'];
export type Verb = 'in' | 'not in' | 'entered' | 'not entered' | 'exited' | 'not exited';

export const VERBS: Word[] = [
  { value: 'in', label: 'is in' },
  { value: 'not in', label: 'is not in' },
  { value: 'entered', label: 'entered' },
  { value: 'exited', label: 'left' },
  { value: 'not entered', label: 'did not enter' },
  { value: 'not exited', label: 'did not leave' },
];

/** A "not" around it is the same as its own "not in": membership is never unknown. */
export const isOutside = (leaf: LeafOf<'segment'> | LeafOf<'list'>): boolean =>
  (leaf.value.in === false) !== leaf.negated;

export const changeOf = ({ changed }: Member): ['entered' | 'exited', WindowValue] | null => {
  if (!changed) return null;
  return 'entered' in changed ? ['entered', changed.entered] : ['exited', changed.exited];
};

export const verbOf = (leaf: LeafOf<'segment'>): Verb => {
  const changed = changeOf(leaf.value);
  const outside = isOutside(leaf);
  if (!changed) return outside ? 'not in' : 'in';
  return outside ? `not ${changed[0]}` : changed[0];
};

/** The same segment with another verb, said without a "not" around it. */
export const withVerb = (leaf: LeafOf<'segment'>, verb: Verb): Member => {
  const kind = (['entered', 'exited'] as const).find((one) => verb.endsWith(one));
  const window = changeOf(leaf.value)?.[1] ?? { last: 'P7D' as const };
  const { changed: _, version, ...rest } = leaf.value;
  return kept({
    ...rest,
    in: verb.startsWith('not') ? false : undefined,
    version: kind ? undefined : version,
    changed: kind ? ({ [kind]: window } as Member['changed']) : undefined,
  });
};
