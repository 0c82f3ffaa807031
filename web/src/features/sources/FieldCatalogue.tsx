// The fields of one table: what they mean, how full they are, and what stands in them most.
import { Box, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconEyeOff, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { count, duration, percent } from '@/lib/format';
import { Chip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { ShareBar } from '@/ui/ShareBar';
import { StateView } from '@/ui/StateView';
import { personalWord, spanWord, typeWord, valueWord } from './logic';
import { type FieldProfile, profileQuery, type Source } from './queries';

const SHOWN_VALUES = 4;

export function FieldCatalogue({ source }: { source: Source }) {
  const found = useQuery(profileQuery(source.name));
  const [words, setWords] = useState('');
  const fits = (field: FieldProfile) =>
    `${field.name} ${field.label} ${field.description}`.toLowerCase().includes(words.toLowerCase());
  return (
    <Stack gap="sm" component="section" aria-label={`Fields of ${source.label}`}>
      <Group justify="space-between">
        <Title order={2}>Fields of {source.label}</Title>
        <TextInput
          type="search"
          aria-label="Find a field"
          placeholder="Find a field"
          data-search
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          leftSection={<IconSearch size={16} aria-hidden />}
        />
      </Group>
      <StateView query={found}>
        {(profile) => {
          const rows = profile.fields.filter(fits);
          if (rows.length === 0) return <Text c="dimmed">No field fits “{words}”.</Text>;
          return (
            <>
              <DataTable
                label={`Fields of ${source.label}`}
                columns={COLUMNS}
                rows={rows}
                rowKey={(field) => field.name}
              />
              <Text size="sm" c="dimmed">
                {count(profile.rows)} rows were looked at in {duration(profile.seconds)}.
                {profile.synthetic && ' The data is generated.'}
              </Text>
            </>
          );
        }}
      </StateView>
    </Stack>
  );
}

const COLUMNS: Column<FieldProfile>[] = [
  {
    key: 'name',
    title: 'Field',
    cell: (field) => (
      <Box>
        <Group gap="xs">
          <Text fw={600}>{field.label}</Text>
          {personalWord(field.pii) && (
            <Chip tone="warn" icon={<IconEyeOff size={12} aria-hidden />}>
              {personalWord(field.pii)}
            </Chip>
          )}
        </Group>
        <Text size="sm" c="dimmed" ff="monospace">
          {field.name}
        </Text>
        {field.description && (
          <Text size="sm" c="dimmed" maw="24rem">
            {field.description}
          </Text>
        )}
      </Box>
    ),
  },
  { key: 'type', title: 'Type', cell: (field) => typeWord(field.type) },
  {
    key: 'coverage',
    title: 'Filled in',
    cell: (field) => (
      <ShareBar share={field.coverage} label={`${field.label} filled in`} width={72} />
    ),
  },
  { key: 'distinct', title: 'Different', number: true, cell: (field) => count(field.distinct) },
  {
    key: 'span',
    title: 'From, to',
    cell: (field) => <Text size="sm">{spanWord(field.low, field.high)}</Text>,
  },
  {
    key: 'top',
    title: 'Most frequent',
    width: '26%',
    cell: (field) => <TopValues field={field} />,
  },
];

function TopValues({ field }: { field: FieldProfile }) {
  if (field.hidden)
    return (
      <Text size="sm" c="dimmed">
        {field.hidden}
      </Text>
    );
  const most = field.top[0]?.share ?? 0;
  return (
    <Stack gap={2} component="ul" p={0} m={0} w="100%" style={{ listStyle: 'none' }}>
      {field.top.slice(0, SHOWN_VALUES).map(({ value, share, count: rows }) => (
        <Box component="li" key={String(value)} pos="relative" px={6} title={`${count(rows)} rows`}>
          <Box
            pos="absolute"
            inset={0}
            bg="var(--mu-raised)"
            w={`${most > 0 ? (share / most) * 100 : 0}%`}
            style={{ borderRadius: 3 }}
            aria-hidden
          />
          <Group justify="space-between" wrap="nowrap" gap="xs" pos="relative">
            <Text size="sm" truncate>
              {valueWord(value)}
            </Text>
            <Text size="xs" c="dimmed" className="mu-numbers">
              {percent(share)}
            </Text>
          </Group>
        </Box>
      ))}
    </Stack>
  );
}
