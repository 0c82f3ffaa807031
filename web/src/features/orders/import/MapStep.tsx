// What each column stands for, and how its values are read.
import {
  Button,
  Checkbox,
  Group,
  NativeSelect,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { told } from '@/api/errors';
import { plural } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { useDesk } from '../desk';
import { Progress } from './Progress';
import { changeImport, checkImport } from './server';
import type { Import, Options } from './types';

const LEFT_OUT = '';

export function MapStep({ one, onAnother }: { one: Import; onAnother: () => void }) {
  const desk = useDesk();
  const queries = useQueryClient();
  const [mapping, setMapping] = useState(one.mapping);
  const [options, setOptions] = useState(one.options);
  const set = (change: Partial<Options>) => setOptions({ ...options, ...change });
  const check = useMutation({
    mutationFn: async () => {
      await changeImport(one.id, {
        mapping,
        options: { ...options, reason: options.reason ?? '' },
      });
      await checkImport(one.id);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['orders', 'import', one.id] }),
  });
  const targets = [
    { value: LEFT_OUT, label: 'Left out' },
    ...one.targets
      .filter(({ personal }) => !personal || desk.sees_personal)
      .map(({ name, label, of_line }) => ({
        value: name,
        label: of_line ? `${label} (line)` : label,
      })),
  ];
  return (
    <Stack gap="lg">
      <Text>
        <strong>{one.file_name}</strong> has {plural(one.rows, 'row')}. Say what its columns stand
        for.
      </Text>
      {check.isError && <ErrorNote {...told(check.error)} />}
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="Columns of the file" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Begins with</Table.Th>
              <Table.Th>Stands for</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {one.columns.map(({ name, sample }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={600}>
                  {name}
                </Table.Th>
                <Table.Td c="dimmed">{sample.slice(0, 3).join(' · ')}</Table.Td>
                <Table.Td>
                  <NativeSelect
                    size="xs"
                    aria-label={`“${name}” stands for`}
                    value={mapping[name] ?? LEFT_OUT}
                    onChange={(event) =>
                      setMapping({ ...mapping, [name]: event.currentTarget.value || null })
                    }
                    data={targets}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Title order={2} size="h3">
        How it is read
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <NativeSelect
          label="Orders are found by"
          value={options.match}
          onChange={(event) => set({ match: event.currentTarget.value as Options['match'] })}
          data={[
            { value: 'order_id', label: 'their number' },
            { value: 'reference', label: 'their reference' },
          ]}
        />
        <NativeSelect
          label="Decimal mark"
          value={options.decimal}
          onChange={(event) => set({ decimal: event.currentTarget.value as Options['decimal'] })}
          data={[
            { value: '.', label: 'Point: 12.50' },
            { value: ',', label: 'Comma: 12,50' },
          ]}
        />
        <NativeSelect
          label="Dates are"
          value={options.date_format}
          onChange={(event) =>
            set({ date_format: event.currentTarget.value as Options['date_format'] })
          }
          data={[
            { value: 'ymd', label: 'Year, month, day' },
            { value: 'dmy', label: 'Day, month, year' },
            { value: 'mdy', label: 'Month, day, year' },
          ]}
        />
        <TextInput
          label="Time zone"
          description="Of dates that name none"
          value={options.time_zone}
          onChange={(event) => set({ time_zone: event.currentTarget.value })}
        />
        <NativeSelect
          label="An empty cell"
          description="Of an order that is there"
          value={options.empty}
          onChange={(event) => set({ empty: event.currentTarget.value as Options['empty'] })}
          data={[
            { value: 'leave', label: 'changes nothing' },
            { value: 'clear', label: 'empties the field' },
          ]}
        />
        <TextInput
          label="Why"
          description="For steps that need a reason"
          value={options.reason ?? ''}
          onChange={(event) => set({ reason: event.currentTarget.value })}
          maxLength={500}
        />
      </SimpleGrid>
      <Group>
        <Checkbox
          label="Make orders that are not there"
          checked={options.create}
          onChange={(event) => set({ create: event.currentTarget.checked })}
        />
        <Checkbox
          label="Change orders that are there"
          checked={options.update}
          onChange={(event) => set({ update: event.currentTarget.checked })}
        />
      </Group>
      {check.isPending && <Progress id={one.id} />}
      <Group justify="space-between">
        <Button variant="default" onClick={onAnother}>
          Another file
        </Button>
        <Button onClick={() => check.mutate()} loading={check.isPending}>
          Try it out
        </Button>
      </Group>
    </Stack>
  );
}
