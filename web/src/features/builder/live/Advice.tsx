// What may not be meant, and what is there already: warnings and proven reuse, each with its way.
import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRecycle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { reuseQuery } from '../queries';
import type { Editor } from '../tree/editor';
import classes from './Live.module.css';
import type { LiveSize } from './useLive';

const MOST_SHOWN = 4;
/** Relations that are told; the others only say what is there. */
const USEFUL = new Set(['equal', 'composed', 'part']);
/** Warnings that say again what reuse offers with a button. */
const TOLD_BY_REUSE = new Set(['DUPLICATE_SEGMENT', 'SUBSET_OF_SEGMENT']);

type Props = {
  live: LiveSize;
  editor: Editor;
  name: string | null;
  canEdit: boolean;
  onJump: (path: string) => void;
};

export function Advice({ live, editor, name, canEdit, onJump }: Props) {
  const { answer, answered, busy } = live;
  const reuse = useQuery(reuseQuery(busy ? null : (answered?.definition ?? null), name));
  const offers = busy
    ? []
    : (reuse.data?.items ?? []).filter((one) => USEFUL.has(one.relation)).slice(0, MOST_SHOWN);
  const warnings = (answer?.warnings ?? []).filter(
    (one) => offers.length === 0 || !TOLD_BY_REUSE.has(one.code),
  );
  if (warnings.length === 0 && offers.length === 0) return null;
  return (
    <Card component="section" aria-label="Advice" padding="sm">
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {warnings.slice(0, MOST_SHOWN).map((one) => (
          <Group
            component="li"
            key={`${one.code} ${one.path}`}
            wrap="nowrap"
            align="flex-start"
            gap="xs"
          >
            <IconAlertTriangle
              size={16}
              color="var(--mu-warn)"
              className={classes.sign}
              aria-label="Warning"
            />
            <Text size="sm">
              {one.sentence} {/* What to press about a condition stands at the condition. */}
              {one.hint && one.path === '$' && (
                <Text span c="dimmed">
                  {one.hint}
                </Text>
              )}
              {one.path !== '$' && (
                <Anchor
                  component="button"
                  size="sm"
                  underline="always"
                  onClick={() => onJump(one.path)}
                >
                  Show it
                </Anchor>
              )}
            </Text>
          </Group>
        ))}
        {offers.map((offer) => (
          <Group
            component="li"
            key={`${offer.relation} ${offer.path} ${offer.segments.join()}`}
            wrap="nowrap"
            align="flex-start"
            gap="xs"
          >
            <IconRecycle
              size={16}
              color="var(--mu-info)"
              className={classes.sign}
              aria-label="Can be reused"
            />
            <Stack gap={4}>
              <Text size="sm">{offer.sentence}</Text>
              {canEdit && offer.definition != null && (
                <Button
                  size="compact-xs"
                  variant="default"
                  w="fit-content"
                  onClick={() => editor.load(offer.definition)}
                >
                  Use {offer.segments.length > 1 ? 'them' : `“${offer.segments[0]}”`} instead
                </Button>
              )}
            </Stack>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
