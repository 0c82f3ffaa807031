// Which entries of the palette fit what was typed, and in what order.

export type Entry = {
  id: string;
  group: string;
  label: string;
  detail?: string;
  /** Other words it is found by. */
  words?: string;
  /** Found by the server: stays, however the text fits. */
  found?: boolean;
};

const WHOLE = 100;
const START = 80;
const WORD = 60;
const INSIDE = 40;
const OTHER_WORDS = 30;
const FOUND = 10;

/** How well an entry fits; 0: not at all. Every word that was typed must fit somewhere. */
export const score = (entry: Entry, query: string): number => {
  const asked = query.trim().toLowerCase();
  const label = entry.label.toLowerCase();
  const least = entry.found ? FOUND : 0;
  if (asked === '') return 1;
  if (label === asked) return WHOLE;
  if (label.startsWith(asked)) return START;
  if (label.includes(` ${asked}`)) return WORD;
  if (label.includes(asked)) return INSIDE;
  const all = `${label} ${entry.detail ?? ''} ${entry.words ?? ''}`.toLowerCase();
  const fits = asked.split(/\s+/).every((word) => all.includes(word));
  return fits ? Math.max(least, OTHER_WORDS) : least;
};

/** Fitting entries by group; groups by their best entry, entries by how well they fit. */
export const rank = <E extends Entry>(entries: E[], query: string): [string, E[]][] => {
  const scored = entries
    .map((entry, place) => ({ entry, place, points: score(entry, query) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || a.place - b.place);
  const groups = new Map<string, E[]>();
  for (const { entry } of scored)
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups];
};

/** "refresh vip" asks to refresh what "vip" finds; null: it does not. */
export const refreshing = (query: string): string | null => {
  const found = /^\s*refresh(?:\s+(.*))?$/i.exec(query);
  return found ? (found[1] ?? '').trim() : null;
};
