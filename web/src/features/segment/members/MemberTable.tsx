// Members as rows: the key first, then what was chosen; each with the way to "why".
import { Button, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { Schemas } from '@/api/client';
import type { Vocabulary } from '@/api/queries';
import { type Column, DataTable } from '@/ui/DataTable';
import { cellText } from '../logic';

type Page = Schemas['muster__api__schemas__member__MemberList'];
type Row = Record<string, unknown>;
type Props = {
  page: Page;
  shown: string[];
  vocabulary: Vocabulary | undefined;
  busy: boolean;
  onWhy: (key: string) => void;
};

const MASK = '***';

export function MemberTable({ page, shown, vocabulary, busy, onWhy }: Props) {
  const key = page.columns[0] ?? '';
  const rows = page.data.map(
    (values): Row => Object.fromEntries(page.columns.map((name, place) => [name, values[place]])),
  );
  const fieldOf = (name: string) =>
    vocabulary?.attributes.find((attribute) => attribute.name === name);
  const keyOf = (row: Row): string => String(row[key]);
  const columns: Column<Row>[] = [
    ...[key, ...shown.filter((name) => name !== key)].map((name): Column<Row> => {
      const field = fieldOf(name);
      return {
        key: name,
        title: field?.label ?? name,
        number: field?.type === 'integer' || field?.type === 'number',
        cell: (row) => <Cell value={row[name]} field={field} first={name === key} />,
      };
    }),
    {
      key: ' why',
      title: 'Why',
      width: 90,
      cell: (row) => (
        <Button
          variant="default"
          size="xs"
          onClick={() => onWhy(keyOf(row))}
          aria-label={`Why is ${keyOf(row)} in, or out?`}
        >
          Why?
        </Button>
      ),
    },
  ];
  return <DataTable label="Members" columns={columns} rows={rows} rowKey={keyOf} busy={busy} />;
}

type CellProps = { value: unknown; field: Schemas['FieldBody'] | undefined; first: boolean };

function Cell({ value, field, first }: CellProps) {
  if (value === MASK)
    return (
      <Text span size="sm" c="dimmed" title="Personal, and hidden">
        <IconLock size={13} aria-hidden /> hidden
      </Text>
    );
  return (
    <Text span size="sm" fw={first ? 600 : undefined}>
      {cellText(value, field)}
    </Text>
  );
}
