import { Page } from '@/ui/Page';

export function SegmentsPage() {
  return <Page title="Segments">{null}</Page>;
}
