// How far the server is with an import.
import { Progress as Bar, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { count } from '@/lib/format';
import { importQuery } from './server';

const WORDS = { check: 'Trying out', apply: 'Working out', write: 'Writing' };

export function Progress({ id }: { id: number }) {
  const progress = useQuery({ ...importQuery(id), refetchInterval: 700 }).data?.summary.progress;
  if (!progress) return null;
  const { doing, done, of } = progress;
  return (
    <Stack gap={4}>
      <Text size="sm" role="status">
        {WORDS[doing]}: {count(done)} of {count(of)} rows
      </Text>
      <Bar.Root size="md">
        <Bar.Section value={(done / Math.max(1, of)) * 100} aria-label="How far it is" />
      </Bar.Root>
    </Stack>
  );
}
