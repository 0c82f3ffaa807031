// What can be done to the chosen segments at once, how far it is, and what failed.
import {
  Button,
  CloseButton,
  Group,
  List,
  Paper,
  Progress,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { IconArchive, IconCircles, IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { refreshRules } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { plural } from '@/lib/format';
import { confirm } from '@/ui/confirm';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone, toastError } from '@/ui/toast';
import { AddTag } from './AddTag';
import classes from './BulkBar.module.css';
import { type Failure, type Progress as HowFar, runEach } from './bulk';
import type { SegmentRow } from './logic';
import { archiveRule, retagRule, triggerRules, unarchiveRule } from './queries';
import type { Chosen } from './SegmentsPage';

const FEWEST_COMPARED = 2;
const MOST_COMPARED = 6;

type Props = { chosen: Chosen; onDone: () => void };

export function BulkBar({ chosen, onDone }: Props) {
  const { can } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [far, setFar] = useState<HowFar | null>(null);
  const [failures, setFailures] = useState<Failure[]>([]);
  const rows = [...chosen.values()];
  const names = rows.map(({ name }) => name);
  const comparable = rows.length >= FEWEST_COMPARED && rows.length <= MOST_COMPARED;

  const each = async (
    items: SegmentRow[],
    act: (row: SegmentRow) => Promise<unknown>,
    said: (done: number) => string,
    undo?: (row: SegmentRow) => Promise<unknown>,
  ) => {
    setFailures([]);
    const { done, failures } = await runEach(items, act, ({ title }) => title, setFar);
    setFar(null);
    setFailures(failures);
    void refreshRules(queries);
    if (failures.length === 0) onDone();
    if (done.length === 0) return;
    const back =
      undo &&
      (() => void each(done, undo, (count) => `${plural(count, 'segment')} back as before.`));
    toastDone(said(done.length), { undo: back });
  };
  const refresh = async () => {
    try {
      const { run } = await triggerRules(rows.map(({ rule }) => rule.name));
      toastDone(`${plural(rows.length, 'segment')} queued for refresh.`, {
        link: {
          label: 'Watch the run',
          go: () => void navigate({ to: '/runs/$runId', params: { runId: String(run.id) } }),
        },
      });
      onDone();
    } catch (error) {
      toastError(error);
    }
  };
  const archive = () =>
    confirm({
      title: `Archive ${plural(rows.length, 'segment')}?`,
      body: 'Archived rules are not evaluated any more; their segments stay as they are. It can be undone.',
      confirm: 'Archive',
      onConfirm: () =>
        void each(
          rows.filter(({ status }) => status !== 'archived'),
          ({ rule }) => archiveRule(rule.id),
          (count) => `${plural(count, 'segment')} archived.`,
          ({ rule }) => unarchiveRule(rule.id),
        ),
    });
  const addTag = (tag: string) =>
    void each(
      rows,
      ({ rule }) => retagRule(rule.id, (tags) => (tags.includes(tag) ? tags : [...tags, tag])),
      (count) => `“${tag}” added to ${plural(count, 'segment')}.`,
      ({ rule, tags: before }) =>
        retagRule(rule.id, (tags) => (before.includes(tag) ? tags : tags.filter((t) => t !== tag))),
    );

  if (rows.length === 0 && failures.length === 0) return null;
  return (
    <section className={classes.place} aria-label="Chosen segments">
      <Paper withBorder shadow="lg" p="sm" bg="var(--mu-raised)">
        <Stack gap="sm">
          {failures.length > 0 && <Failures failures={failures} onClose={() => setFailures([])} />}
          {far && (
            <Progress.Root size="md">
              <Progress.Section
                value={(far.done / Math.max(1, far.of)) * 100}
                aria-label={`${far.done} of ${far.of} done`}
              />
            </Progress.Root>
          )}
          {rows.length > 0 && (
            <Group gap="xs">
              <Text fw={600} role="status" mr="auto" px={4}>
                {far ? `${far.done} of ${far.of} done` : `${rows.length} chosen`}
              </Text>
              <Button
                variant="default"
                onClick={refresh}
                disabled={!can('run') || far !== null}
                leftSection={<IconRefresh size={16} aria-hidden />}
              >
                Refresh
              </Button>
              <Tooltip
                label={`Choose ${FEWEST_COMPARED} to ${MOST_COMPARED} to compare them`}
                disabled={comparable}
              >
                <Button
                  variant="default"
                  data-disabled={!comparable || undefined}
                  aria-disabled={!comparable}
                  onClick={() =>
                    comparable && navigate({ to: '/compare', search: { of: names.join(',') } })
                  }
                  leftSection={<IconCircles size={16} aria-hidden />}
                >
                  Compare
                </Button>
              </Tooltip>
              {can('edit') && (
                <>
                  <AddTag onAdd={addTag} disabled={far !== null} />
                  <Button
                    variant="default"
                    onClick={archive}
                    disabled={far !== null}
                    leftSection={<IconArchive size={16} aria-hidden />}
                  >
                    Archive
                  </Button>
                </>
              )}
              <CloseButton aria-label="Choose none" onClick={onDone} disabled={far !== null} />
            </Group>
          )}
        </Stack>
      </Paper>
    </section>
  );
}

function Failures({ failures, onClose }: { failures: Failure[]; onClose: () => void }) {
  return (
    <Group align="flex-start" wrap="nowrap">
      <ErrorNote
        sentence={`${plural(failures.length, 'segment')} could not be changed.`}
        action={
          <List size="sm">
            {failures.map(({ name, sentence }) => (
              <List.Item key={name}>
                <b>{name}</b>: {sentence}
              </List.Item>
            ))}
          </List>
        }
      />
      <CloseButton aria-label="Hide what failed" onClick={onClose} />
    </Group>
  );
}
