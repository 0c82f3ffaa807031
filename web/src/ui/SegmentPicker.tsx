// Choose one or several segments by typing a part of their title or name; sizes stand beside.
import { Group, MultiSelect, Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCheck, IconUsersGroup } from '@tabler/icons-react';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { segmentChoicesQuery } from '@/api/queries';
import { count } from '@/lib/format';
import classes from './SegmentPicker.module.css';
import { type SegmentChoice, segmentChoices } from './segment-choices';

const PAUSE_MILLISECONDS = 200;
const parts = { options: classes.options };

type Common = {
  label: string;
  description?: ReactNode;
  error?: ReactNode;
  placeholder?: string;
  /** Names that are not offered, such as the segment itself. */
  exclude?: string[];
  disabled?: boolean;
  required?: boolean;
  /** The label is only for those who hear it. */
  hideLabel?: boolean;
};
type One = Common & {
  multiple?: false;
  value: string | null;
  onChange: (name: string | null) => void;
};
type Several = Common & {
  multiple: true;
  value: string[];
  onChange: (names: string[]) => void;
  /** How many may be chosen. */
  max?: number;
};

export function SegmentPicker(props: One | Several) {
  const { exclude = [], label, hideLabel } = props;
  const [typed, setTyped] = useState('');
  const chosen = props.multiple ? props.value : props.value === null ? [] : [props.value];
  // The field of one segment shows its title, which is no search.
  const { choices, busy } = useChoices(typed, chosen, exclude, props.multiple ? props.max : 1);
  const searched = {
    data: props.multiple ? choices : choices.map((one) => ({ ...one, disabled: false })),
    searchable: true,
    onSearchChange: setTyped,
    filter: ({ options }: { options: unknown[] }) => options as never[],
    nothingFoundMessage: busy ? 'Looking…' : 'No segment is called like that',
    renderOption: Option,
    // The list itself scrolls: it is what the field controls, so it needs no focus of its own.
    withScrollArea: false,
    leftSection: <IconUsersGroup size={16} aria-hidden />,
    label: hideLabel ? undefined : label,
    'aria-label': hideLabel ? label : undefined,
    description: props.description,
    error: props.error,
    disabled: props.disabled,
    required: props.required,
    comboboxProps: { shadow: 'md' },
  };
  if (props.multiple)
    return (
      <MultiSelect
        {...searched}
        value={props.value}
        onChange={props.onChange}
        maxValues={props.max}
        placeholder={props.value.length === 0 ? (props.placeholder ?? 'Find a segment') : undefined}
        hidePickedOptions
        classNames={{ ...parts, input: classes.box, inputField: classes.field }}
        clearable={false}
      />
    );
  return (
    <Select
      {...searched}
      value={props.value}
      onChange={props.onChange}
      placeholder={props.placeholder ?? 'Find a segment'}
      allowDeselect={false}
      clearable={!props.required}
      clearButtonProps={{ 'aria-label': `Clear: ${label}` }}
    />
  );
}

const useChoices = (typed: string, chosen: string[], exclude: string[], max?: number) => {
  const all = useQuery(segmentChoicesQuery(''));
  const titles = new Set(all.data?.items.map((row) => row.title));
  const [search] = useDebouncedValue(titles.has(typed) ? '' : typed.trim(), PAUSE_MILLISECONDS);
  const found = useQuery({ ...segmentChoicesQuery(search), placeholderData: keepPreviousData });
  const listed = all.data?.items ?? [];
  const unknown = all.isSuccess
    ? chosen.filter((name) => !listed.some((row) => row.name === name))
    : [];
  const others = useQueries({ queries: unknown.map((name) => segmentChoicesQuery(name)) });
  return {
    busy: found.isFetching,
    choices: segmentChoices({
      found: found.data?.items ?? listed,
      known: [...listed, ...others.flatMap((one) => one.data?.items ?? [])],
      chosen,
      exclude,
      full: max !== undefined && chosen.length >= max,
      typed: search,
    }),
  };
};

function Option({ option, checked }: { option: unknown; checked?: boolean }) {
  const { value, label, size } = option as SegmentChoice;
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm" flex={1}>
      <Group gap={6} wrap="nowrap" miw={0}>
        {checked && <IconCheck size={14} aria-hidden style={{ flexShrink: 0 }} />}
        <div>
          <Text size="sm">{label}</Text>
          <Text size="xs" c="dimmed">
            {value}
          </Text>
        </div>
      </Group>
      <Text size="sm" c="dimmed" className="mu-numbers" style={{ whiteSpace: 'nowrap' }}>
        {size === null ? 'never refreshed' : count(size)}
      </Text>
    </Group>
  );
}
