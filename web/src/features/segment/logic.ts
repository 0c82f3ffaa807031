// The detail page's address, and what its figures say, as plain functions.
import type { Schemas } from '@/api/client';
import { duration, moment, plural } from '@/lib/format';

export type Segment = Schemas['SegmentDetail'];
export type SegmentVersion = Schemas['SegmentVersionBody'];

export const TABS = [
  { value: 'overview', label: 'Overview' },
  { value: 'members', label: 'Members' },
  { value: 'lineage', label: 'Lineage' },
  { value: 'history', label: 'History' },
  { value: 'runs', label: 'Runs' },
] as const;
export type Tab = (typeof TABS)[number]['value'];
export type MemberChange = 'entered' | 'left';

export type DetailSearch = {
  tab?: Tab;
  /** Whom the side sheet explains; empty: it asks. */
  why?: string;
  change?: MemberChange;
  at?: string;
  columns?: string;
  /** Sizes by published versions, or computed day by day. */
  sizes?: 'versions' | 'days';
  days?: number;
  /** Two published versions to compare. */
  from?: number;
  to?: number;
  page?: number;
};

const natural = (value: unknown): number | undefined => {
  const number = Number(value);
  return value != null && value !== '' && Number.isInteger(number) && number > 0
    ? number
    : undefined;
};
const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

export const readSearch = (search: Record<string, unknown>): DetailSearch => ({
  tab: TABS.find(({ value }) => value === search.tab)?.value,
  why: text(search.why),
  change: search.change === 'entered' || search.change === 'left' ? search.change : undefined,
  at: text(search.at) || undefined,
  columns: text(search.columns) || undefined,
  sizes: search.sizes === 'versions' || search.sizes === 'days' ? search.sizes : undefined,
  days: natural(search.days),
  from: natural(search.from),
  to: natural(search.to),
  page: natural(search.page),
});

/** Everything that belongs to one tab, left behind when another is shown. */
export const FORGET: DetailSearch = {
  why: undefined,
  change: undefined,
  at: undefined,
  columns: undefined,
  sizes: undefined,
  days: undefined,
  from: undefined,
  to: undefined,
  page: undefined,
};

type Series = {
  name: string;
  points: { at: string; y: number | null }[];
  kind: 'area' | 'bars';
  below?: boolean;
  stack?: string;
  colour?: number;
};
type Sized = { as_of: string; row_count: number; entered: number | null; left: number | null };

/** Sizes above, who entered and left below, back to back; oldest first. */
export const sizeSeries = (points: Sized[]): Series[] => {
  const at = [...points].sort((one, other) => Date.parse(one.as_of) - Date.parse(other.as_of));
  const moved = (pick: (point: Sized) => number | null) =>
    at.map((point) => ({ at: point.as_of, y: pick(point) }));
  return [
    { name: 'Members', kind: 'area', colour: 1, points: moved((point) => point.row_count) },
    {
      name: 'Entered',
      kind: 'bars',
      below: true,
      stack: 'moves',
      colour: 3,
      points: moved((point) => point.entered),
    },
    {
      name: 'Left',
      kind: 'bars',
      below: true,
      stack: 'moves',
      colour: 2,
      points: moved((point) => (point.left === null ? null : -point.left)),
    },
  ];
};

const FEW_VERSIONS = 4;

/** A few versions make no line: then the days are computed, unless somebody chose otherwise. */
export const sizesBy = (segment: Pick<Segment, 'sizes' | 'version'>, { sizes }: DetailSearch) =>
  sizes ?? (segment.version !== null && segment.sizes.length < FEW_VERSIONS ? 'days' : 'versions');

/** Versions as sizes; who entered with the very first is everybody, which says nothing. */
export const versionSizes = (versions: SegmentVersion[]): Sized[] =>
  versions.map((version) =>
    version.version === 1 ? { ...version, entered: null, left: null } : version,
  );

/** How past sizes were found, for people. */
export const methodWords = (method: Schemas['SizeHistoryBody']['method'], seconds: number) =>
  `${
    method === 'ledger'
      ? 'From the events themselves, each with the instants at which it begins and ends to count'
      : 'The rule evaluated anew at each day'
  }, in ${duration(seconds)}.`;

/** "2.4 times as many as among everyone", or as few. */
export const timesWords = (index: number): string => {
  if (index >= 100) return `${(index / 100).toFixed(1)} times everyone's share`;
  return index < 1 ? 'hardly anybody' : `${Math.round(index)} % of everyone's share`;
};

/** The columns one begins with: the key and the first few that show something of most people. */
export const firstColumns = (names: string[], masked: string[]): string[] =>
  names.filter((name) => !masked.includes(name)).slice(0, 6);

type Field = Pick<Schemas['FieldBody'], 'type'>;

/** A member's value as text, by the type of its field. */
export const cellText = (value: unknown, field: Field | undefined): string => {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map((one) => cellText(one, undefined)).join(', ') || '–';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (field?.type === 'timestamp' && typeof value === 'string') return moment(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** What a version is called in a list to choose from. */
export const versionLabel = ({ version, as_of, row_count }: SegmentVersion): string =>
  `Version ${version}, ${moment(as_of)}, ${plural(row_count, 'member')}`;

/** Which two versions are compared: those of the address, else the newest and the one before. */
export const comparedVersions = (
  versions: SegmentVersion[],
  { from, to }: DetailSearch,
): { from: number; to: number } | null => {
  const numbers = versions.map(({ version }) => version).sort((a, b) => a - b);
  if (numbers.length < 2) return null;
  const after = to !== undefined && numbers.includes(to) ? to : (numbers.at(-1) as number);
  const earlier = numbers.filter((number) => number !== after);
  const before =
    from !== undefined && earlier.includes(from)
      ? from
      : (earlier.filter((number) => number < after).at(-1) ?? (earlier[0] as number));
  return { from: before, to: after };
};
