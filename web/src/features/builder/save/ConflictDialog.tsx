// Somebody else saved the rule in the meantime: both versions side by side, and what may be done.
import {
  Anchor,
  Button,
  Code,
  Group,
  Modal,
  SimpleGrid,
  Stack,
  Tabs,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { address } from '@/api/client';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { type Content, written } from '../document';
import { textQuery } from '../queries';
import { writeJson } from '../views/json';
import { differences, merged } from './logic';
import type { Edited, Saving } from './useSaving';

type Props = {
  saving: Saving;
  edited: Edited;
  /** Take what was saved, or go on with this over it. */
  onTake: (theirs: Edited, content: Content) => void;
};

const WORDS: Record<string, string> = {
  title: 'the name',
  name: 'the technical name',
  description: 'the description',
  tags: 'the tags',
  schedule: 'the schedule',
  definition: 'the conditions',
};

export function ConflictDialog({ saving, edited, onTake }: Props) {
  const { conflict, closeConflict, save, busy } = saving;
  if (!conflict) return null;
  const { mine, theirs, wanted, reason, author } = conflict;
  const both = merged(edited.content, mine, theirs.content);
  const parts = differences(mine, theirs.content).map((part) => WORDS[part]);
  const keep = (content: Content) => {
    onTake(theirs, content);
    void save(wanted, reason, content, theirs);
  };
  return (
    <Modal opened onClose={closeConflict} title="Somebody else saved this rule" size="xl">
      <Stack>
        <Text size="sm">
          {author} saved version {theirs.version} while you edited version {edited.version}.{' '}
          {parts.length > 0
            ? `Yours and theirs differ in ${parts.join(', ')}.`
            : 'Yours says the same.'}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Side title="Yours" content={mine} />
          <Side title="Theirs" content={theirs.content} />
        </SimpleGrid>
        <Group justify="flex-end" gap="xs">
          <Anchor
            href={address(`/rules/edit/${edited.id}`)}
            target="_blank"
            c="var(--mu-text)"
            size="sm"
            mr="auto"
            underline="always"
          >
            Open theirs in a new tab
          </Anchor>
          <Button variant="default" onClick={closeConflict}>
            Keep editing
          </Button>
          <Button
            variant="default"
            onClick={() => {
              onTake(theirs, theirs.content);
              closeConflict();
            }}
          >
            Take theirs
          </Button>
          {both && parts.length > 0 && (
            <Button variant="default" loading={busy} onClick={() => keep(both)}>
              Keep both changes
            </Button>
          )}
          <Button loading={busy} onClick={() => keep(mine)}>
            Keep mine
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Side({ title, content }: { title: string; content: Content }) {
  const text = useQuery(textQuery(content.definition));
  return (
    <section aria-label={title}>
      <Title order={3} size="sm">
        {title}: {content.details.title}
      </Title>
      <Tabs defaultValue="sentence" mt={4}>
        <Tabs.List aria-label={`${title}, as`}>
          <Tabs.Tab value="sentence">Sentence</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="sentence" pt="xs">
          <StateView query={text} skeleton={<SkeletonLines lines={3} />}>
            {(found) => <Text size="sm">{found.sentence}</Text>}
          </StateView>
        </Tabs.Panel>
        <Tabs.Panel value="json" pt="xs">
          <Code block mah={280} style={{ overflow: 'auto' }} tabIndex={0} bg="var(--mu-raised)">
            {writeJson(written(content))}
          </Code>
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}
