// Where a run's time went, longest first.
import { Box, Card, Group, Stack, Text, Title } from '@mantine/core';
import { count, duration } from '@/lib/format';
import type { Stage } from './logic';

const SHOWN = 8;

export function Stages({ stages }: { stages: Stage[] }) {
  const sorted = [...stages].sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
  const longest = sorted[0]?.seconds || 1;
  return (
    <Stack gap="sm" component="section" aria-label="Where the time went">
      <Title order={2}>Where the time went</Title>
      <Card>
        <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {sorted.map((stage, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two stages may say the same
            <li key={place}>
              <Group justify="space-between" wrap="nowrap" gap="sm">
                <Text size="sm">{stage.what}</Text>
                <Text size="sm" c="dimmed" className="mu-numbers" style={{ whiteSpace: 'nowrap' }}>
                  {duration(stage.seconds)}
                  {stage.rows > 0 && ` · ${count(stage.rows)} rows`}
                </Text>
              </Group>
              <Box h={4} mt={4} bg="var(--mu-line)" style={{ borderRadius: 2 }} aria-hidden>
                <Box
                  h={4}
                  bg="var(--mu-series-1)"
                  style={{ borderRadius: 2, width: `${(stage.seconds / longest) * 100}%` }}
                />
              </Box>
            </li>
          ))}
        </Stack>
      </Card>
    </Stack>
  );
}
