// The editors of cells that hold one of some values: a status offers only the steps that are legal
// from where the order is.
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { ChoiceEditor } from '@/ui/grid/ChoiceEditor';
import type { CellEditorProps } from '@/ui/grid/types';
import { useDesk, useRole } from '../desk';
import { enumLabel } from '../fields';
import { customersQuery } from '../server';
import { nextSteps, statusLabel } from '../statuses';
import type { OrderRow } from '../types';
import classes from './cells.module.css';

type Props = CellEditorProps<OrderRow>;

export function StatusEditor({ row, label, onChange, onDone }: Props) {
  const desk = useDesk();
  const role = useRole();
  const now = String(row.status);
  const steps = nextSteps(desk, row, role);
  const choices = [
    { value: now, label: statusLabel(desk, now), hint: 'now' },
    ...steps.map((step) => ({
      value: step.to_status,
      label: statusLabel(desk, step.to_status),
      hint: step.reason_required ? 'asks for a reason' : undefined,
    })),
  ];
  return (
    <ChoiceEditor
      label={`${label} of order ${row.order_id}: its next steps`}
      choices={choices}
      value={now}
      onChange={onChange}
      onDone={onDone}
    />
  );
}

export function EnumEditor({ row, begin, label, onChange, onDone }: Props) {
  const desk = useDesk();
  const field = desk.fields.find((one) => one.label === label);
  const values = field?.values ?? [];
  const choices = [
    ...(field?.nullable ? [{ value: '', label: 'Empty' }] : []),
    ...values.map((value) => ({
      value,
      label: enumLabel({ name: field?.name ?? '' }, value, desk),
    })),
  ];
  const now = choices.find((one) => one.label === begin)?.value ?? '';
  return (
    <ChoiceEditor
      label={`${label} of order ${row.order_id}`}
      choices={choices}
      value={now}
      onChange={onChange}
      onDone={onDone}
    />
  );
}

/** Finds a customer by name, e-mail or number. */
export function CustomerEditor({ row, label, onChange, onDone }: Props) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 200);
  const [active, setActive] = useState(-1);
  const found = useQuery(customersQuery(asked)).data?.items ?? [];
  const go = (place: number) => {
    const next = found[(place + found.length) % found.length];
    if (!next) return;
    setActive(found.indexOf(next));
    onChange(next.customer_id);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') go(active + 1);
    else if (event.key === 'ArrowUp') go(active - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.search}>
      <TextInput
        autoFocus
        size="xs"
        aria-label={`${label} of order ${row.order_id}: find a customer`}
        placeholder="Name, e-mail or number"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls="customer-choices"
        aria-activedescendant={active < 0 ? undefined : `customer-choice-${active}`}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setActive(-1);
        }}
        onKeyDown={press}
        mb={6}
      />
      <div id="customer-choices" role="listbox" aria-label="Customers" className={classes.list}>
        {found.map((one, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above listens to the keys
          <div
            key={one.customer_id}
            id={`customer-choice-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            className={classes.choice}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              onChange(one.customer_id);
              onDone();
            }}
          >
            <span>{one.name ?? one.customer_id}</span>
            <span className={classes.dim}>{one.customer_id}</span>
          </div>
        ))}
        {found.length === 0 && <div className={classes.dim}>No customer found</div>}
      </div>
    </div>
  );
}
