// All rules: found by words, tags, owners and state; refreshed, edited, put away.
import { Button, Group, Select, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useLiveRuns } from '@/api/run-stream';
import { useWorkspace } from '@/api/session';
import { DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import { SearchField } from '@/ui/SearchField';
import { StateView } from '@/ui/StateView';
import { columns } from './columns';
import {
  isFiltered,
  type Order,
  type RulesSearch,
  readSearch,
  STATUSES,
  type Status,
} from './logic';
import { ownersQuery, rulesQuery, tagsQuery } from './queries';

export function RulesPage() {
  const search = readSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const found = useQuery(rulesQuery(search));
  const running = useLiveRuns();
  const { can } = useWorkspace();
  const set = (change: RulesSearch) =>
    void navigate({ to: '.', search: { ...search, page: undefined, ...change }, replace: true });
  const clear = () =>
    set({
      search: undefined,
      tag: undefined,
      owner: undefined,
      status: undefined,
      scheduled: undefined,
    });
  return (
    <Page
      title="Rules"
      description="A rule says who belongs to an audience; a refresh makes its segment."
      actions={can('edit') && <NewRule />}
    >
      <Filters search={search} set={set} />
      <StateView
        query={found}
        isEmpty={(data) => data.total === 0}
        empty={<NoRules filtered={isFiltered(search)} onClear={clear} canEdit={can('edit')} />}
      >
        {(data) => (
          <>
            <DataTable
              label="Rules"
              columns={columns(running)}
              rows={data.items}
              rowKey={(rule) => rule.id}
              rowName={(rule) => rule.title}
              busy={found.isFetching}
              sorting={{
                by: search.order ?? 'updated',
                descending: (search.order ?? 'updated') === 'updated',
              }}
              onSort={({ by }) => set({ order: by as Order })}
            />
            <Pager
              page={data.page}
              pages={data.pages}
              total={data.total}
              noun={data.total === 1 ? 'rule' : 'rules'}
              onPage={(page) => set({ page })}
            />
          </>
        )}
      </StateView>
    </Page>
  );
}

function NewRule() {
  return (
    <Button component={Link} to="/rules/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New rule
    </Button>
  );
}

type FiltersProps = { search: RulesSearch; set: (change: RulesSearch) => void };

function Filters({ search, set }: FiltersProps) {
  const tags = useQuery(tagsQuery);
  const owners = useQuery(ownersQuery);
  return (
    <Group gap="sm" role="search" aria-label="Find rules">
      <SearchField
        label="Search rules"
        value={search.search ?? ''}
        onChange={(words) => set({ search: words || undefined })}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        data={STATUSES}
        value={search.status ?? null}
        onChange={(status) => set({ status: (status as Status) ?? undefined })}
        clearable
        w={160}
      />
      <Select
        aria-label="Tag"
        placeholder="Any tag"
        data={
          tags.data?.items.map(({ tag, rules }) => ({ value: tag, label: `${tag} (${rules})` })) ??
          []
        }
        value={search.tag ?? null}
        onChange={(tag) => set({ tag: tag ?? undefined })}
        searchable
        clearable
        w={160}
      />
      <Select
        aria-label="Owner"
        placeholder="Any owner"
        data={owners.data?.items.map(({ owner }) => owner) ?? []}
        value={search.owner ?? null}
        onChange={(owner) => set({ owner: owner ?? undefined })}
        searchable
        clearable
        w={160}
      />
      <Switch
        label="Scheduled only"
        checked={search.scheduled ?? false}
        onChange={(event) => set({ scheduled: event.currentTarget.checked || undefined })}
      />
    </Group>
  );
}

type NoRulesProps = { filtered: boolean; onClear: () => void; canEdit: boolean };

function NoRules({ filtered, onClear, canEdit }: NoRulesProps) {
  if (filtered)
    return (
      <EmptyNote
        title="No rule fits"
        action={
          <Button variant="default" onClick={onClear}>
            Clear filters
          </Button>
        }
      >
        None of the rules has all of what you asked for.
      </EmptyNote>
    );
  return (
    <EmptyNote title="No rules yet" action={canEdit && <NewRule />}>
      Say who belongs to your first audience; Muster counts while you write.
    </EmptyNote>
  );
}
