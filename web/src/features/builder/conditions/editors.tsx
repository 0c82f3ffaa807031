// Which editor shows which kind of condition.
import type { ComponentType } from 'react';
import type { Kind, Leaf } from '../tree/types';
import { AttributeEditor } from './AttributeEditor';
import { BucketEditor } from './BucketEditor';
import { DidEditor } from './DidEditor';
import { FacetsEditor } from './FacetsEditor';
import { ListEditor } from './ListEditor';
import { MetricEditor } from './MetricEditor';
import { NearEditor } from './NearEditor';
import { RawEditor } from './RawEditor';
import { SegmentEditor } from './SegmentEditor';
import { SequenceEditor } from './SequenceEditor';

export const EDITORS: Record<Kind, ComponentType<{ leaf: Leaf }>> = {
  attribute: AttributeEditor,
  did: DidEditor,
  metric: MetricEditor,
  sequence: SequenceEditor,
  segment: SegmentEditor,
  list: ListEditor,
  near: NearEditor,
  bucket: BucketEditor,
  facets: FacetsEditor,
  raw: RawEditor,
};
