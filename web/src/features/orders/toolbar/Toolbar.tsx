// The bar above the grid: search, filters, views, columns; undo and redo; who is here, what failed.
import { ActionIcon, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconRefresh } from '@tabler/icons-react';
import { count, plural } from '@/lib/format';
import type { ColumnLayout } from '@/ui/grid/types';
import { SearchField } from '@/ui/SearchField';
import { useDesk } from '../desk';
import { amount } from '../fields';
import { useBench } from '../grid/bench';
import type { FilterAsked } from '../grid/FilterPopover';
import type { Editing } from '../grid/useEditing';
import type { QueryState } from '../grid/useQueryState';
import type { Undo } from '../grid/useUndo';
import { chosenCount } from '../selection';
import { useStore } from '../store';
import type { Count, SavedView } from '../types';
import { ColumnChooser } from './ColumnChooser';
import { FailedList } from './FailedList';
import { FilterChips } from './FilterChips';
import { Formats } from './Formats';
import { People } from './People';
import { ViewsMenu } from './ViewsMenu';

export type ViewTools = {
  views: SavedView[];
  view: SavedView | null;
  layout: ColumnLayout[] | null;
  arrange: (view: SavedView | null) => void;
};

type Props = {
  address: QueryState;
  undo: Undo;
  editing: Editing;
  view: ViewTools;
  count: Count | null;
  estimate: number | null;
  onFilter: (asked: FilterAsked) => void;
  onRefresh: () => void;
};

export function Toolbar(props: Props) {
  const { address, undo, editing, view, onFilter, onRefresh } = props;
  const { query, ask } = address;
  const desk = useDesk();
  return (
    <Stack gap="xs" role="toolbar" aria-label="Orders">
      <Group gap="xs">
        <SearchField
          label="Search orders"
          value={query.search}
          onChange={(search) => search !== query.search && ask({ ...query, search })}
        />
        <FilterChips query={query} onAsk={ask} onFilter={onFilter} />
      </Group>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <ViewsMenu address={address} view={view} />
          <ColumnChooser />
          <Formats />
          {desk.can_edit && (
            <Group gap={2} wrap="nowrap">
              <Way undo={undo} way="undo" />
              <Way undo={undo} way="redo" />
            </Group>
          )}
          <Tooltip label="Read the orders anew">
            <ActionIcon size={36} aria-label="Refresh" onClick={onRefresh}>
              <IconRefresh size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <FailedList editing={editing} />
          <People />
        </Group>
        <Figures {...props} />
      </Group>
    </Stack>
  );
}

function Way({ undo, way }: { undo: Undo; way: 'undo' | 'redo' }) {
  const step = undo[way];
  const Sign = way === 'undo' ? IconArrowBackUp : IconArrowForwardUp;
  const words = way === 'undo' ? 'Undo' : 'Redo';
  // What is to be done again is an undo, and called one.
  const title = step?.title.replace(/^Undo: /, '');
  const label = step ? `${words}: ${title}` : `Nothing to ${way}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={36}
        aria-label={label}
        aria-disabled={step === null}
        data-disabled={step === null || undefined}
        loading={undo.busy}
        onClick={() => step && undo.run(way)}
      >
        <Sign size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Figures({ count: exact, estimate }: Props) {
  const desk = useDesk();
  const { chosen } = useBench();
  const picked = chosenCount(useStore(chosen), exact?.total ?? null);
  const words = exact
    ? `${plural(exact.total, 'order')} · ${plural(exact.quantity_sum, 'piece')} · ${amount(exact.amount_sum)} ${desk.currency}`
    : estimate === null
      ? ''
      : `About ${count(estimate)} orders`;
  return (
    <Text size="sm" c="dimmed" role="status" className="mu-numbers">
      {picked !== null && picked > 0 && `${count(picked)} chosen of `}
      {words}
    </Text>
  );
}
