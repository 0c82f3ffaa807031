// There is an unsaved draft of this rule: go on with it, or begin with what is saved.
import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { ago } from '@/lib/format';
import { Page } from '@/ui/Page';
import type { Draft, Offer } from './logic';

type Props = {
  title: string;
  draft: Draft;
  offer: Offer;
  onContinue: () => void;
  onSaved: () => void;
};

export function DraftOffer({ title, draft, offer, onContinue, onSaved }: Props) {
  return (
    <Page title={title}>
      <Card maw={640} padding="lg">
        <Stack>
          <Text fw={600}>You have an unsaved draft of this rule from {ago(draft.at)}.</Text>
          {offer === 'outdated' && (
            <Text>
              The rule was saved since you began. Continuing puts your draft beside the newer
              version when you save, so that you can compare them.
            </Text>
          )}
          <Group gap="xs">
            <Button onClick={onContinue}>Continue your draft</Button>
            <Button variant="default" onClick={onSaved}>
              Start from the saved rule
            </Button>
          </Group>
        </Stack>
      </Card>
    </Page>
  );
}
