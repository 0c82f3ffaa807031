// Where everybody else goes: what each condition leaves, takes away, and does to the whole.
import { Group, SegmentedControl, Stack, Text, UnstyledButton } from '@mantine/core';
import { count, signed } from '@/lib/format';
import type { Live } from '../queries';
import classes from './Live.module.css';
import { type StepRow, stepRows } from './steps';

export type Order = 'written' | 'narrowing';

type Props = {
  answer: Live;
  order: Order;
  onOrder: (order: Order) => void;
  isSelected: (path: string) => boolean;
  onSelect: (path: string) => void;
};

export function Steps({ answer, order, onOrder, isSelected, onSelect }: Props) {
  const rows = stepRows(answer);
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Order of the conditions"
        value={order}
        onChange={(value) => onOrder(value as Order)}
        data={[
          { value: 'written', label: 'As written' },
          { value: 'narrowing', label: 'Narrowest first' },
        ]}
      />
      <ol className={classes.rows}>
        {rows.map((row) => (
          <li key={row.path}>
            {row.kind === 'everyone' ? (
              <div className={classes.step}>
                <StepBar row={row} />
              </div>
            ) : (
              <UnstyledButton
                className={classes.step}
                data-selected={isSelected(row.path) || undefined}
                onClick={() => onSelect(row.path)}
              >
                <StepBar row={row} />
              </UnstyledButton>
            )}
          </li>
        ))}
      </ol>
    </Stack>
  );
}

function StepBar({ row }: { row: StepRow }) {
  const facts = [
    row.lost > 0 ? `${count(row.lost)} fall out` : 'nobody falls out',
    row.unknown > 0 && `${count(row.unknown)} of them unknown`,
    row.without !== null && row.without !== 0 && `without it ${signed(row.without)}`,
    row.nearly !== null && row.nearly !== row.without && `${count(row.nearly)} fail only this one`,
  ].filter(Boolean);
  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
        <Text size="sm" className={classes.clamped} title={row.words}>
          {row.words}
        </Text>
        <Text size="sm" fw={700} className="mu-numbers">
          {count(row.size)}
        </Text>
      </Group>
      <div className={classes.bar} aria-hidden>
        <span className={classes.stays} style={{ width: `${row.stays * 100}%` }} />
        <span
          className={classes.goes}
          style={{ left: `${row.stays * 100}%`, width: `${row.goes * 100}%` }}
        />
      </div>
      {row.kind !== 'everyone' && (
        <Text size="xs" c="dimmed" mt={4}>
          {facts.join(' · ')}
        </Text>
      )}
    </>
  );
}
