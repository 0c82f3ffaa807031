// Keys of the whole app and of its pages: a registry that the help lists, and the small machine
// that turns presses into what they stand for ("g" then "h").
import { useEffect, useRef, useSyncExternalStore } from 'react';

export type Key = {
  /** "?", "e", "g h" (one after the other), "mod+k" (Ctrl, or ⌘ on a Mac), "alt+ArrowUp". */
  keys: string;
  label: string;
  /** The heading it stands under in the help: the page's name, or "Everywhere". */
  area: string;
  /** Left out: the page listens itself, and the key is only told of. */
  act?: () => void;
  /** Also while writing in a field; only of use with mod or alt. */
  inFields?: boolean;
};

export type Press = { key: string; mod: boolean; alt: boolean; shift: boolean };
export type Waiting = { pressed: string[]; at: number };
export type Outcome = { waiting: Waiting; fired: Key | null; swallow: boolean };

export const NOTHING_PRESSED: Waiting = { pressed: [], at: 0 };
const PATIENCE_MILLISECONDS = 1500;

/** "mod+k" of a press; Shift counts only where the key itself does not say it. */
export const nameOf = ({ key, mod, alt, shift }: Press): string => {
  const named = key.length === 1 ? key.toLowerCase() : key;
  const shifted = shift && (key.length > 1 || mod || alt);
  return `${mod ? 'mod+' : ''}${alt ? 'alt+' : ''}${shifted ? 'shift+' : ''}${named}`;
};

/** Whether it is pressed without mod or alt, so that writing would set it off. */
export const isSingle = (keys: string): boolean => !/(^|\s)(mod|alt)\+/.test(keys);

/** What a press means after those before it; the latest registered key wins. */
export const press = (
  known: readonly Key[],
  before: Waiting,
  pressed: string,
  now: number,
): Outcome => {
  const kept = now - before.at <= PATIENCE_MILLISECONDS ? before.pressed : [];
  for (const said of kept.length > 0 ? [[...kept, pressed], [pressed]] : [[pressed]]) {
    const text = said.join(' ');
    const fired = known.findLast((one) => one.act && one.keys === text);
    if (fired) return { waiting: NOTHING_PRESSED, fired, swallow: true };
    if (known.some((one) => one.act && one.keys.startsWith(`${text} `)))
      return { waiting: { pressed: said, at: now }, fired: null, swallow: true };
  }
  return { waiting: NOTHING_PRESSED, fired: null, swallow: false };
};

const FIELDS = 'input, textarea, select, [contenteditable=""], [contenteditable="true"]';
const QUIET_INPUTS = new Set(['checkbox', 'radio', 'button', 'submit', 'reset']);

/** Whether what has the focus takes letters. */
export const takesText = (element: Element | null): boolean =>
  element !== null &&
  element.closest(FIELDS) !== null &&
  !(element instanceof HTMLInputElement && QUIET_INPUTS.has(element.type));

let known: readonly Key[] = [];
const lookers = new Set<() => void>();

const change = (next: readonly Key[]): void => {
  known = next;
  for (const look of lookers) look();
};

const subscribe = (look: () => void) => {
  lookers.add(look);
  return () => lookers.delete(look);
};

export const knownKeys = (): readonly Key[] => known;

/** All keys that mean something now, as they come and go with pages. */
export const useKnownKeys = (): readonly Key[] => useSyncExternalStore(subscribe, knownKeys);

/** Give keys a meaning while a component is shown; what they do may change with every render. */
export const useKeys = (keys: readonly Key[]): void => {
  const latest = useRef(keys);
  latest.current = keys;
  const described = keys.map(({ act, ...told }) => JSON.stringify([told, Boolean(act)])).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: registered anew when descriptions change
  useEffect(() => {
    const mine = latest.current.map((one, place) => ({
      ...one,
      act: one.act && (() => latest.current[place]?.act?.()),
    }));
    change([...known, ...mine]);
    return () => change(known.filter((one) => !mine.includes(one as (typeof mine)[number])));
  }, [described]);
};
