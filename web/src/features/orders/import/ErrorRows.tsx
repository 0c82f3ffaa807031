// Rows with errors; their cells are mended in place and checked again at once.
import { Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { told } from '@/api/errors';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { toastDone } from '@/ui/toast';
import { errorRowsQuery, mendRow } from './server';
import type { CellError, Import, ImportRow } from './types';

export function ErrorRows({ one }: { one: Import }) {
  const found = useQuery(errorRowsQuery(one.id));
  const columns = one.columns.map(({ name }) => name).filter((name) => one.mapping[name]);
  return (
    <StateView query={found} skeleton={<SkeletonLines lines={5} />}>
      {({ items, next }) => (
        <Stack gap="xs">
          <Table.ScrollContainer minWidth={columns.length * 130} mah={480}>
            <Table aria-label="Rows with errors" verticalSpacing={6} stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Row</Table.Th>
                  {columns.map((name) => (
                    <Table.Th key={name}>{name}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((row) => (
                  <Row key={row.row_no} id={one.id} row={row} columns={columns} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {next !== null && (
            <Text size="sm" c="dimmed">
              The first 100 are here; the others follow as these are mended.
            </Text>
          )}
        </Stack>
      )}
    </StateView>
  );
}

function Row({ id, row, columns }: { id: number; row: ImportRow; columns: string[] }) {
  const queries = useQueryClient();
  const [refused, setRefused] = useState<string | null>(null);
  const mend = useMutation({
    mutationFn: (cells: Record<string, string>) => mendRow(id, row.row_no, cells),
    onSuccess: async ({ rows }) => {
      setRefused(null);
      const now = rows.find(({ row_no }) => row_no === row.row_no);
      if (now && now.outcome !== 'error') toastDone(`Row ${row.row_no} is mended.`);
      await queries.invalidateQueries({ queryKey: ['orders', 'import', id] });
    },
    onError: (error) => setRefused(told(error).sentence),
  });
  const whole = row.errors.filter(({ column }) => column === null);
  return (
    <Table.Tr aria-busy={mend.isPending}>
      <Table.Th scope="row">
        {row.row_no}
        {[...whole.map(({ sentence }) => sentence), ...(refused ? [refused] : [])].map((words) => (
          <Text key={words} size="xs" className="mu-fault">
            {words}
          </Text>
        ))}
      </Table.Th>
      {columns.map((name) => (
        <Table.Td key={name} style={{ verticalAlign: 'top' }}>
          <Cell
            label={`${name} of row ${row.row_no}`}
            value={row.cells[name] ?? ''}
            error={row.errors.find(({ column }) => column === name)}
            open={whole.length > 0}
            onMend={(text) => mend.mutate({ [name]: text })}
          />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

type CellProps = {
  label: string;
  value: string;
  error: CellError | undefined;
  /** The row as a whole is wrong: any of its cells may be to blame. */
  open: boolean;
  onMend: (text: string) => void;
};

function Cell({ label, value, error, open, onMend }: CellProps) {
  const [text, setText] = useState(value);
  if (!error && !open) return <Text size="sm">{value}</Text>;
  const send = () => text !== value && onMend(text);
  return (
    <TextInput
      size="xs"
      miw={120}
      aria-label={label}
      value={text}
      error={error?.sentence}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={send}
      onKeyDown={(event) => {
        if (event.key === 'Enter') send();
        if (event.key === 'Escape') setText(value);
      }}
    />
  );
}
