// The shapes of bulk edits.
import type { Value } from '../types';

export type Impact = {
  segments: {
    segment_id: number;
    name: string;
    title: string;
    entered: number;
    left: number;
    size_before: number | null;
  }[];
  figures: { key: string; label: string; before: string; after: string; unit: string | null }[];
  customers: number;
  exact: boolean;
  sentence: string;
  not_measured: { segment: string; why: string }[];
};
export type Wish = {
  select: { order_ids: number[] } | { query: unknown };
  set: Record<string, Value>;
  reason: string | null;
  steps: boolean;
};
export type Preview = {
  matching: number;
  legal: number;
  same: number;
  illegal: { code: string; sentence: string; count: number; order_ids: number[] }[];
  one_step_short: { via: string[]; count: number; order_ids: number[] }[];
  impact: Impact;
  token: string;
};
