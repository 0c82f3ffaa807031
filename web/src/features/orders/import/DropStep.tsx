// The file; and what was imported before.
import { Anchor, Button, FileButton, Group, Stack, Text, Title } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { told } from '@/api/errors';
import { count } from '@/lib/format';
import { DataTable } from '@/ui/DataTable';
import { ErrorNote } from '@/ui/ErrorNote';
import { Moment } from '@/ui/Moment';
import { inWords } from '../fields';
import classes from './import.module.css';
import { importsQuery, sendFile } from './server';

export function DropStep({ onChosen }: { onChosen: (id: number) => void }) {
  const [over, setOver] = useState(false);
  const send = useMutation({ mutationFn: sendFile, onSuccess: ({ id }) => onChosen(id) });
  const take = (file: File | null | undefined) => file && send.mutate(file);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <Stack gap="lg">
      {send.isError && <ErrorNote {...told(send.error)} />}
      <section
        aria-label="The file"
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileSpreadsheet size={36} stroke={1.4} aria-hidden />
        <Text>Drop a CSV or Excel file here</Text>
        <FileButton onChange={take} accept=".csv,.tsv,.txt,.xlsx">
          {(props) => (
            <Button {...props} loading={send.isPending}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          One row for each order, or for each line of an order. Up to 50 MB.
        </Text>
      </section>
      <Before onChosen={onChosen} />
    </Stack>
  );
}

function Before({ onChosen }: { onChosen: (id: number) => void }) {
  const items = useQuery(importsQuery).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Stack component="section" aria-label="Imports so far" gap="xs">
      <Group>
        <Title order={2} size="h3">
          Imports so far
        </Title>
      </Group>
      <DataTable
        label="Imports so far"
        rows={items}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'file',
            title: 'File',
            cell: (one) =>
              one.mine ? (
                <Anchor component="button" c="var(--mu-text)" onClick={() => onChosen(one.id)}>
                  {one.file_name}
                </Anchor>
              ) : (
                one.file_name
              ),
          },
          { key: 'state', title: 'State', cell: ({ state }) => inWords(state), width: 120 },
          { key: 'rows', title: 'Rows', number: true, cell: ({ rows }) => count(rows), width: 100 },
          { key: 'who', title: 'Who', cell: ({ actor }) => actor, width: 180 },
          {
            key: 'when',
            title: 'When',
            cell: ({ created_at }) => <Moment at={created_at} />,
            width: 140,
          },
        ]}
      />
    </Stack>
  );
}
