import { Page } from '@/ui/Page';

export function NewRulePage() {
  return <Page title="New rule">{null}</Page>;
}

export function EditRulePage() {
  return <Page title="Edit rule">{null}</Page>;
}
