// The audit log: who did what to what, filtered in the address, proven by its chain, taken out.
import { Button, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { address, type Schemas } from '@/api/client';
import { type Column, DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { Moment } from '@/ui/Moment';
import { Pager } from '@/ui/Pager';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { auditQuery } from '../queries';
import { EntryDialog } from './EntryDialog';
import { FilterBar } from './FilterBar';
import {
  type AuditFilters,
  asked,
  isFiltered,
  NO_FILTERS,
  readFilters,
  writeFilters,
} from './filters';
import { VerifyChain } from './VerifyChain';

export type Entry = Schemas['AuditEntryBody'];

export function AuditTab() {
  const filters = readFilters(useSearch({ strict: false }) as Record<string, unknown>);
  const navigate = useNavigate();
  const log = useQuery(auditQuery(filters));
  const [shown, setShown] = useState<Entry | null>(null);
  const filter = (change: Partial<AuditFilters>) =>
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({
        ...before,
        ...writeFilters({ ...filters, page: 1, ...change }),
      }),
      replace: true,
    });
  return (
    <>
      <VerifyChain />
      <Section
        title="Entries"
        description="Everything that was changed, and every look at personal data. Nobody can edit it."
        actions={<Exports filters={filters} />}
      >
        <FilterBar filters={filters} onChange={filter} />
        <StateView
          query={log}
          isEmpty={({ total }) => total === 0}
          empty={
            <EmptyNote
              title={isFiltered(filters) ? 'No entry fits the filters' : 'Nothing was done yet'}
              action={
                isFiltered(filters) && (
                  <Button variant="default" onClick={() => filter(NO_FILTERS)}>
                    Clear the filters
                  </Button>
                )
              }
            />
          }
        >
          {({ items, page, pages, total }) => (
            <>
              <DataTable
                label="Entries of the audit log"
                rows={items}
                rowKey={(one) => one.id}
                columns={columns(setShown)}
                busy={log.isPlaceholderData}
              />
              <Pager
                page={page}
                pages={pages}
                total={total}
                noun={total === 1 ? 'entry' : 'entries'}
                onPage={(next) => filter({ page: next })}
              />
            </>
          )}
        </StateView>
      </Section>
      <EntryDialog entry={shown} onClose={() => setShown(null)} />
    </>
  );
}

const columns = (show: (entry: Entry) => void): Column<Entry>[] => [
  { key: 'at', title: 'When', width: 130, cell: (one) => <Moment at={one.at} /> },
  { key: 'actor', title: 'Who', cell: (one) => one.actor },
  {
    key: 'action',
    title: 'Did',
    cell: (one) => (
      <Text size="sm" ff="monospace">
        {one.action}
      </Text>
    ),
  },
  { key: 'subject', title: 'To', cell: (one) => one.subject },
  {
    key: 'detail',
    title: 'Detail',
    width: 90,
    cell: (one) => (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Show entry ${one.id}: ${one.action} ${one.subject}`}
        onClick={() => show(one)}
      >
        Show
      </Button>
    ),
  },
];

function Exports({ filters }: { filters: AuditFilters }) {
  return (
    <Group gap="xs">
      {(['csv', 'jsonl'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          variant="default"
          size="sm"
          leftSection={<IconDownload size={16} aria-hidden />}
          href={address('/api/audit/export', { format, ...asked(filters) })}
          download={`audit.${format}`}
        >
          {format === 'csv' ? 'CSV' : 'JSON Lines'}
        </Button>
      ))}
    </Group>
  );
}
