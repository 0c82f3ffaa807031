// Who is nearly in: they would be members if one single condition were true of them.
import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { count } from '@/lib/format';
import type { Live } from '../queries';
import classes from './Live.module.css';

type Props = {
  answer: Live;
  noun: string;
  onSelect: (path: string) => void;
  onWhy: (key: string) => void;
};

export function NearMisses({ answer, noun, onSelect, onWhy }: Props) {
  const found = answer.near_misses;
  if (!found) return null;
  if (found.reason) return <Text c="dimmed">{found.reason}</Text>;
  const rows = found.conditions
    .filter((one) => one.false + one.unknown > 0)
    .sort((one, other) => other.false + other.unknown - one.false - one.unknown);
  if (rows.length === 0)
    return <Text c="dimmed">Nobody is out because of one single condition.</Text>;
  const most = Math.max(...rows.map((one) => one.false + one.unknown));
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {count(found.total)} {noun} are one condition away.
      </Text>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.path} className={classes.step}>
            <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
              <Text size="sm">
                <Anchor
                  component="button"
                  size="sm"
                  c="var(--mu-text)"
                  ta="left"
                  onClick={() => onSelect(row.path)}
                >
                  {row.sentence}
                </Anchor>
              </Text>
            </Group>
            <div className={classes.bar} aria-hidden>
              <span
                className={classes.stays}
                style={{ width: `${((row.false + row.unknown) / most) * 100}%` }}
              />
            </div>
            <Text size="sm" mt={4}>
              <Text span fw={700}>
                {count(row.false + row.unknown)}
              </Text>{' '}
              fail only this one{row.unknown > 0 && `, ${count(row.unknown)} of them unknown`}
            </Text>
            {row.samples.length > 0 && (
              <Group gap={4} mt={4}>
                <Text size="xs" c="dimmed">
                  For example
                </Text>
                {row.samples.map((key) => (
                  <Button
                    key={key}
                    size="compact-xs"
                    variant="default"
                    aria-label={`Why is ${key} out?`}
                    onClick={() => onWhy(String(key))}
                  >
                    {key}
                  </Button>
                ))}
              </Group>
            )}
          </li>
        ))}
      </ul>
    </Stack>
  );
}
