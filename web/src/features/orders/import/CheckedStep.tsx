// What the file would do, nothing of it done yet: its errors are mended here, then it is applied.
import { Anchor, Button, Group, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { address } from '@/api/client';
import { told } from '@/api/errors';
import { count, plural } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { Stat } from '@/ui/Stat';
import { toastError } from '@/ui/toast';
import { ImpactView } from '../bulk/ImpactView';
import { useDesk } from '../desk';
import { amount, fieldLabel, inWords } from '../fields';
import { ErrorRows } from './ErrorRows';
import { Progress } from './Progress';
import { applyImport, changeImport, foreseeImport } from './server';
import type { Import } from './types';

export function CheckedStep({ one, onAnother }: { one: Import; onAnother: () => void }) {
  const desk = useDesk();
  const queries = useQueryClient();
  const { summary } = one;
  const errors = summary.errors ?? 0;
  const again = () => queries.invalidateQueries({ queryKey: ['orders'] });
  const apply = useMutation({
    mutationFn: (skip: boolean) => applyImport(one.id, skip),
    onSettled: again,
  });
  const back = useMutation({
    mutationFn: () => changeImport(one.id, { mapping: one.mapping }),
    onSuccess: again,
    onError: toastError,
  });
  const figures: [string, number | null][] = [
    ['Rows for new orders', summary.insert],
    ['Rows that change orders', summary.update],
    ['Rows that say what is there', summary.same],
    ['Rows with errors', summary.errors],
  ];
  return (
    <Stack gap="lg">
      <Text>
        Nothing is written yet. This is what <strong>{one.file_name}</strong> would do
        {summary.amount !== null &&
          `; the totals of all orders would move by ${amount(summary.amount)} ${desk.currency}`}
        .
      </Text>
      {apply.isError && <ErrorNote {...told(apply.error)} />}
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {figures.map(([label, value]) => (
          <Stat key={label} label={label} value={count(value)} />
        ))}
      </SimpleGrid>
      {errors > 0 && (
        <Stack component="section" aria-label="Errors" gap="xs">
          <Group justify="space-between">
            <Title order={2} size="h3">
              Errors
            </Title>
            <Anchor href={address(`/api/orders/imports/${one.id}/errors.csv`)} download size="sm">
              All errors as a file
            </Anchor>
          </Group>
          <List size="sm">
            {summary.error_kinds.slice(0, 10).map(({ code, field, count: many }) => (
              <List.Item key={`${code} ${field}`}>
                {field ? `${fieldLabel(desk, field)}: ` : ''}
                {inWords(code.toLowerCase())}, {plural(many, 'row')}
              </List.Item>
            ))}
          </List>
          <ErrorRows one={one} />
        </Stack>
      )}
      <Foreseen key={one.updated_at} id={one.id} />
      {apply.isPending && <Progress id={one.id} />}
      <Group justify="space-between">
        <Group gap="xs">
          <Button variant="default" onClick={onAnother}>
            Another file
          </Button>
          <Button variant="default" onClick={() => back.mutate()} loading={back.isPending}>
            Back to the columns
          </Button>
        </Group>
        <Button
          onClick={() => apply.mutate(errors > 0)}
          loading={apply.isPending}
          disabled={(summary.insert ?? 0) + (summary.update ?? 0) === 0}
        >
          {errors > 0 ? `Import all but ${plural(errors, 'row')}` : 'Import'}
        </Button>
      </Group>
    </Stack>
  );
}

/** Whom it would move between segments: worked out when asked, for it takes as long as importing. */
function Foreseen({ id }: { id: number }) {
  const ask = useMutation({ mutationFn: () => foreseeImport(id) });
  if (ask.data) return <ImpactView impact={ask.data} />;
  return (
    <Stack gap="xs" align="flex-start">
      {ask.isError && <ErrorNote {...told(ask.error)} />}
      <Button variant="default" onClick={() => ask.mutate()} loading={ask.isPending}>
        What would it move?
      </Button>
    </Stack>
  );
}
