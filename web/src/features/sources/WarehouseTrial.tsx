// The warehouse, and what becomes of trying it step by step.
import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconDatabase, IconStethoscope } from '@tabler/icons-react';
import type { Schemas } from '@/api/client';
import { told } from '@/api/errors';
import { duration } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { useTrial } from './queries';

export function WarehouseTrial({ warehouse }: { warehouse: Schemas['WarehouseBody'] }) {
  const trial = useTrial();
  return (
    <Card component="section" aria-label="Warehouse">
      <Group justify="space-between" align="flex-start">
        <Group gap="sm" wrap="nowrap" align="flex-start" flex="1 1 18rem">
          <IconDatabase size={22} aria-hidden style={{ flexShrink: 0 }} />
          <Stack gap={2}>
            <Title order={2}>{warehouse.kind}</Title>
            <Text size="sm" c="dimmed">
              {warehouse.location}
            </Text>
            <Text size="sm">{warehouse.sentence}</Text>
          </Stack>
        </Group>
        <Button
          variant="default"
          leftSection={<IconStethoscope size={16} aria-hidden />}
          loading={trial.isPending}
          onClick={() => trial.mutate()}
        >
          Test the warehouse
        </Button>
      </Group>
      <div aria-live="polite">
        {trial.isError && <ErrorNote {...told(trial.error)} />}
        {trial.data && <Steps trial={trial.data} />}
      </div>
    </Card>
  );
}

function Steps({ trial }: { trial: Schemas['TrialBody'] }) {
  return (
    <Stack gap="xs" mt="md">
      <Text fw={600}>{trial.ok ? 'Everything works.' : 'Something is wrong.'}</Text>
      <Stack component="ol" gap={6} p={0} m={0} style={{ listStyle: 'none' }}>
        {trial.steps.map((step) => (
          <li key={step.name}>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              {step.ok ? (
                <IconCheck size={18} color="var(--mu-good)" aria-label="Passed" role="img" />
              ) : (
                <IconAlertTriangle size={18} color="var(--mu-bad)" aria-label="Failed" role="img" />
              )}
              <Stack gap={0} flex={1}>
                <Text size="sm">
                  <Text span fw={600} size="sm">
                    {step.name}.
                  </Text>{' '}
                  {step.sentence}
                </Text>
                {step.hint && (
                  <Text size="sm" c="dimmed">
                    {step.hint}
                  </Text>
                )}
              </Stack>
              <Text size="sm" c="dimmed" className="mu-numbers">
                {duration(step.seconds)}
              </Text>
            </Group>
          </li>
        ))}
      </Stack>
    </Stack>
  );
}
