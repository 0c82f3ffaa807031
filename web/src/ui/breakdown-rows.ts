// The parts of one attribute as rows: named, in an order that reads well, for one segment or some.
import type { Schemas } from '@/api/client';
import { count } from '@/lib/format';

type Part = Schemas['PartBody'];
type Limits = Pick<Part, 'kind' | 'label' | 'above' | 'to'>;

/** One attribute with its members per segment, as `POST /api/profile` answers. */
export type SharedPart = Limits & {
  everyone: number;
  share_of_everyone: number;
  members: number[];
  shares: number[];
  indexes: (number | null)[];
};
export type SharedAttribute = {
  name: string;
  label: string;
  several: boolean;
  parts: SharedPart[];
};

/** With one segment, as live answers and segments tell it. */
export type OwnAttribute = Schemas['BreakdownBody'];

export type Row = {
  label: string;
  kind: Part['kind'];
  everyone: number;
  shareOfEveryone: number;
  /** One for each segment. */
  cells: { members: number; share: number; index: number | null }[];
};

const LAST = ['other', 'missing'];

const TRUTHS: Record<string, string> = { true: 'Yes', false: 'No' };

const limit = (value: number | string): string =>
  typeof value === 'number' ? count(value) : value;

export const partLabel = ({ kind, label, above, to }: Limits): string => {
  if (kind === 'missing') return 'Not known';
  if (kind === 'other') return label ?? 'All others';
  if (label !== null) return TRUTHS[label] ?? label;
  if (above !== null && to !== null) return `over ${limit(above)} to ${limit(to)}`;
  if (to !== null) return `up to ${limit(to)}`;
  return above === null ? 'Any' : `over ${limit(above)}`;
};

export const rowsOf = (attribute: OwnAttribute | SharedAttribute): Row[] => {
  const rows = attribute.parts.map((part): Row => {
    const cells = Array.isArray(part.members)
      ? (part as SharedPart).members.map((members, place) => ({
          members,
          share: (part as SharedPart).shares[place] ?? 0,
          index: (part as SharedPart).indexes[place] ?? null,
        }))
      : [part as { members: number; share: number; index: number | null }];
    return {
      label: partLabel(part),
      kind: part.kind,
      everyone: part.everyone,
      shareOfEveryone: part.share_of_everyone,
      cells: cells.map(({ members, share, index }) => ({ members, share, index })),
    };
  });
  return ordered(rows);
};

/** Ranges as they follow one another, values the most frequent first; the rest and the unknown last. */
const ordered = (rows: Row[]): Row[] => {
  const most = (row: Row) => Math.max(0, ...row.cells.map((cell) => cell.share));
  const values = rows.filter((row) => row.kind === 'value');
  values.sort((one, other) => most(other) - most(one) || other.everyone - one.everyone);
  return [
    ...rows.filter((row) => row.kind === 'range'),
    ...values,
    ...LAST.flatMap((kind) => rows.filter((row) => row.kind === kind)),
  ];
};

/** What is shown at first: values may be cut short, the rest and the unknown never are. */
export const shortened = (rows: Row[], most: number): { shown: Row[]; more: number } => {
  const last = rows.filter((row) => LAST.includes(row.kind));
  const first = rows.filter((row) => !LAST.includes(row.kind));
  if (first.length <= most + 1) return { shown: rows, more: 0 };
  return { shown: [...first.slice(0, most), ...last], more: first.length - most };
};

/** The longest bar fills the room; the marks of everyone must fit, too. */
export const longest = (rows: Row[]): number =>
  Math.max(
    0.01,
    ...rows.flatMap((row) => [row.shareOfEveryone, ...row.cells.map((cell) => cell.share)]),
  );

const FEW = 30;
const AS_EVERYONE = 10;

/** How an index is to be read: too few people to tell, as everyone, more, or less. */
export const leaning = (cell: Row['cells'][number]): 'few' | 'same' | 'more' | 'less' => {
  if (cell.index === null) return 'few';
  const few = cell.members < FEW && !(cell.index < 100 && cell.members === 0);
  if (few) return 'few';
  if (Math.abs(cell.index - 100) <= AS_EVERYONE) return 'same';
  return cell.index > 100 ? 'more' : 'less';
};
