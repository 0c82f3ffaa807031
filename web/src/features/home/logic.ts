// What the first page says of its numbers, drafts and fixes, as plain functions.
import type { Schemas } from '@/api/client';
import { count, money, percent } from '@/lib/format';

export type Home = Schemas['HomeBody'];
export type Figure = Schemas['FigureBody'];
export type Attention = Schemas['AttentionBody'];

export const figureText = ({ value, unit }: Pick<Figure, 'value' | 'unit'>): string =>
  unit === null ? count(value) : money(value, unit);

export type FigureChange = { direction: 'up' | 'down' | 'same'; words: string };

/** How a figure differs from before; null where there is nothing to hold it against. */
export const figureChange = ({
  value,
  previous,
  previous_label,
}: Pick<Figure, 'value' | 'previous' | 'previous_label'>): FigureChange | null => {
  if (value === null || previous === null) return null;
  const against = `against ${previous_label}`;
  if (value === previous) return { direction: 'same', words: `The same as ${previous_label}` };
  const direction = value > previous ? 'up' : 'down';
  if (previous === 0) return { direction, words: `${count(previous)} ${previous_label}` };
  const share = percent(Math.abs(value - previous) / previous);
  return { direction, words: `${direction === 'up' ? '+' : '−'}${share} ${against}` };
};

/** A figure's trend, for those who do not see it. */
export const trendWords = ({ label, series, unit }: Figure): string => {
  const [first, last] = [series[0], series.at(-1)];
  if (first === undefined || last === undefined) return `${label}: no days yet`;
  const said = (value: number) => figureText({ value, unit });
  return `${label} by day: ${said(first.value)} to ${said(last.value)} in ${series.length} days`;
};

export type KeptDraft = {
  key: string;
  title: string;
  ruleId: number | null;
  updated_at: string;
  value: unknown;
};

const RULE_DRAFT = /^draft:rule:(\d+)$/;

const titleOf = (value: unknown): string => {
  const title = (value as { content?: { details?: { title?: unknown } } } | null)?.content?.details
    ?.title;
  return typeof title === 'string' ? title.trim() : '';
};

/** Rules somebody is in the middle of, the latest first. */
export const draftsOf = (items: Schemas['KeptBody'][]): KeptDraft[] =>
  items
    .filter(({ key, value }) => value !== null && (key === 'draft:new' || RULE_DRAFT.test(key)))
    .map(({ key, value, updated_at }) => {
      const found = key.match(RULE_DRAFT)?.[1];
      return {
        key,
        value,
        updated_at,
        ruleId: found === undefined ? null : Number(found),
        title: titleOf(value) || (found === undefined ? 'New rule' : `Rule ${found}`),
      };
    })
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at));

export type Step = 'connect' | 'build' | 'check';

/** What a workspace with a data model still lacks first; null once a segment was refreshed. */
export const nextStep = (home: Home): Step | null => {
  const segments = home.figures.find(({ key }) => key === 'segments')?.value ?? 0;
  if (home.recently_refreshed.some(({ row_count }) => row_count !== null)) return null;
  return segments > 0 ? 'check' : 'build';
};

/** Where one goes to see to it. */
export const placeOf = ({ run_id, segment_id, rule_id, kind, fix }: Attention): string => {
  if (kind === 'approval') return '/settings/approvals';
  if (fix === 'review' && rule_id !== null) return `/rules/edit/${rule_id}`;
  if (run_id !== null) return `/runs/${run_id}`;
  if (segment_id !== null) return `/segments/${segment_id}`;
  if (rule_id !== null) return `/rules/edit/${rule_id}`;
  return kind === 'failed_run' ? '/runs' : '/sources';
};
