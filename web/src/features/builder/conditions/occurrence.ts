// How often something happened: plain numbers, and the patterns that stand in their place.
import { kept } from '../tree/json';
import type { Values } from '../tree/types';
import type { Word } from './WordSelect';

export type Did = Values['did'];
type Times = Exclude<NonNullable<Did['times']>, number>;

/** How often, as one chooses it: a comparison of the number, `never`, or a pattern. */
export type How =
  | '>='
  | '='
  | '<='
  | '>'
  | '<'
  | '!='
  | 'between'
  | 'never'
  | 'first_time'
  | 'stopped'
  | 'restarted'
  | 'regular';

export const HOWS: Word[] = [
  { value: '>=', label: 'at least' },
  { value: '=', label: 'exactly' },
  { value: '<=', label: 'at most' },
  { value: '>', label: 'more than' },
  { value: '<', label: 'fewer than' },
  { value: 'between', label: 'between' },
  { value: '!=', label: 'any number but' },
  { value: 'never', label: 'never' },
  { value: 'first_time', label: 'for the first time' },
  { value: 'stopped', label: 'stopped' },
  { value: 'restarted', label: 'came back' },
  { value: 'regular', label: 'regularly' },
];

export const timesOf = ({ times }: Did): Times => {
  if (times === undefined) return { op: '>=', n: 1 };
  return typeof times === 'number' ? { op: '>=', n: times } : times;
};

export const isPattern = (how: string): boolean =>
  ['first_time', 'stopped', 'restarted', 'regular'].includes(how);

export const howOf = (did: Did): How => {
  if (did.pattern && did.pattern !== 'plain') return did.pattern;
  const { op = '>=', n } = timesOf(did);
  return op === '=' && n === 0 ? 'never' : op;
};

/** The bounds of a number of times; one number stands for both. */
export const endsOf = ({ n }: Times): [number, number] =>
  Array.isArray(n) ? [n[0] ?? 0, n[1] ?? n[0] ?? 0] : [n, n];

const timesFor = (how: How, did: Did): Did['times'] => {
  const [low, high] = endsOf(timesOf(did));
  if (how === 'never') return { op: '=', n: 0 };
  if (how === 'between') return { op: 'between', n: [low, Math.max(high, low + 1)] };
  const n = howOf(did) === 'never' || isPattern(howOf(did)) ? 1 : low;
  return how === '>=' && n === 1 ? undefined : { op: how as '=', n };
};

/** The condition with another "how often"; what does not go with it is left out. */
export const withHow = (did: Did, how: How): Did => {
  const { pattern: _, stopped, restarted, regular, times, distinct, observed, ...rest } = did;
  if (!isPattern(how)) return kept({ ...rest, times: timesFor(how, did), distinct, observed });
  const window = how === 'regular' ? undefined : (rest.window ?? { last: 'P30D' as const });
  return kept({
    ...rest,
    window,
    pattern: how as Did['pattern'],
    stopped: how === 'stopped' ? stopped : undefined,
    restarted: how === 'restarted' ? restarted : undefined,
    regular: how === 'regular' ? (regular ?? { each: 'P7D', hit: 3, of: 4 }) : undefined,
  });
};

export type Observed = 'model' | 'window' | 'length' | 'anyone';

export const observedOf = ({ observed }: Did): { mode: Observed; length: string } => {
  if (observed === undefined) return { mode: 'model', length: 'P30D' };
  const said = typeof observed === 'string' ? { min: observed } : observed;
  const min = said.min ?? 'window';
  const length = min === 'window' ? 'P30D' : min;
  if ('else' in said && said.else === 'include') return { mode: 'anyone', length };
  return { mode: min === 'window' ? 'window' : 'length', length };
};

export const observedFor = (mode: Observed, length: string): Did['observed'] => {
  if (mode === 'model') return undefined;
  if (mode === 'anyone') return { min: 'window', else: 'include' };
  return { min: mode === 'window' ? 'window' : length };
};
