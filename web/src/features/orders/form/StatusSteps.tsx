// Where an order is on its way, and the steps it may take from there.
import { Button, Group, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconArrowRight, IconCheck } from '@tabler/icons-react';
import { useDesk } from '../desk';
import { statusLabel, USUAL } from '../statuses';
import type { NextStatus, OrderDetail } from '../types';
import classes from './form.module.css';

type Props = {
  detail: OrderDetail;
  /** The status that was chosen but not saved. */
  chosen: string | null;
  reason: string;
  readOnly: boolean;
  error: string | undefined;
  id: string;
  onChoose: (status: string | null) => void;
  onReason: (reason: string) => void;
};

export function StatusSteps(props: Props) {
  const { detail, chosen, reason, readOnly, error, id, onChoose, onReason } = props;
  const desk = useDesk();
  const now = String(detail.order.status);
  const step = detail.next.find(({ status }) => status === chosen);
  const place = USUAL.indexOf(now);
  return (
    <Stack gap="sm">
      <ol className={classes.steps} aria-label="The way of an order">
        {USUAL.map((status, at) => (
          <li
            key={status}
            className={classes.step}
            data-done={place >= 0 && at < place ? true : undefined}
            aria-current={status === now ? 'step' : undefined}
          >
            {place >= 0 && at < place && <IconCheck size={14} aria-hidden />}
            {statusLabel(desk, status)}
          </li>
        ))}
      </ol>
      {place < 0 && (
        <Text size="sm">
          It is <strong>{statusLabel(desk, now)}</strong>
          {detail.order.held_from &&
            `, and was ${statusLabel(desk, detail.order.held_from)} before`}
          .
        </Text>
      )}
      {!readOnly && (
        <Group gap="xs" id={id} tabIndex={-1} role="group" aria-label="Next step">
          {detail.next.map((next) => (
            <Step
              key={next.status}
              next={next}
              chosen={next.status === chosen}
              onChoose={() => onChoose(next.status === chosen ? null : next.status)}
            />
          ))}
          {detail.next.length === 0 && (
            <Text size="sm" c="dimmed">
              No step leads on from here.
            </Text>
          )}
        </Group>
      )}
      {error && (
        <Text size="sm" className="mu-fault">
          {error}
        </Text>
      )}
      {(step?.reason_required || (step && reason)) && (
        <TextInput
          label={`Why does it become ${statusLabel(desk, chosen)}?`}
          withAsterisk
          value={reason}
          onChange={(event) => onReason(event.currentTarget.value)}
          maxLength={500}
        />
      )}
    </Stack>
  );
}

type StepProps = { next: NextStatus; chosen: boolean; onChoose: () => void };

function Step({ next, chosen, onChoose }: StepProps) {
  const desk = useDesk();
  return (
    <Tooltip label={next.why ?? ''} disabled={next.allowed}>
      <Button
        size="xs"
        variant={chosen ? 'filled' : 'default'}
        aria-pressed={chosen}
        data-disabled={!next.allowed || undefined}
        aria-disabled={!next.allowed}
        onClick={() => next.allowed && onChoose()}
        leftSection={<IconArrowRight size={14} aria-hidden />}
      >
        {statusLabel(desk, next.status)}
      </Button>
    </Tooltip>
  );
}
