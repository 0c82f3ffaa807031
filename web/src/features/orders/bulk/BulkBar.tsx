// What can be done to the chosen orders at once.
import { Button, Group, Paper, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEdit, IconX } from '@tabler/icons-react';
import { count } from '@/lib/format';
import { useDesk } from '../desk';
import { useBench } from '../grid/bench';
import type { Undo } from '../grid/useUndo';
import { chosenCount, isNothing, NOTHING_CHOSEN } from '../selection';
import { useStore } from '../store';
import type { Query } from '../types';
import { BulkDialog } from './BulkDialog';
import classes from './bulk.module.css';

type Props = { query: Query; undo: Undo; onDone: () => void };

export function BulkBar({ query, undo, onDone }: Props) {
  const bench = useBench();
  const desk = useDesk();
  const chosen = useStore(bench.chosen);
  const total = useStore(bench.total);
  const [opened, dialog] = useDisclosure();
  if (isNothing(chosen)) return null;
  const picked = chosenCount(chosen, total);
  return (
    <section className={classes.place} aria-label="Chosen orders">
      <Paper withBorder shadow="lg" p="sm" bg="var(--mu-raised)">
        <Group gap="xs">
          <Text fw={600} role="status" mr="auto" px={4}>
            {picked === null ? 'All that match' : count(picked)} chosen
          </Text>
          {!chosen.all && total !== null && chosen.ids.size < total && (
            <Button
              variant="subtle"
              color="gray"
              onClick={() => bench.chosen.set({ all: true, except: new Set() })}
            >
              Choose all {count(total)} that match
            </Button>
          )}
          {desk.can_edit && (
            <Button
              onClick={dialog.open}
              leftSection={<IconEdit size={16} aria-hidden />}
              disabled={picked === 0}
            >
              Change them
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<IconX size={16} aria-hidden />}
            onClick={() => {
              bench.chosen.set(NOTHING_CHOSEN);
              bench.grid.current?.focus();
            }}
          >
            Choose none
          </Button>
        </Group>
      </Paper>
      <BulkDialog
        opened={opened}
        chosen={chosen}
        query={query}
        undo={undo}
        onClose={dialog.close}
        onDone={() => {
          dialog.close();
          bench.chosen.set(NOTHING_CHOSEN);
          onDone();
        }}
      />
    </section>
  );
}
