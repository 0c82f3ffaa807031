// The filters of the log; each change is in the address after a moment.
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilterOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { SearchField } from '@/ui/SearchField';
import { ACTIONS, type AuditFilters, isFiltered, NO_FILTERS } from './filters';

const PAUSE_MILLISECONDS = 300;

type Props = { filters: AuditFilters; onChange: (change: Partial<AuditFilters>) => void };

export function FilterBar({ filters, onChange }: Props) {
  return (
    <Group gap="sm" align="flex-end">
      <SearchField
        label="Search in entries"
        value={filters.text}
        onChange={(text) => onChange({ text })}
      />
      <Select
        aria-label="What was done"
        placeholder="Any action"
        data={ACTIONS}
        value={filters.action || null}
        onChange={(action) => onChange({ action: action ?? '' })}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear the action' }}
        searchable
        w={200}
      />
      <Written
        label="Who, exactly"
        value={filters.actor}
        onChange={(actor) => onChange({ actor })}
      />
      <Written
        label="To what, exactly"
        value={filters.subject}
        onChange={(subject) => onChange({ subject })}
      />
      <TextInput
        type="date"
        label="From"
        max={filters.until || undefined}
        value={filters.since}
        onChange={(event) => onChange({ since: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="To"
        min={filters.since || undefined}
        value={filters.until}
        onChange={(event) => onChange({ until: event.currentTarget.value })}
      />
      {isFiltered(filters) && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconFilterOff size={16} aria-hidden />}
          onClick={() => onChange(NO_FILTERS)}
        >
          Clear
        </Button>
      )}
    </Group>
  );
}

type WrittenProps = { label: string; value: string; onChange: (value: string) => void };

/** A field whose text is used once one pauses. */
function Written({ label, value, onChange }: WrittenProps) {
  const [text, setText] = useState(value);
  const tell = useDebouncedCallback(onChange, PAUSE_MILLISECONDS);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      value={text}
      w={170}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
