// What the pages of runs work out: their address, words, and shares of bars.
import type { Schemas } from '@/api/client';
import { plural } from '@/lib/format';

type Run = Schemas['RunBody'];

export const STATES: { value: Run['state']; label: string }[] = [
  { value: 'running', label: 'Running' },
  { value: 'queued', label: 'Queued' },
  { value: 'published', label: 'Published' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

export type RunSearch = {
  page?: number;
  state?: Run['state'];
  rule?: string;
  origin?: Run['origin'];
};

/** Read the filters of an address; what makes no sense is left out. */
export const readSearch = (search: Record<string, unknown>): RunSearch => ({
  page: typeof search.page === 'number' && search.page > 0 ? Math.floor(search.page) : undefined,
  state: STATES.find(({ value }) => value === search.state)?.value,
  rule: typeof search.rule === 'string' && search.rule !== '' ? search.rule : undefined,
});

const KINDS: Record<Run['kind'], string> = {
  refresh: 'Refresh',
  retention: 'Clean-up of old data',
};

/** "Refresh of gone_quiet", "Refresh of 28 rules". */
export const runTitle = (run: Pick<Run, 'kind' | 'rules'>): string => {
  const kind = KINDS[run.kind];
  if (run.rules.length === 0) return kind;
  return `${kind} of ${run.rules.length === 1 ? run.rules[0] : plural(run.rules.length, 'rule')}`;
};

const ORIGINS: Record<Run['origin'], string> = {
  manual: 'by hand',
  api: 'by hand',
  schedule: 'on schedule',
  retry: 'as a retry',
};

/** "on schedule", "by hand, local". */
export const runOrigin = (run: Pick<Run, 'origin' | 'requested_by'>): string => {
  const origin = ORIGINS[run.origin];
  return run.origin === 'schedule' ? origin : `${origin}, ${run.requested_by}`;
};

/** Seconds from being queued to its start; null before. */
export const waitedSeconds = (run: Pick<Run, 'created_at' | 'started_at'>): number | null =>
  run.started_at === null
    ? null
    : Math.max(0, (Date.parse(run.started_at) - Date.parse(run.created_at)) / 1000);

/** The length of a duration's bar beside the longest of a list, 0 to 1. */
export const barShare = (seconds: number | null, runs: Pick<Run, 'seconds'>[]): number => {
  const longest = Math.max(...runs.map((run) => run.seconds ?? 0));
  return seconds === null || longest === 0 ? 0 : seconds / longest;
};

export type Stage = { what: string; seconds: number; rows: number };

/** The stages of a run's figures; what is not of that shape is left out. */
export const stagesOf = (figures: unknown): Stage[] => {
  const found = (figures as { stages?: unknown } | null)?.stages;
  if (!Array.isArray(found)) return [];
  return found.filter(
    (one): one is Stage => typeof one?.what === 'string' && typeof one?.seconds === 'number',
  );
};
