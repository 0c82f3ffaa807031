// What is filtered by, each condition a chip: pressed it is edited, its cross takes it away.
import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { IconFilterPlus, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { useDesk } from '../desk';
import { fieldLabel, filterWords } from '../fields';
import type { FilterAsked } from '../grid/FilterPopover';
import { isCondition, partsOf, withoutPart } from '../query';
import type { Query } from '../types';
import classes from './toolbar.module.css';

const MORE = ['product_id', 'city', 'country', 'customer_tier', 'first_order'];

type Props = {
  query: Query;
  onAsk: (query: Query) => void;
  onFilter: (asked: FilterAsked) => void;
};

export function FilterChips({ query, onAsk, onFilter }: Props) {
  const desk = useDesk();
  const add = useRef<HTMLButtonElement>(null);
  const parts = partsOf(query.filter);
  const fields = [...desk.fields.map(({ name }) => name), ...MORE];
  const begin = (field: string) => add.current && onFilter({ field, anchor: add.current });
  return (
    <>
      {parts.map((part, place) => {
        const words = filterWords(part, desk);
        return (
          <Group key={JSON.stringify(part)} gap={0} wrap="nowrap" className={classes.chip}>
            <button
              type="button"
              className={classes.words}
              title={words}
              disabled={!isCondition(part)}
              onClick={(event) =>
                isCondition(part) && onFilter({ field: part.field, anchor: event.currentTarget })
              }
            >
              {words}
            </button>
            <ActionIcon
              size={26}
              aria-label={`Remove the filter: ${words}`}
              onClick={() => {
                onAsk(withoutPart(query, place));
                add.current?.focus();
              }}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          </Group>
        );
      })}
      <Menu position="bottom-start" returnFocus={false} width={220}>
        <Menu.Target>
          <Button
            ref={add}
            variant="default"
            leftSection={<IconFilterPlus size={16} aria-hidden />}
          >
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={340} style={{ overflowY: 'auto' }}>
          {fields.map((field) => (
            <Menu.Item key={field} onClick={() => begin(field)}>
              {fieldLabel(desk, field)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {parts.length > 1 && (
        <Button variant="subtle" color="gray" onClick={() => onAsk({ ...query, filter: null })}>
          Clear all
        </Button>
      )}
    </>
  );
}
