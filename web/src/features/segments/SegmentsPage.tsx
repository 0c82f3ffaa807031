// All segments: as a table or as posters; found, filtered, sorted; several changed at once.
import { Badge, Button, SegmentedControl } from '@mantine/core';
import { IconLayoutGrid, IconList, IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useLiveRuns } from '@/api/run-stream';
import { useWorkspace } from '@/api/session';
import { EmptyNote } from '@/ui/EmptyNote';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import { StateView } from '@/ui/StateView';
import { BulkBar } from './BulkBar';
import { Filters } from './Filters';
import { isFiltered, readSearch, type SegmentRow, type SegmentSearch } from './logic';
import { segmentsQuery } from './queries';
import { CardsSkeleton, SegmentCards } from './SegmentCards';
import { SegmentTable, TableSkeleton } from './SegmentTable';

const NO_FILTER = { search: undefined, tag: undefined, owner: undefined, freshness: undefined };

/** Chosen segments by id, over several pages. */
export type Chosen = ReadonlyMap<number, SegmentRow>;

export function SegmentsPage() {
  const search = readSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const { can, has_model } = useWorkspace();
  const found = useQuery({ ...segmentsQuery(search), enabled: has_model });
  const [chosen, setChosen] = useState<Chosen>(new Map());
  useLiveRuns();
  const set = (change: SegmentSearch) =>
    navigate({ to: '.', search: { ...search, page: undefined, ...change }, replace: true });
  const choose = (ids: ReadonlySet<string | number>, rows: SegmentRow[]) => {
    const next = new Map(chosen);
    for (const row of rows)
      if (ids.has(row.id)) next.set(row.id, row);
      else next.delete(row.id);
    setChosen(next);
  };
  const cards = search.view === 'cards';
  const Shown = cards ? SegmentCards : SegmentTable;
  return (
    <Page
      title="Segments"
      description="Who each rule reaches: its members, its share of everyone, and whether it says what is true now."
      beside={found.data?.synthetic && <Badge>Synthetic data</Badge>}
      actions={
        <>
          <SegmentedControl
            aria-label="Shown as"
            value={cards ? 'cards' : 'table'}
            onChange={(view) => set({ view: view === 'cards' ? 'cards' : undefined })}
            data={[
              { value: 'table', label: <ViewLabel icon={IconList} words="Table" /> },
              { value: 'cards', label: <ViewLabel icon={IconLayoutGrid} words="Cards" /> },
            ]}
          />
          {can('edit') && (
            <Button component={Link} to="/rules/new" leftSection={<IconPlus size={16} />}>
              New segment
            </Button>
          )}
        </>
      }
    >
      {has_model ? (
        <>
          {' '}
          <Filters search={search} onChange={set} />
          <StateView
            query={found}
            skeleton={cards ? <CardsSkeleton /> : <TableSkeleton />}
            isEmpty={({ total }) => total === 0}
            empty={<NoSegments filtered={isFiltered(search)} onClear={() => set(NO_FILTER)} />}
          >
            {(data) => (
              <>
                <Shown
                  rows={data.items}
                  search={search}
                  onSort={(order) => set({ order })}
                  selected={new Set(chosen.keys())}
                  onSelect={(ids) => choose(ids, data.items)}
                  busy={found.isFetching}
                />
                <Pager
                  page={data.page}
                  pages={data.pages}
                  total={data.total}
                  noun={data.total === 1 ? 'segment' : 'segments'}
                  onPage={(page) => set({ page })}
                />
              </>
            )}
          </StateView>
        </>
      ) : (
        <NoModel />
      )}
      <BulkBar chosen={chosen} onDone={() => setChosen(new Map())} />
    </Page>
  );
}

function ViewLabel({ icon: Icon, words }: { icon: typeof IconList; words: string }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
      <Icon size={16} aria-hidden /> {words}
    </span>
  );
}

function NoModel() {
  return (
    <EmptyNote
      icon={<IconUsersGroup size={32} stroke={1.5} aria-hidden />}
      title="No segments yet"
      action={
        <Button component={Link} to="/sources" variant="default">
          Go to sources
        </Button>
      }
    >
      A segment is who a rule reaches. First, say what your data means: connect a source and give it
      a data model.
    </EmptyNote>
  );
}

function NoSegments({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { can } = useWorkspace();
  if (filtered)
    return (
      <EmptyNote
        title="No segment matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear filters
          </Button>
        }
      >
        There are segments, but none fits everything that is filtered by.
      </EmptyNote>
    );
  return (
    <EmptyNote
      icon={<IconUsersGroup size={32} stroke={1.5} aria-hidden />}
      title="No segments yet"
      action={
        can('edit') && (
          <Button component={Link} to="/rules/new" variant="default">
            Build the first rule
          </Button>
        )
      }
    >
      A segment is who a rule reaches. It comes with the first rule that is published.
    </EmptyNote>
  );
}
