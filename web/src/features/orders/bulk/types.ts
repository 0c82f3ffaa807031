// The shapes of bulk edits.
import type { Schemas } from '@/api/client';
import type { Value } from '../types';

export type Impact = Schemas['ImpactBody'];
export type Preview = Schemas['BulkPreviewBody'];
export type Wish = {
  select: { order_ids: number[] } | { query: unknown };
  set: Record<string, Value>;
  reason: string | null;
  steps: boolean;
};
