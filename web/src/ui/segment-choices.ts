// Which segments a picker offers, and what it calls those that are chosen already.
import type { SegmentRow } from '@/api/queries';

export type SegmentChoice = {
  value: string;
  label: string;
  /** Members; null: never refreshed. */
  size: number | null;
  disabled?: boolean;
};

type Choosing = {
  found: SegmentRow[];
  /** Rows that are known from elsewhere: they give chosen names their titles. */
  known: SegmentRow[];
  chosen: string[];
  exclude: string[];
  /** No more may be chosen. */
  full: boolean;
  /** What was typed: titles that begin with it come first, then those it stands in. */
  typed?: string;
};

const choice = (row: SegmentRow): SegmentChoice => ({
  value: row.name,
  label: row.title,
  size: row.row_count,
});

const nearness = (row: SegmentRow, typed: string): number => {
  const [title, wanted] = [row.title.toLowerCase(), typed.toLowerCase()];
  if (title.startsWith(wanted)) return 0;
  return title.includes(wanted) ? 1 : 2;
};

/** What is found, without what is left out; and what is chosen, found or not. */
export const segmentChoices = ({
  found,
  known,
  chosen,
  exclude,
  full,
  typed = '',
}: Choosing): SegmentChoice[] => {
  const rows = new Map([...known, ...found].map((row) => [row.name, row]));
  const offered = found
    .filter((row) => !exclude.includes(row.name) || chosen.includes(row.name))
    .sort((one, other) => nearness(one, typed) - nearness(other, typed));
  const choices = new Map(offered.map((row) => [row.name, choice(row)]));
  for (const name of chosen) {
    const row = rows.get(name);
    choices.set(name, row ? choice(row) : { value: name, label: name, size: null });
  }
  return [...choices.values()].map((one) =>
    full && !chosen.includes(one.value) ? { ...one, disabled: true } : one,
  );
};
