// Why is this person in, or out? A side sheet, by a published segment or by a rule being written.
import { Button, Drawer, Group, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { vocabularyQuery } from '@/api/queries';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { Answer } from './Answer';
import { explanationQuery, type WhySource } from './queries';
import { Spells } from './Spells';

export type { WhySource } from './queries';

type Props = {
  opened: boolean;
  onClose: () => void;
  source: WhySource;
  /** Whom it is about; without it the sheet asks. */
  entity?: string | null;
};

export function WhySheet({ opened, onClose, source, entity }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="min(40rem, 100%)"
      title="Why is this person in, or out?"
      closeButtonProps={{ 'aria-label': 'Close' }}
      overlayProps={{ backgroundOpacity: 0.5 }}
      styles={{ content: { background: 'var(--mu-canvas)' }, title: { fontWeight: 700 } }}
    >
      <Asking source={source} entity={entity ?? ''} />
    </Drawer>
  );
}

function Asking({ source, entity }: { source: WhySource; entity: string }) {
  const [asked, setAsked] = useState(entity);
  useEffect(() => setAsked(entity), [entity]);
  return (
    <Stack gap="lg">
      <KeyField asked={asked} onAsk={setAsked} />
      {asked !== '' && <Explained key={asked} source={source} entity={asked} />}
    </Stack>
  );
}

function KeyField({ asked, onAsk }: { asked: string; onAsk: (entity: string) => void }) {
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const vocabulary = useQuery(vocabularyQuery);
  const noun = vocabulary.data?.entity ?? 'person';
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') onAsk(text.trim());
  };
  return (
    <form onSubmit={ask}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          label={`Key of the ${noun}`}
          description={vocabulary.data && `Its ${vocabulary.data.key}`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus={asked === '' || undefined}
          autoComplete="off"
          spellCheck={false}
          flex={1}
        />
        <Button type="submit" variant="default" disabled={text.trim() === ''}>
          Explain
        </Button>
      </Group>
    </form>
  );
}

function Explained({ source, entity }: { source: WhySource; entity: string }) {
  const [clear, setClear] = useState(false);
  const masked = useQuery(explanationQuery(source, entity, false));
  const open = useQuery({ ...explanationQuery(source, entity, true), enabled: clear });
  const shown = clear && open.data !== undefined ? open : masked;
  return (
    <StateView query={clear && open.isError ? open : shown} skeleton={<SkeletonLines lines={8} />}>
      {(found) => (
        <Stack gap="lg">
          <Answer found={found} clear={clear} onClear={setClear} />
          {'segmentId' in source && (
            <Stack gap="xs">
              <Title order={3}>Membership so far</Title>
              <Spells segmentId={source.segmentId} entity={entity} />
            </Stack>
          )}
        </Stack>
      )}
    </StateView>
  );
}
