// Which editor shows which kind of condition. Those of seldom kinds come a moment after the page.
import { type ComponentType, useEffect, useState } from 'react';
import type { Kind, Leaf } from '../tree/types';
import { AttributeEditor } from './AttributeEditor';
import { DidEditor } from './DidEditor';
import { MetricEditor } from './MetricEditor';
import { SegmentEditor } from './SegmentEditor';

type LeafEditor = ComponentType<{ leaf: Leaf }>;

const EDITORS: Partial<Record<Kind, LeafEditor>> = {
  attribute: AttributeEditor,
  did: DidEditor,
  metric: MetricEditor,
  segment: SegmentEditor,
};

const COMING: Partial<Record<Kind, () => Promise<LeafEditor>>> = {
  sequence: () => import('./SequenceEditor').then((it) => it.SequenceEditor),
  list: () => import('./ListEditor').then((it) => it.ListEditor),
  near: () => import('./NearEditor').then((it) => it.NearEditor),
  bucket: () => import('./BucketEditor').then((it) => it.BucketEditor),
  facets: () => import('./FacetsEditor').then((it) => it.FacetsEditor),
  raw: () => import('./RawEditor').then((it) => it.RawEditor),
};

const load = async (kind: Kind): Promise<void> => {
  EDITORS[kind] ??= await COMING[kind]?.();
};

/** Fetch the seldom editors, so that a condition added later has its fields, and the focus, at once. */
export const prepareEditors = (): void => {
  // what cannot be fetched now is asked for again when it is shown
  for (const kind of Object.keys(COMING) as Kind[]) load(kind).catch(() => undefined);
};

/** The editor of a kind; null while it is fetched. A chunk that is gone is the page's error. */
export const useEditor = (kind: Kind): LeafEditor | null => {
  const [found, setFound] = useState<{ kind: Kind; error: unknown } | null>(null);
  const missing = EDITORS[kind] === undefined;
  useEffect(() => {
    if (!missing) return;
    load(kind).then(
      () => setFound({ kind, error: null }),
      (error: unknown) => setFound({ kind, error }),
    );
  }, [kind, missing]);
  if (missing && found?.kind === kind && found.error) throw found.error;
  return EDITORS[kind] ?? null;
};
