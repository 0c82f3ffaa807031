import { Page } from '@/ui/Page';

export function SegmentPage() {
  return <Page title="Segment">{null}</Page>;
}
