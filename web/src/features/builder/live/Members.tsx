// Some of who is in, with personal values hidden; each leads to why. Anybody else by their key.
import { Button, Group, ScrollArea, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { IconUserSearch } from '@tabler/icons-react';
import { NOTHING } from '@/lib/format';
import type { Live } from '../queries';

type Props = {
  answer: Live;
  /** The column of the key. */
  keyName: string;
  labels: ReadonlyMap<string, string>;
  onWhy: (key: string | null) => void;
};

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return NOTHING;
  return Array.isArray(value) ? value.join(', ') : String(value);
};

export function Members({ answer, keyName, labels, onWhy }: Props) {
  const sample = answer.sample;
  if (!sample) return null;
  const place = Math.max(0, sample.columns.indexOf(keyName));
  return (
    <Stack gap="sm">
      {sample.data.length === 0 ? (
        <Text c="dimmed">Nobody is in.</Text>
      ) : (
        <ScrollArea
          type="auto"
          offsetScrollbars="x"
          viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': 'Some members' }}
        >
          <Table fz="sm" verticalSpacing={4} horizontalSpacing="xs" aria-label="Some members">
            <Table.Thead>
              <Table.Tr>
                {sample.columns.map((column) => (
                  <Table.Th key={column} style={{ whiteSpace: 'nowrap' }}>
                    {labels.get(column) ?? column}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sample.data.map((row) => (
                <Table.Tr key={String(row[place])}>
                  {row.map((value, column) => (
                    <Table.Td key={sample.columns[column]} style={{ whiteSpace: 'nowrap' }}>
                      {column === place ? (
                        <UnstyledButton
                          td="underline"
                          fz="sm"
                          mih={24}
                          aria-label={`Why is ${value} in?`}
                          onClick={() => onWhy(String(value))}
                        >
                          {shown(value)}
                        </UnstyledButton>
                      ) : (
                        shown(value)
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      )}
      {sample.masked.length > 0 && (
        <Text size="xs" c="dimmed">
          Personal values are hidden:{' '}
          {sample.masked.map((one) => labels.get(one) ?? one).join(', ')}.
        </Text>
      )}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconUserSearch size={16} aria-hidden />}
          onClick={() => onWhy(null)}
        >
          Check a person
        </Button>
      </Group>
    </Stack>
  );
}
