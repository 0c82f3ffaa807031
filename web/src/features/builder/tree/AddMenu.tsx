// "Add condition": everything the data model knows, found by typing; also where rows are dropped.
import { Button, Combobox, ScrollArea, Text, useCombobox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type DragEvent, useMemo, useState } from 'react';
import classes from './AddMenu.module.css';
import { type Choice, choicesFor, matching } from './choices';
import { useCanvas } from './context';
import { MOST_DEEP } from './reduce';
import type { Group } from './types';

type Props = {
  group: Group;
  level: number;
  label?: string;
  empty?: boolean;
  /** Within a sentence. */
  small?: boolean;
};

const bySection = (choices: Choice[]): [string, Choice[]][] => {
  const sections = new Map<string, Choice[]>();
  for (const choice of choices)
    sections.set(choice.section, [...(sections.get(choice.section) ?? []), choice]);
  return [...sections];
};

export function AddMenu({ group, level, label = 'Add condition', empty, small }: Props) {
  const { vocabulary, scope, act, readOnly, dragged, mayGo } = useCanvas();
  const [search, setSearch] = useState('');
  const [over, setOver] = useState(false);
  const menu = useCombobox({
    onDropdownOpen: () => menu.focusSearchInput(),
    onDropdownClose: () => {
      menu.resetSelectedOption();
      setSearch('');
    },
  });
  const choices = useMemo(
    () => choicesFor(vocabulary, scope, level < MOST_DEEP),
    [vocabulary, scope, level],
  );
  const found = matching(choices, search);
  if (readOnly) return null;

  const add = (key: string) => {
    const choice = choices.find((one) => one.key === key);
    menu.closeDropdown();
    if (choice) act({ type: 'add', parent: group.id, nodes: [choice.make()] });
  };
  const takes = () => dragged.current !== null && mayGo(dragged.current, group.id);
  const onDragOver = (event: DragEvent) => {
    if (!takes()) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(true);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    if (!takes() || !dragged.current) return;
    event.preventDefault();
    event.stopPropagation();
    act({ type: 'put', ids: dragged.current, parent: group.id, at: group.children.length });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop; keys have the menu
    <div
      className={classes.place}
      data-empty={empty || undefined}
      data-over={over || undefined}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Combobox
        store={menu}
        onOptionSubmit={add}
        width={340}
        position="bottom-start"
        withinPortal={false}
      >
        <Combobox.Target targetType="button" withAriaAttributes={false}>
          <Button
            size={small ? 'compact-sm' : 'xs'}
            c={small ? 'dimmed' : undefined}
            fw={small ? 400 : undefined}
            px={small ? 6 : undefined}
            aria-label={small ? `Add: ${label}…` : undefined}
            variant={empty ? 'default' : 'subtle'}
            color="gray"
            data-add={group.id}
            aria-haspopup="listbox"
            aria-expanded={menu.dropdownOpened}
            leftSection={<IconPlus size={small ? 12 : 14} aria-hidden />}
            onClick={() => menu.toggleDropdown()}
          >
            {label}
          </Button>
        </Combobox.Target>
        <Combobox.Dropdown>
          <Combobox.Search
            value={search}
            onChange={(event) => {
              setSearch(event.currentTarget.value);
              menu.selectFirstOption();
            }}
            placeholder="Search fields, events, segments…"
            aria-label="Search what to add"
          />
          <ScrollArea.Autosize mah={340} type="auto" viewportProps={{ tabIndex: 0 }}>
            <Combobox.Options aria-label="What can be added">
              {found.length === 0 && <Combobox.Empty>Nothing is called like that</Combobox.Empty>}
              {bySection(found).map(([section, items]) => (
                <Combobox.Group key={section} label={section}>
                  {items.map((choice) => (
                    <Combobox.Option key={choice.key} value={choice.key}>
                      <Text size="sm">{choice.label}</Text>
                      <Text size="xs" c="dimmed">
                        {choice.hint}
                      </Text>
                    </Combobox.Option>
                  ))}
                </Combobox.Group>
              ))}
            </Combobox.Options>
          </ScrollArea.Autosize>
        </Combobox.Dropdown>
      </Combobox>
      {empty && (
        <Text size="sm" c="dimmed">
          Nothing here yet
        </Text>
      )}
    </div>
  );
}
