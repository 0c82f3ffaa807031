// Search, filters, order and saved views; all of it stands in the address.
import { Button, Group, Select } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { SearchField } from '@/ui/SearchField';
import {
  FRESHNESS,
  type Freshness,
  isFiltered,
  ORDERS,
  type Order,
  orderOf,
  type SegmentSearch,
} from './logic';
import { ownersQuery, tagsQuery } from './queries';
import { SavedViews } from './SavedViews';

type Props = { search: SegmentSearch; onChange: (change: SegmentSearch) => void };

export function Filters({ search, onChange }: Props) {
  const tags = useQuery(tagsQuery).data?.items ?? [];
  const owners = useQuery(ownersQuery).data?.items ?? [];
  const clear = () =>
    onChange({ search: undefined, tag: undefined, owner: undefined, freshness: undefined });
  return (
    <Group gap="sm" role="search" aria-label="Filter the segments">
      <SearchField
        label="Search segments"
        value={search.search ?? ''}
        onChange={(text) => onChange({ search: text || undefined })}
      />
      <Select
        aria-label="Tag"
        placeholder="Any tag"
        data={withOwn(
          tags.map(({ tag, rules }) => ({ value: tag, label: `${tag} (${rules})` })),
          search.tag,
        )}
        value={search.tag ?? null}
        onChange={(tag) => onChange({ tag: tag ?? undefined })}
        searchable
        clearable
        nothingFoundMessage="No such tag"
        w={{ base: 'calc(50% - 6px)', xs: 160 }}
      />
      <Select
        aria-label="Freshness"
        placeholder="Any freshness"
        data={FRESHNESS}
        value={search.freshness ?? null}
        onChange={(value) => onChange({ freshness: (value as Freshness) ?? undefined })}
        clearable
        w={{ base: 'calc(50% - 6px)', xs: 160 }}
      />
      {(owners.length > 1 || search.owner) && (
        <Select
          aria-label="Owner"
          placeholder="Any owner"
          data={withOwn(
            owners.map(({ owner, rules }) => ({ value: owner, label: `${owner} (${rules})` })),
            search.owner,
          )}
          value={search.owner ?? null}
          onChange={(owner) => onChange({ owner: owner ?? undefined })}
          searchable
          clearable
          w={{ base: 'calc(50% - 6px)', xs: 180 }}
        />
      )}
      <Select
        aria-label="Order"
        data={ORDERS}
        value={orderOf(search)}
        onChange={(order) => onChange({ order: (order as Order) ?? undefined })}
        allowDeselect={false}
        w={{ base: 'calc(50% - 6px)', xs: 180 }}
      />
      <SavedViews search={search} onChoose={onChange} />
      {isFiltered(search) && (
        <Button
          variant="subtle"
          color="gray"
          onClick={clear}
          leftSection={<IconFilterOff size={16} aria-hidden />}
        >
          Clear filters
        </Button>
      )}
    </Group>
  );
}

type Choice = { value: string; label: string };

/** What the address asks for stays choosable, also while the list is on its way. */
const withOwn = (choices: Choice[], own: string | undefined): Choice[] =>
  own === undefined || choices.some(({ value }) => value === own)
    ? choices
    : [{ value: own, label: own }, ...choices];
