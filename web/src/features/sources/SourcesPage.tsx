import { Page } from '@/ui/Page';

export function SourcesPage() {
  return <Page title="Sources">{null}</Page>;
}
