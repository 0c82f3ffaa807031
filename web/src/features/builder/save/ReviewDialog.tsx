// Before a published rule changes: who enters, who leaves, what else is touched, and why.
import { Alert, Button, Group, Modal, Stack, Table, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconUserCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { count, percent, signed } from '@/lib/format';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { type Content, canonical } from '../document';
import { type Edited, planOf, type Saving } from './useSaving';

type Props = { saving: Saving; edited: Edited; content: Content };
type Effect = Schemas['RulePlanBody']['effects'][number];

const CHANGE: Record<Effect['change'], string> = {
  new: 'New',
  changed: 'This rule',
  described: 'Only described anew',
  unchanged: 'Unchanged',
  child: 'Made of it',
};

export function ReviewDialog({ saving, edited, content }: Props) {
  const { review, closeReview, save, busy } = saving;
  const [reason, setReason] = useState('');
  const plan = useQuery({
    queryKey: ['plan', edited.id, edited.version, canonical(content)],
    queryFn: () => planOf(edited, content),
    enabled: review !== null,
    gcTime: 0,
    retry: false,
  });
  const waits = plan.data?.needs_approval ?? false;
  return (
    <Modal opened={review !== null} onClose={closeReview} title="What this changes" size="lg">
      <Stack>
        <StateView query={plan} skeleton={<SkeletonLines lines={4} />}>
          {(found) => <PlanView plan={found} />}
        </StateView>
        <Textarea
          label="Why"
          description="Kept with the version; empty if there is nothing to say"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={closeReview}>
            Keep editing
          </Button>
          <Button
            loading={busy}
            disabled={plan.isPending}
            onClick={() => review && void save(review, reason)}
          >
            {waits ? 'Ask for approval' : 'Publish'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function PlanView({ plan }: { plan: Schemas['RulePlanBody'] }) {
  return (
    <Stack gap="sm">
      <Text size="sm">{plan.sentence}</Text>
      {plan.needs_approval && (
        <Alert
          color="gray"
          icon={<IconUserCheck size={18} color="var(--mu-warn)" aria-hidden />}
          title="This needs somebody else’s approval"
        >
          {percent(plan.moved_share)} of a segment’s members move. It is kept as a draft until
          somebody approves it.
        </Alert>
      )}
      {!plan.measured && (
        <Text size="sm" c="dimmed">
          There is no data to measure the change with yet.
        </Text>
      )}
      <Table.ScrollContainer minWidth={420}>
        <Table aria-label="Effects" fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Segment</Table.Th>
              <Table.Th ta="right">Now</Table.Th>
              <Table.Th ta="right">Then</Table.Th>
              <Table.Th ta="right">Enter</Table.Th>
              <Table.Th ta="right">Leave</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="mu-numbers">
            {plan.effects.map((effect) => (
              <Table.Tr key={effect.name}>
                <Table.Td>
                  {effect.name}
                  <Text size="xs" c="dimmed">
                    {CHANGE[effect.change]}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">{count(effect.size_before)}</Table.Td>
                <Table.Td ta="right">{count(effect.size_after)}</Table.Td>
                <Table.Td ta="right">{signed(effect.entered)}</Table.Td>
                <Table.Td ta="right">
                  {effect.left === null ? count(null) : signed(-effect.left)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {plan.warnings.map((one) => (
        <Group key={`${one.code} ${one.path}`} gap="xs" wrap="nowrap" align="flex-start">
          <IconAlertTriangle
            size={16}
            color="var(--mu-warn)"
            aria-label="Warning"
            style={{ flexShrink: 0, marginTop: 2 }}
          />
          <Text size="sm">
            {one.sentence} {one.hint}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
